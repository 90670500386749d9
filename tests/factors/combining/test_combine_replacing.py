"""One definition for a strategy's whole series: taking up again, edits, releases, empty results."""

import numpy as np
import psycopg
import pytest

from factors import services, store, tasks
from factors.combiners import Option, combiner_named
from factors.models import CombineRun, CompositeScore, FactorFormula, FactorScore, JobState, Strategy
from factors.services import StrategyError, combine_chunks, combine_run_create, combine_run_execute, strategy_save
from factors.services.formulas import formula_save
from market.jobs.locks import LOCK_CLASS
from market.store.arrow import dsn
from tests.factors.combining.scored_market import add_factor, add_scores, add_stocks
from tests.factors.market_tables import SESSION, sessions

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = sessions(30)


def combine(**asked: object) -> CombineRun:
    return combine_run_execute(run_id=combine_run_create(strategy="mine", **asked).pk)


def stored() -> dict:
    rows = CompositeScore.objects.values_list("date", "instrument_id", "score", "rank")
    return {row[:2]: row[2:] for row in rows}


@pytest.fixture
def strategy() -> Strategy:
    """Twelve stocks with roe and beta on 30 sessions, combined with equal weights."""
    rng, stocks = np.random.default_rng(4), add_stocks(12)
    for name in ("roe", "beta"):
        add_scores(name, DAYS, stocks, rng.normal(size=(30, 12)))
    return strategy_save(name="mine", region="KR", factors=["roe", "beta"])


def edit(strategy: Strategy, *factors: str, **more: object) -> None:
    strategy_save(name="mine", region="KR", factors=factors, strategy=strategy, **more)


def broken_off(monkeypatch, chunks: int = 1) -> CombineRun:
    """A run over all sessions that broke after some chunks of ten."""
    monkeypatch.setattr(combine_chunks, "LONGEST", 10)
    write, calls = store.composites_write, []

    def breaks(*arguments):
        calls.append(arguments)
        if len(calls) == chunks + 1:
            raise OSError("disk full")
        return write(*arguments)

    monkeypatch.setattr(store, "composites_write", breaks)
    queued = combine_run_create(strategy="mine", start=DAYS[0])
    with pytest.raises(OSError, match="disk full"):
        combine_run_execute(run_id=queued.pk)
    queued.refresh_from_db()
    return queued


def test_a_run_overtaken_by_another_definition_begins_again(strategy, monkeypatch):
    broken = broken_off(monkeypatch)
    edit(strategy, "roe")
    other = combine(start=DAYS[0], end=DAYS[15])
    edit(strategy, "roe", "beta")
    services.combine_run_resume(run_id=broken.pk)
    assert tasks.run_combine(broken.pk) == 360
    broken.refresh_from_db()
    assert (broken.state, broken.score_count, broken.done_through) == (JobState.DONE, 360, SESSION)
    assert broken.warnings == [
        f"begun again from {DAYS[0]}: run #{other.pk} stored scores of another definition meanwhile",
        "the strategy was changed: 192 scores of its earlier definition were removed",
    ]
    assert sum(entry["sessions"] for entry in broken.weights) == 30
    found = stored()
    assert combine(start=DAYS[0]).warnings == []
    assert stored() == found


def test_a_run_whose_strategy_stored_the_same_meanwhile_goes_on(strategy, monkeypatch):
    broken = broken_off(monkeypatch)
    combine(date=SESSION)
    services.combine_run_resume(run_id=broken.pk)
    assert tasks.run_combine(broken.pk) == 360
    broken.refresh_from_db()
    assert broken.warnings == []


def test_every_day_removes_nothing_but_tells_how_to_recombine(strategy):
    combine(start=DAYS[0])
    before = stored()
    edit(strategy, "roe")
    told = services.strategies_daily(region="KR")["mine"]
    assert told == (
        f"strategy: it was changed, and its scores from {DAYS[0]} to {DAYS[-2]} are of the earlier definition;"
        f" recombine from {DAYS[0]}: manage.py combine_factors --strategy 'mine' --from {DAYS[0]}"
    )
    run = CombineRun.objects.first()
    assert (run.state, run.message) == (JobState.FAILED, told)
    assert stored() == before
    combine(start=DAYS[0])
    assert services.strategies_daily(region="KR")["mine"] == "12 scores"
    assert CompositeScore.objects.count() == 360


def test_new_defaults_of_a_release_are_no_edit(strategy, monkeypatch):
    edit(strategy, "roe", "beta", combiner="risk_adjusted", options={"min_sessions": 20})
    combine(start=DAYS[0])
    queued = combine_run_create(strategy="mine", date=SESSION)
    kind = combiner_named("risk_adjusted")
    options = tuple(Option("window", 300, "", 20, 2520) if one.name == "window" else one for one in kind.options)
    monkeypatch.setattr(kind, "options", options)
    with pytest.raises(StrategyError, match="has been changed since"):  # a run is of one setting throughout
        combine_run_execute(run_id=queued.pk)
    run = combine(date=SESSION)
    assert any("defaults have changed since" in text and "window 252 to 300" in text for text in run.warnings)
    assert CompositeScore.objects.count() == 360
    edit(strategy, "roe", "beta", combiner="risk_adjusted", options={"min_sessions": 20, "window": 200})
    with pytest.raises(StrategyError, match="recombine from"):
        combine(date=SESSION)


def test_a_formula_in_a_condition_is_a_part_of_the_definition(strategy):
    formula_save(name="cheap", formula="mean(close, 5) / close")
    add_factor("cheap")
    edit(strategy, "roe", universe={"conditions": [{"factor": "cheap", "value": 0}]})
    before = services.strategy_definition(strategy=strategy)
    assert list(before.formulas) == ["cheap"]
    row = FactorFormula.objects.get(name="cheap")
    formula_save(name="cheap", formula="close / mean(close, 5)", existing=row)
    assert services.strategy_definition(strategy=strategy) != before
    FactorFormula.objects.filter(name="cheap").delete()
    assert services.strategy_definition(strategy=strategy).formulas == {}


# --- nothing good goes for nothing --------------------------------------------------------------------------------


def test_a_run_that_scores_nobody_removes_nothing(strategy, monkeypatch):
    combine(start=DAYS[0])
    before = stored()
    edit(strategy, "roe", universe={"conditions": [{"factor": "beta", "value": 1000}]})
    monkeypatch.setattr(combine_chunks, "LONGEST", 10)
    with pytest.raises(StrategyError, match="universe: nobody could be scored"):
        combine(start=DAYS[0])
    assert stored() == before
    edit(strategy, "roe", "beta")
    assert combine(date=SESSION).warnings == []


def test_the_first_scores_replace_those_of_empty_chunks_before(strategy, monkeypatch):
    combine(start=DAYS[0])
    monkeypatch.setattr(combine_chunks, "LONGEST", 10)
    FactorScore.objects.filter(date__lte=DAYS[14]).delete()
    assert combine(start=DAYS[0]).score_count == 15 * 12
    assert {date for date, _ in stored()} == set(DAYS[15:])


# --- taken up again -----------------------------------------------------------------------------------------------


def test_a_cancelled_run_is_taken_up_again(strategy, monkeypatch):
    combine(start=DAYS[0])
    whole = stored()
    CompositeScore.objects.all().delete()
    monkeypatch.setattr(combine_chunks, "LONGEST", 10)
    queued = combine_run_create(strategy="mine", start=DAYS[0])

    def cancel(stage: str, done: int, total: int) -> None:
        if done == 20:
            services.combine_run_cancel(run_id=queued.pk)

    combine_run_execute(run_id=queued.pk, progress=cancel)
    assert CompositeScore.objects.count() == 120
    services.combine_run_resume(run_id=queued.pk)
    assert tasks.run_combine(queued.pk) == 360
    assert stored() == whole


def test_a_run_is_not_taken_up_while_its_process_is_at_work(strategy, monkeypatch):
    broken = broken_off(monkeypatch)
    CombineRun.objects.filter(pk=broken.pk).update(state=JobState.CANCELLED)
    with psycopg.connect(dsn()) as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, f"strategy:{strategy.pk}"])
        with pytest.raises(StrategyError, match="cannot be taken up yet: the strategy is being combined"):
            services.combine_run_resume(run_id=broken.pk)
        broken.refresh_from_db()
        assert broken.state == JobState.CANCELLED
        other.execute("SELECT pg_advisory_unlock_all()")
    assert services.combine_run_resume(run_id=broken.pk).state == JobState.QUEUED


def test_a_run_whose_process_died_is_taken_up_at_once(strategy, monkeypatch):
    broken = broken_off(monkeypatch)
    CombineRun.objects.filter(pk=broken.pk).update(state=JobState.RUNNING)
    services.combine_run_resume(run_id=broken.pk)
    assert tasks.run_combine(broken.pk) == 360
