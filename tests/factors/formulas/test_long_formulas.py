"""A formula that looks back for years: it has its numbers, and the others do not pay for it."""

import datetime as dt

import pytest

from factors.models import FactorScore
from factors.registry import all_factors
from factors.services import backfill_create, backfill_execute, cross_sections, factors_compute, history_chunks
from factors.services.catalogue import factors_resolved
from factors.services.formulas import formula_save
from factors.services.history_chunks import CELLS, chunks_of
from market.store import histories
from tests.factors.formulas.helpers import formula
from tests.factors.market_tables import add_split, random_market, sessions

DAYS = [dt.date(2020, 1, 1) + dt.timedelta(days=number) for number in range(600)]


def length(instruments: int, *more: str) -> int:
    return len(chunks_of(DAYS, instruments, [*all_factors(), *(formula(text) for text in more)])[0])


def test_chunks_are_no_larger_than_memory_bears():
    assert length(500) == 252
    assert 50 <= length(5000) < length(2500) < 252
    factors = len(all_factors())
    of_scores = 25 * factors  # bytes: three numbers and a reason
    bars = 8 * 16 * (260 + length(5000))
    assert 2 * 5000 * (bars + of_scores * length(5000)) < 1.05e9
    assert length(5000, *["close"] * 60) < length(5000) / 1.5
    assert 30 <= length(5000, "mean(close, 2000)") < length(5000)  # what lies before is read for many sessions
    assert length(50_000_000) == 10
    assert CELLS * 8 * 2 < 1e9


def computed() -> dict[tuple, tuple]:
    rows = FactorScore.objects.filter(factor__name__in=["long", "level", "momentum_12m_1m", "beta", "short"])
    return {row[:3]: row[3:] for row in rows.values_list("date", "instrument_id", "factor__name", "value", "score")}


@pytest.mark.django_db(transaction=True)
def test_a_long_formula_does_not_deepen_the_history_of_the_others(monkeypatch):
    stocks, days = random_market(12, bars=420), sessions(6)
    add_split(stocks[0], sessions(350)[0], 5.0)
    add_split(stocks[1], days[3], 2.0)
    formula_save(name="long", formula="mean(close, 400) / close")
    formula_save(name="level", formula="std(close, 330)")
    formula_save(name="short", formula="mean(close, 20) / close")
    depth: dict[str, int] = {}
    real = cross_sections.run

    def seen(history, factors, *more):
        depth.update({factor.name: len(history.close) for factor in factors})
        return real(history, factors, *more)

    monkeypatch.setattr(cross_sections, "run", seen)
    job = backfill_execute(backfill_id=backfill_create(region="KR", start=days[0], end=days[-1]).pk)
    assert not job.errors
    assert {depth[factor.name] for factor in factors_resolved() if factor.lookback <= 260} == {265}
    assert (depth["long"], depth["level"]) == (405, 335)
    whole = computed()
    assert {name for _, _, name in whole} >= {"long", "level", "short", "beta"}
    for day in days:
        assert not factors_compute(regions=["KR"], date=day)[0].run.errors
    assert computed() == {key: pytest.approx(found, rel=1e-9, abs=1e-7, nan_ok=True) for key, found in whole.items()}


@pytest.mark.django_db(transaction=True)
def test_who_does_not_ask_for_it_does_not_read_so_far_back(monkeypatch):
    random_market(12, bars=300)
    formula_save(name="long", formula="mean(close, 2000)")
    read, asked = histories.read_source, []
    monkeypatch.setattr(history_chunks, "read_source", lambda *given: asked.append(given[2]) or read(*given))
    day = sessions(1)[0]
    backfill_execute(backfill_id=backfill_create(region="KR", start=day, end=day, factor_names=["beta"]).pk)
    assert asked == [260]
