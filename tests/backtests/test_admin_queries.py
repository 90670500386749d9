"""Pages of backtests in the admin take as many queries for thirty rows as for three."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backtests.models import (
    BacktestCondition,
    BacktestEvent,
    BacktestHolding,
    BacktestSession,
    BacktestSnapshot,
    BacktestSweep,
    BacktestTrade,
    BacktestVariant,
)
from factors.models import Strategy
from tests.backtests.services.tables import config
from tests.backtests.stored import FIRST, made_up

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 30
MODELS = [
    BacktestSession, BacktestSnapshot, BacktestTrade, BacktestHolding, BacktestEvent, BacktestSweep, BacktestVariant,
]  # fmt: skip
FIGURES = {"as_of": "2024-01-02", "roe": {"value": 1.0, "score": 2.0, "percentile": 3.0}}


def address(model, page: str, *args) -> str:
    return reverse(f"admin:backtests_{model._meta.model_name}_{page}", args=args)


def queries(ask: Callable[[], object]) -> int:
    """How many a page takes once content types are kept."""
    ask()
    with CaptureQueriesContext(connection) as found:
        ask()
    return len(found)


def rows_add(session: BacktestSession, number: int) -> None:
    """A row of every kind."""
    named = {"session": session, "number": number, "ticker": f"T{number}"}
    zero = dict.fromkeys(("price", "execution_price", "amount", "commission", "tax", "cash_flow", "average_price"), 0.0)
    BacktestTrade.objects.create(
        **named, **zero, quantity=1.0, side="BUY", reason="ENTRY", signal_date=FIRST, trade_date=FIRST, factors=FIGURES
    )
    zero = dict.fromkeys(("average_price", "cost", "close", "value", "weight", "profit", "profit_rate"), 0.0)
    BacktestHolding.objects.create(**named, **zero, quantity=1.0, first_bought=FIRST, hold_days=1, factors=FIGURES)
    BacktestEvent.objects.create(**named, date=FIRST, kind="SPLIT", quantity=1.0)
    BacktestCondition.objects.create(session=session, kind="BUY", position=number, text="roe value > 1")


def sessions_add(start: int, end: int) -> None:
    """Backtests with rows of their own; sweeps with a variant."""
    for place in range(start, end):
        owner = User.objects.create_user(f"user {place}")
        strategy = Strategy.objects.create(name=f"s{place}", region="KR")
        finding = {"code": "a", "severity": "NOTE", "title": "a", "message": "a", "evidence": {}}
        rows_add(made_up(owner=owner, strategy=strategy, findings=[finding]), place)
        sweep = BacktestSweep.objects.create(config=config(), owner=owner)
        sweep.variants.create(number=1, overrides={"max_positions": place})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists(boss, model):
    def ask() -> int:
        return len(boss.get(address(model, "changelist")).context["cl"].result_list)

    sessions_add(0, FEW)
    rows, before = ask(), queries(ask)
    sessions_add(FEW, MANY)
    assert (rows, ask()) == (FEW, MANY)
    assert queries(ask) == before


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_pages_of_a_row(boss, model):
    sessions_add(0, FEW)
    row = model.objects.order_by("pk")[0]
    session = BacktestSession.objects.order_by("pk")[0]
    sweep = BacktestSweep.objects.order_by("pk")[0]

    def ask() -> None:
        assert boss.get(address(model, "change", row.pk)).status_code == 200

    before = queries(ask)
    for number in range(FEW, MANY):
        rows_add(session, number)
        sweep.variants.create(number=number, overrides={"max_positions": number})
    assert queries(ask) == before
