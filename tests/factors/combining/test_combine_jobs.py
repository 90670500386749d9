"""Combinations as jobs: weights of the past alone, chunks, taken up again, cancelled, replaced; and every day."""

import datetime as dt

import numpy as np
import pytest

from factors import services, store, tasks
from factors.models import (
    CombineRun,
    CompositeScore,
    FactorFormula,
    FactorReturn,
    FactorRun,
    FactorScore,
    JobState,
    Strategy,
)
from factors.services import (
    NotQueued,
    StrategyError,
    combine_chunks,
    combine_run_create,
    combine_run_execute,
    strategy_save,
)
from factors.services.formulas import formula_save
from tests.factors.combining.scored_market import add_returns, add_scores, add_stocks
from tests.factors.market_tables import SESSION, sessions

pytestmark = pytest.mark.django_db(transaction=True)


def combine(name: str = "mine", **asked: object) -> CombineRun:
    return combine_run_execute(run_id=combine_run_create(strategy=name, **asked).pk)


def stored(date: dt.date | None = None) -> list[tuple]:
    rows = CompositeScore.objects.filter(date=date) if date else CompositeScore.objects.all()
    return list(rows.order_by("date", "instrument_id").values_list("date", "instrument_id", "score", "rank"))


@pytest.fixture
def market() -> list[dt.date]:
    """Twelve stocks, 300 sessions of returns of roe and beta (which loses), scores on the last 30."""
    rng = np.random.default_rng(4)
    days, stocks = sessions(300), add_stocks(12)
    for name in ("roe", "beta"):
        add_scores(name, days[-30:], stocks, rng.normal(size=(30, 12)))
    add_returns({"roe": rng.normal(0.002, 0.01, 300), "beta": rng.normal(-0.002, 0.01, 300)}, days)
    return days


def make(combiner: str = "optimized", **more: object) -> Strategy:
    return strategy_save(name="mine", region="KR", factors=["roe", "beta"], combiner=combiner, **more)


@pytest.mark.parametrize("combiner", ["optimized", "risk_adjusted"])
def test_weights_of_a_session_use_the_returns_up_to_it_alone(market, combiner):
    make(combiner)
    day = market[-10]
    whole = combine(start=market[-30])
    long = stored(day)
    entry = next(one for one in whole.weights if one["from"] <= str(day) <= one["to"])
    FactorReturn.objects.filter(date__gt=day).delete()
    FactorScore.objects.filter(date__gt=day).delete()
    alone = combine(date=day)
    assert alone.weights[0]["weights"] == entry["weights"]
    assert stored(day) == long
    assert len(whole.weights) > (1 if combiner == "risk_adjusted" else 0)


def test_monthly_weights_are_those_of_the_month_s_first_session(market):
    make("risk_adjusted", options={"refit": "monthly"})
    run = combine(start=market[-30])
    assert [entry["from"][:7] for entry in run.weights] == sorted({str(day)[:7] for day in market[-30:]})
    june = run.weights[-1]["weights"]
    assert combine(date=SESSION).weights[0]["weights"] == june
    daily = strategy_save(name="daily", region="KR", factors=["roe", "beta"], combiner="risk_adjusted")
    assert combine(daily.name, date=dt.date(2024, 6, 3)).weights[0]["weights"] == june


def test_the_fallback_of_an_optimiser_is_stored_and_told(market):
    FactorReturn.objects.update(value=-0.001)
    make()
    run = combine(start=market[-5])
    assert run.state == JobState.DONE
    (entry,) = run.weights
    assert entry == {
        "from": str(market[-5]), "to": str(SESSION), "sessions": 5, "weights": {"beta": 0.5, "roe": 0.5},
        "fallback": "no factor has a positive mean return",
    }  # fmt: skip
    assert run.warnings == [
        f"equal weight on 5 of 5 sessions, the last {SESSION}: no factor has a positive mean return"
    ]
    assert run.message == run.warnings[0]


def test_chunks_make_no_difference_and_a_rerun_replaces(market, monkeypatch):
    make()
    combine(start=market[-30])
    whole = stored()
    assert len(whole) == 360
    monkeypatch.setattr(combine_chunks, "LONGEST", 7)
    steps = []
    queued = combine_run_create(strategy="mine", start=market[-30])
    run = combine_run_execute(run_id=queued.pk, progress=lambda *step: steps.append(step))
    assert stored() == whole
    assert sum(entry["sessions"] for entry in run.weights) == 30
    assert [done for stage, done, total in steps if total == 30] == [7, 14, 21, 28, 30]


def test_a_run_that_broke_off_goes_on_after_its_last_chunk(market, monkeypatch):
    make()
    combine(start=market[-30])
    whole = stored()
    CompositeScore.objects.all().delete()
    monkeypatch.setattr(combine_chunks, "LONGEST", 10)
    write, calls = store.composites_write, []

    def breaks(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("disk full")
        return write(*arguments)

    monkeypatch.setattr(store, "composites_write", breaks)
    queued = combine_run_create(strategy="mine", start=market[-30])
    with pytest.raises(OSError, match="disk full"):
        combine_run_execute(run_id=queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.message) == (JobState.FAILED, "OSError: disk full")
    assert queued.done_through == market[-21]
    assert CompositeScore.objects.count() == queued.score_count == 120
    services.combine_run_resume(run_id=queued.pk)
    assert tasks.run_combine(queued.pk) == 360
    assert stored() == whole
    queued.refresh_from_db()
    assert (queued.state, queued.done_through) == (JobState.DONE, SESSION)
    assert sum(entry["sessions"] for entry in queued.weights) == 30
    with pytest.raises(StrategyError, match="only failed, interrupted and cancelled"):
        services.combine_run_resume(run_id=queued.pk)


def test_a_cancelled_run_stops_after_its_chunk(market, monkeypatch):
    make()
    monkeypatch.setattr(combine_chunks, "LONGEST", 10)
    queued = combine_run_create(strategy="mine", start=market[-30])

    def cancel(stage: str, done: int, total: int) -> None:
        if done == 20:
            assert services.combine_run_cancel(run_id=queued.pk)

    run = combine_run_execute(run_id=queued.pk, progress=cancel)
    queued.refresh_from_db()
    assert (run.state, queued.state, queued.message) == (JobState.CANCELLED, JobState.CANCELLED, "cancelled")
    assert (queued.done_through, CompositeScore.objects.count()) == (market[-21], 120)
    assert not services.combine_run_cancel(run_id=queued.pk)
    with pytest.raises(NotQueued, match="is CANCELLED, not QUEUED"):
        combine_run_execute(run_id=queued.pk)


def test_two_runs_of_a_strategy_do_not_meet(market, monkeypatch):
    strategy = make()

    def taken(name, busy):
        raise store.RunInProgress(busy)

    queued = combine_run_create(strategy="mine")
    monkeypatch.setattr(store.locks, "advisory_lock", taken)
    with pytest.raises(store.RunInProgress, match="being combined by another process"):
        combine_run_execute(run_id=queued.pk)
    queued.refresh_from_db()
    assert queued.state == JobState.CANCELLED
    monkeypatch.undo()
    left = CombineRun.objects.create(strategy=strategy, start=SESSION, end=SESSION, state=JobState.RUNNING)
    combine()
    left.refresh_from_db()
    assert left.state == JobState.INTERRUPTED


def test_a_changed_strategy_does_not_mix_with_what_it_was(market):
    strategy = make("equal_weight")
    combine(start=market[-30])
    queued = combine_run_create(strategy="mine")
    strategy_save(name="mine", region="KR", factors={"roe": 3, "beta": 1}, combiner="fixed_weight", strategy=strategy)
    with pytest.raises(StrategyError, match="has been changed since this run was asked for"):
        combine_run_execute(run_id=queued.pk)
    run = combine(start=market[-2])
    assert run.warnings == ["the strategy was changed: 360 scores of its earlier definition were removed"]
    assert CompositeScore.objects.count() == 24
    assert combine(date=SESSION).warnings == []
    assert CompositeScore.objects.count() == 24
    strategy_save(name="anew", region="KR", factors={"roe": 3, "beta": 1}, combiner="fixed_weight",
                  description="other words", strategy=strategy)  # fmt: skip
    assert combine("anew", date=market[-3]).warnings == []
    assert CompositeScore.objects.count() == 36


def test_every_day(market):
    make("equal_weight")
    strategy_save(name="asleep", region="KR", factors=["roe"], is_active=False)
    strategy_save(name="broken", region="KR", factors=["roe", "roa"])
    FactorRun.objects.create(region="KR", date=SESSION, state="DONE", score_count=24,
                             finished_at=dt.datetime(2024, 6, 28, 9, tzinfo=dt.UTC))  # fmt: skip
    told = services.strategies_daily(region="KR")
    assert set(told) == {"mine", "broken"}
    assert told["mine"] == "12 scores"
    assert told["broken"].startswith("factors: roa has no scores of KR from 2024-06-28 to 2024-06-28")
    assert services.strategies_daily(region="KR")["mine"] == "done already"
    assert services.strategies_daily(region="US") == {}


def test_one_strategy_that_breaks_does_not_stop_the_others(market, monkeypatch):
    make("equal_weight")
    strategy_save(name="zero", region="KR", factors=["roe"])
    write = store.composites_write

    def breaks(strategy_id, *arguments):
        if strategy_id == Strategy.objects.get(name="mine").pk:
            raise OSError("disk full")
        return write(strategy_id, *arguments)

    monkeypatch.setattr(store, "composites_write", breaks)
    assert services.strategies_daily(region="KR") == {"mine": "OSError: disk full", "zero": "12 scores"}
    assert CombineRun.objects.get(strategy__name="mine").state == JobState.FAILED


def test_a_changed_formula_is_another_definition(market):
    formula_save(name="mine_too", formula="mean(close, 5) / close")
    strategy = strategy_save(name="mine", region="KR", factors=["roe", "mine_too"])
    before = services.strategy_definition(strategy=strategy)
    assert "mean" in before.formulas["mine_too"]
    formula_save(name="mine_too", formula="mean(close, 9) / close", existing=FactorFormula.objects.get(name="mine_too"))
    assert services.strategy_definition(strategy=strategy) != before


def test_the_best(market):
    make("equal_weight")
    with pytest.raises(StrategyError, match="mine has no composite scores yet"):
        services.composite_top(strategy="mine")
    combine(start=market[-2])
    best = services.composite_top(strategy="mine", count=3)
    assert [row["rank"] for row in best] == [1, 2, 3]
    assert best[0]["score"] == 100.0
    assert (best[0]["date"], best[0]["name"][:8]) == (SESSION, "Company ")
    assert services.composite_top(strategy="mine", date=market[-2])[0]["date"] == market[-2]


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"date": dt.date(2010, 1, 4)}, "date: 2010-01-04 is before the first factor scores of KR"),
        ({"start": dt.date(2010, 1, 4)}, "from: 2010-01-04 is before"),
        ({"date": dt.date(2024, 7, 1)}, "date: 2024-07-01 is after the newest factor scores of KR (2024-06-28)"),
        ({"date": dt.date(2999, 1, 1)}, "date: 2999-01-01 is in the future for KR"),
        ({"start": SESSION, "end": dt.date(2024, 6, 27)}, "from: 2024-06-28 is after to (2024-06-27)"),
        ({"date": SESSION, "end": SESSION}, "either date, or from and to"),
        ({"strategy": "mind"}, "strategy: unknown strategy 'mind'; did you mean mine?"),
    ],
)
def test_requests_that_cannot_be(market, asked, why):
    make()
    with pytest.raises(StrategyError) as told:
        combine_run_create(**{"strategy": "mine"} | asked)
    assert why in str(told.value)
    assert not CombineRun.objects.exists()


def test_a_day_that_is_no_session(market):
    make()
    with pytest.raises(StrategyError, match="there is no session from 2024-06-22 to 2024-06-22"):
        combine(date=dt.date(2024, 6, 22))


def test_a_factor_without_any_score_is_named(market):
    strategy_save(name="mine", region="KR", factors=["roe", "etf_preference"])
    with pytest.raises(StrategyError, match="factors: etf_preference has no scores of KR from 2024-06-28"):
        combine()
    FactorScore.objects.filter(factor__name="roe").update(score=None)
    strategy_save(name="other", region="KR", factors=["roe", "beta"])
    with pytest.raises(StrategyError, match="factors: roe has no scores"):
        combine("other")
    assert set(CombineRun.objects.values_list("state", flat=True)) == {JobState.FAILED}


def test_a_region_without_stocks_or_scores(db):
    strategy_save(name="mine", region="VN", factors=["roe"])
    with pytest.raises(StrategyError, match="region: VN has no stocks"):
        combine_run_create(strategy="mine")
    add_stocks(2, "US")
    strategy_save(name="other", region="US", factors=["roe"])
    with pytest.raises(StrategyError, match="region: US has no factor scores yet"):
        combine_run_create(strategy="other")


@pytest.mark.parametrize("combiner", ["optimized", "risk_adjusted", "machine_learning"])
def test_one_factor_is_nothing_to_weigh(market, combiner):
    with pytest.raises(StrategyError, match=f"factors: {combiner} needs at least 2 factors to weigh, there is one"):
        strategy_save(name="mine", region="KR", factors=["roe"], combiner=combiner)
