"""A formula changed or deleted at the worst moment of a run: no number is stored under a name that means another."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from factors.models import Factor, FactorFormula, FactorReturn, FactorScore
from factors.services import backfill_create, backfill_execute, factors_compute, history_chunks, runs
from factors.services.catalogue import CHANGED, DELETED
from factors.services.formulas import formula_delete, formula_save
from tests.factors.market_tables import SESSION, random_market, sessions

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "close / mean(close, 20)", "mean(close, 20) / close"


@pytest.fixture
def market() -> None:
    random_market(12, bars=290)
    formula_save(name="trend", formula=OLD, description="old")


def compute() -> dict[str, str]:
    return factors_compute(regions=["KR"], date=SESSION, factor_names=["trend", "momentum_1m"])[0].run.errors


def backfill() -> dict[str, str]:
    days = sessions(3)
    job = backfill_create(region="KR", start=days[0], end=days[-1], factor_names=["trend", "momentum_1m"])
    return backfill_execute(backfill_id=job.pk).errors


def change() -> None:
    formula_save(name="trend", formula=NEW, description="new", existing=FactorFormula.objects.get(name="trend"))


def delete() -> None:
    formula_delete(formula=FactorFormula.objects.get(name="trend"))


def once_before(monkeypatch: pytest.MonkeyPatch, where: object, name: str, then: Callable[[], None]) -> None:
    """``then`` happens when ``where`` comes to ``name`` the first time."""
    real, waiting = getattr(where, name), [then]

    def first_then(*arguments: object) -> object:
        while waiting:
            waiting.pop()()
        return real(*arguments)

    monkeypatch.setattr(where, name, first_then)


@pytest.mark.parametrize(("module", "job"), [(runs, compute), (history_chunks, backfill)])
@pytest.mark.parametrize("act", [change, delete])
def test_just_before_the_scores_are_written(market, monkeypatch, module, job, act):
    once_before(monkeypatch, module, "chunks_make", act)
    assert job() == {"trend": {change: CHANGED, delete: DELETED}[act]}
    assert set(FactorScore.objects.values_list("factor__name", flat=True)) == {"momentum_1m"}
    assert "trend" not in FactorReturn.objects.values_list("factor__name", flat=True)
    assert not Factor.objects.filter(name="trend").exists()  # nobody brings it back, and with the old description


@pytest.mark.parametrize(("module", "job"), [(runs, compute), (history_chunks, backfill)])
@pytest.mark.parametrize("act", [change, delete])
def test_while_the_scores_are_written_it_waits(market, monkeypatch, module, job, act):
    """The scores are those of the text as it was, and go with it to ``trend~1``."""
    after: list[bool] = []

    def in_another_session() -> None:
        try:
            act()
        finally:
            connection.close()

    other = threading.Thread(target=in_another_session)

    def starts() -> None:
        other.start()
        other.join(0.5)
        after.append(other.is_alive())

    once_before(monkeypatch, module.store, "scores_write", starts)
    assert job() == {}
    other.join(10)
    assert after == [True]
    names = set(FactorScore.objects.values_list("factor__name", flat=True))
    assert names == {"momentum_1m", "trend~1"}
    assert FactorFormula.objects.filter(name="trend").exists() == (act is change)
