"""Pages of the admin take as many queries for thirty rows as for three."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from etfs.models import (
    ETF,
    CollectItem,
    CollectRun,
    ETFDailyStat,
    ETFHolding,
    HoldingFinding,
    HoldingLine,
    Payload,
    Snapshot,
)
from etfs.store.payloads import payload_keep
from tests.etfs.builder import composition, daily, fund

FEW, MANY = 3, 30
JUNE = dt.date(2024, 6, 28)
LISTS = [ETF, ETFDailyStat, ETFHolding, HoldingFinding, HoldingLine, Snapshot, Payload, CollectRun, CollectItem]


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def someone(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


def queries(ask: Callable[[], object]) -> int:
    """How many a page takes once calendars and content types are kept."""
    ask()
    with CaptureQueriesContext(connection) as found:
        ask()
    return len(found)


def funds_add(start: int, end: int) -> None:
    """Funds that hold one stock in common and one of their own; a file, an answer, a run and a finding of each."""
    for place in range(start, end):
        held, name = fund("KR", f"F{place:05}"), f"{place}.csv"
        payload = payload_keep(source="csv", kind="holdings", region="KR", name=name, content=name.encode())
        composition(held, JUNE, {"005930": 60, f"S{place:05}": 40}, payload=payload)
        daily(held, JUNE, nav=100, total_assets=5e12, net_flow=5)
        HoldingFinding.objects.create(etf=held, as_of_date=JUNE, code="stale", severity="WARNING", message="old")
        run = CollectRun.objects.create(source="csv", kind="holdings", region="KR", state="DONE", stored=1)
        CollectItem.objects.create(run=run, payload=payload, name=name, outcome="STORED", rows=2)


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_lists(someone: Client, model) -> None:
    asked = {"stock": "KR:005930"} if model is ETFHolding else {}

    def ask() -> int:
        page = someone.get(address(model, "changelist"), asked)
        return len(page.context["cl"].result_list)

    funds_add(0, FEW)
    rows, before = ask(), queries(ask)
    funds_add(FEW, MANY)
    assert ask() == rows + MANY - FEW  # the page shows them all
    assert queries(ask) == before


def history_add(held: ETF, run: CollectRun, start: int, end: int) -> None:
    """Days of one fund, with a composition, figures, a finding and an answer of each."""
    for place in range(start, end):
        day = JUNE - dt.timedelta(days=place)
        composition(held, day, {"005930": 60, f"S{place:05}": 40})
        daily(held, day, nav=100, net_flow=5)
        HoldingFinding.objects.create(etf=held, as_of_date=day, code="stale", severity="WARNING", message="old")
        CollectItem.objects.create(run=run, name="a.csv", ticker="F", as_of_date=day, outcome="REFUSED", rows=2)


@pytest.mark.parametrize("model", [ETF, Snapshot, HoldingFinding, ETFDailyStat, CollectRun, HoldingLine, ETFHolding])
def test_pages_of_a_row(someone: Client, model) -> None:
    held = fund("KR", "F")
    run = CollectRun.objects.create(source="csv", kind="holdings", region="KR", state="PARTLY")
    history_add(held, run, 0, FEW)
    row = model.objects.order_by("pk")[0]

    def ask() -> None:
        assert someone.get(address(model, "change", row.pk)).status_code == 200

    before = queries(ask)
    history_add(held, run, FEW, MANY)
    assert queries(ask) == before


def test_compositions_of_a_fund_and_the_question_before_quarantine(someone: Client) -> None:
    held, run = fund("KR", "F"), CollectRun.objects.create(source="csv", kind="holdings", region="KR")

    def listed() -> None:
        assert someone.get(address(Snapshot, "changelist"), {"fund": "KR:F"}).status_code == 200

    def questioned() -> None:
        chosen = {"action": "quarantine", "_selected_action": list(Snapshot.objects.values_list("pk", flat=True))}
        assert "Put into quarantine" in someone.post(address(Snapshot, "changelist"), chosen).content.decode()

    history_add(held, run, 0, FEW)
    before = queries(listed), queries(questioned)
    history_add(held, run, FEW, MANY)
    funds_add(0, FEW)
    assert (queries(listed), queries(questioned)) == before
