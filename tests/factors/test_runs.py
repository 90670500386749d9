"""Runs: replaced, interrupted, refused while another one works, partly done. FactorScore is what readers see."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from etfs.services.preference import preference_load
from factors import services, store, tasks
from factors.base import Factor
from factors.models import Factor as FactorRow
from factors.models import FactorRun, FactorScore
from factors.registry import all_factors, factors_named, register, unregister
from factors.services import FactorRunError, NotQueued, factor_run_create, factor_run_execute
from market.fields import register_field, unregister_field
from market.models import PriceBar
from tests.factors.market_tables import (
    SESSION,
    add_bars,
    add_instrument,
    add_report,
    random_market,
    sessions,
)
from tests.shared_data import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market():
    return random_market(12, bars=70)


@pytest.fixture
def broken_factor():
    """A plug-in that raises."""

    @register
    class Broken(Factor):
        """Always fails."""

        name, category, unit = "broken", "test", "ratio"

        def compute(self, panel):
            raise ArithmeticError("no such thing")

    yield "broken"
    unregister("broken")


def compute(*names: str, date: dt.date = SESSION, **more: object) -> FactorRun:
    return factor_run_execute(run_id=factor_run_create(region="KR", date=date, factor_names=names, **more).pk)


def stored(name: str, date: dt.date = SESSION) -> dict[str, float]:
    rows = FactorScore.objects.filter(date=date, factor__name=name)
    return dict(rows.values_list("instrument__ticker", "value"))


# --- what a run leaves --------------------------------------------------------------------------------------------


def test_a_run_stores_every_value_and_says_what_it_did(market):
    run = compute()
    assert run.state == FactorRun.State.DONE
    assert run.universe_size == 12
    assert run.score_count == FactorScore.objects.filter(date=SESSION).count() > 0
    assert set(run.counts) == {factor.name for factor in all_factors()}
    assert run.counts["momentum_3m"] == {"scored": 12, "valued": 12}
    assert run.counts["price_momentum_12m"] == {"scored": 0, "valued": 0, "insufficient_history": 12}
    assert run.counts["etf_preference"] == {"scored": 0, "valued": 0, "missing_field": 12}, "no holdings are known"
    assert {"read", "compute", "write"} <= set(run.timings)
    assert run.peak_memory_mb > 0
    assert run.started_at <= run.finished_at
    for name, count in run.counts.items():
        rows = FactorScore.objects.filter(date=SESSION, factor__name=name)
        assert rows.count() == count["valued"]
        assert rows.exclude(score=None).count() == count["scored"]


def test_every_count_adds_up_to_the_universe(market):
    run = compute()
    for name, count in run.counts.items():
        reasons = sum(number for code, number in count.items() if code not in ("scored", "valued"))
        assert count["scored"] + reasons == 12, name


def test_stored_values_are_the_factor_s_own(market):
    compute("momentum_1m")
    bars = list(PriceBar.objects.filter(instrument=market[4]).order_by("-date").values_list("close", flat=True)[:21])
    assert stored("momentum_1m")["T04"] == pytest.approx(100 * (bars[0] / bars[20] - 1))


def test_the_catalogue_of_factors_follows_the_registry(market):
    compute()
    rows = {row.name: row for row in FactorRow.objects.all()}
    assert len(rows) == 37
    for factor in all_factors():
        row = rows[factor.name]
        assert (row.category, row.unit, row.direction, row.lookback) == (
            factor.category, factor.unit, factor.direction, factor.lookback,
        )  # fmt: skip
    FactorRow.objects.filter(name="roe").update(description="wrong")
    compute("roe")
    assert FactorRow.objects.get(name="roe").description.startswith("Return on equity")


def test_computing_twice_replaces(market):
    compute()
    first = set(FactorScore.objects.values_list("date", "instrument_id", "factor_id", "value", "score", "percentile"))
    compute()
    again = set(FactorScore.objects.values_list("date", "instrument_id", "factor_id", "value", "score", "percentile"))
    assert again == first
    PriceBar.objects.filter(instrument=market[0]).delete()
    compute("momentum_1m")
    assert "T00" not in stored("momentum_1m")  # what has no value any more has no row
    assert "T00" in stored("momentum_3m")  # a run of one factor leaves the others


def test_other_regions_and_dates_are_left_alone(market):
    earlier = PriceBar.objects.filter(date__lt=SESSION).latest("date").date
    compute(date=earlier)
    before = stored("momentum_1m", earlier)
    compute()
    assert stored("momentum_1m", earlier) == before


def test_normalisation_and_neutralisation_are_used_and_recorded(market):
    run = compute("momentum_1m", normalisation="percentile", neutralise=["sector"])
    assert (run.normalisation, run.neutralise) == ("percentile", ["sector"])
    rows = FactorScore.objects.filter(factor__name="momentum_1m")
    assert all(row.score == row.percentile for row in rows)


@pytest.fixture
def no_preference():
    """The field etf_preference without a loader; its own one is back afterwards."""
    unregister_field("etf_preference")
    yield
    unregister_field("etf_preference")
    register_field("etf_preference", preference_load)


def test_a_factor_whose_field_nobody_provides_says_so(market, no_preference):
    run = compute()
    assert run.state == FactorRun.State.DONE
    assert run.counts["etf_preference"] == {"scored": 0, "valued": 0, "field_unavailable": 12}
    assert "etf_preference" in run.message


def test_a_registered_field_is_loaded(market, no_preference):
    register_field("etf_preference", lambda region, as_of, ids: ids * 0.0 + 2.5)
    run = compute("etf_preference")
    assert run.counts["etf_preference"] == {"scored": 12, "valued": 12}
    assert set(stored("etf_preference").values()) == {2.5}


# --- failures -----------------------------------------------------------------------------------------------------


def test_a_factor_that_raises_is_reported_and_does_not_stop_the_others(market, broken_factor):
    run = compute("broken", "momentum_1m")
    assert run.state == FactorRun.State.PARTLY
    assert run.errors == {"broken": "ArithmeticError: no such thing"}
    assert "no such thing" in run.message
    assert len(stored("momentum_1m")) == 12


def test_a_failure_while_writing_keeps_the_previous_scores(market, monkeypatch):
    compute("momentum_1m")
    before = stored("momentum_1m")
    PriceBar.objects.filter(date=SESSION).update(close=1.0)

    def fail(*args: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(store.scores, "copy_rows", fail)
    with pytest.raises(OSError, match="disk full"):
        compute("momentum_1m")
    assert stored("momentum_1m") == before
    assert FactorRun.objects.latest("id").state == FactorRun.State.FAILED
    assert FactorRun.objects.latest("id").message == "OSError: disk full"


def test_scores_and_the_word_that_they_are_there_become_visible_together(market, monkeypatch):
    compute("momentum_1m")
    before = stored("momentum_1m")
    PriceBar.objects.filter(date=SESSION).update(close=4321.0)
    record, seen = services.runs._record, []

    def fail(job: FactorRun, *rest: object) -> None:
        record(job, *rest)  # scores are written and the row says DONE: all but the commit
        seen.append(set(stored("momentum_1m").values()) != set(before.values()))
        raise OSError("connection lost")

    monkeypatch.setattr(services.runs, "_record", fail)
    with pytest.raises(OSError, match="connection lost"):
        compute("momentum_1m")
    assert seen == [True]
    assert stored("momentum_1m") == before
    failed = FactorRun.objects.latest("id")
    assert (failed.state, failed.message, failed.score_count) == ("FAILED", "OSError: connection lost", 0)
    assert failed.finished_at is not None


def test_a_factor_that_fails_in_a_rerun_leaves_no_scores_of_the_run_before(market, monkeypatch):
    compute()
    kept = stored("roe")
    (factor,) = factors_named(["momentum_1m"])

    def fail(self: Factor, panel: object) -> None:
        raise ArithmeticError("no such thing")

    monkeypatch.setattr(type(factor), "compute", fail)
    run = compute()
    assert run.state == FactorRun.State.PARTLY
    assert "momentum_1m" in run.errors
    assert not any(stored(name) for name in run.errors)
    assert stored("roe") == kept


CHILD = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from pathlib import Path
settings.PANEL_CACHE_DIR = Path(sys.argv[2])
from factors import store
from factors.services import factor_run_create, factor_run_execute
import datetime as dt

def copy_then_hang(cursor, table, columns):
    written = original(cursor, table, columns)
    print("written", flush=True)  # in the middle of the transaction
    signal.pause()
    return written

original, store.scores.copy_rows = store.scores.copy_rows, copy_then_hang
factor_run_execute(run_id=factor_run_create(region="KR", date=dt.date.fromisoformat(sys.argv[3])).pk)
"""


@pytest.fixture
def hanging_run(market, settings):
    """Another process in the middle of writing the scores of the session."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "quantsite.settings"}
    name = connection.settings_dict["NAME"]
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, name, str(settings.PANEL_CACHE_DIR), str(SESSION)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "written\n"
        yield process
        process.kill()
        process.wait()


def test_a_run_killed_while_writing_leaves_the_previous_scores_and_is_marked_by_the_next(market, request):
    compute("momentum_1m")
    before = stored("momentum_1m")
    PriceBar.objects.filter(date=SESSION).update(close=4321.0)
    process = request.getfixturevalue("hanging_run")
    killed = FactorRun.objects.latest("id")
    assert killed.state == FactorRun.State.RUNNING
    assert stored("momentum_1m") == before  # readers do not see half a run
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until_unlocked()
    assert stored("momentum_1m") == before
    assert compute("momentum_1m").state == FactorRun.State.DONE
    killed.refresh_from_db()
    assert killed.state == FactorRun.State.INTERRUPTED
    assert killed.finished_at is not None
    assert stored("momentum_1m") != before


def test_stale_runs_of_other_dates_are_marked_by_the_next(market):
    dead = [
        FactorRun.objects.create(region=region, date=day, state="RUNNING")
        for region, day in [("KR", dt.date(2024, 6, 3)), ("US", SESSION), ("KR", SESSION)]
    ]
    waiting = factor_run_create(region="KR", date=dt.date(2024, 6, 3))
    compute("momentum_1m")
    for run in dead:
        run.refresh_from_db()
        assert (run.state, run.finished_at is None) == ("INTERRUPTED", False)
    waiting.refresh_from_db()
    assert waiting.state == FactorRun.State.QUEUED


@pytest.mark.parametrize("state", [state for state in FactorRun.State if state != FactorRun.State.QUEUED])
def test_only_a_queued_run_is_carried_out(market, state):
    """One that says it runs although nobody carries it out is told as interrupted."""
    run = FactorRun.objects.create(region="KR", date=SESSION, state=state)
    known = "INTERRUPTED" if state == "RUNNING" else state
    with pytest.raises(NotQueued, match=f"factor run #{run.pk} is {known}, not QUEUED"):
        factor_run_execute(run_id=run.pk)
    assert not FactorScore.objects.exists()
    run.refresh_from_db()
    assert run.state == known


def test_a_run_that_another_worker_takes_first_stays_that_worker_s(market, monkeypatch):
    queued, lock = factor_run_create(region="KR", date=SESSION, factor_names=["momentum_1m"]), store.run_lock

    @contextmanager
    def late(region: str, date: dt.date):
        with lock(region, date):
            FactorRun.objects.filter(pk=queued.pk).update(state="DONE", score_count=12)  # done since we looked
            yield

    monkeypatch.setattr(store.locks, "run_lock", late)
    with pytest.raises(NotQueued, match="is DONE, not QUEUED"):
        factor_run_execute(run_id=queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.score_count, queued.message) == ("DONE", 12, "")

    def taken(region: str, date: dt.date):
        FactorRun.objects.filter(pk=second.pk).update(state="RUNNING")
        raise store.RunInProgress("another process")

    second = factor_run_create(region="KR", date=SESSION)
    monkeypatch.setattr(store, "interrupted_mark", lambda kind: None)
    monkeypatch.setattr(store.locks, "run_lock", taken)
    with pytest.raises(store.RunInProgress):
        factor_run_execute(run_id=second.pk)
    second.refresh_from_db()
    assert second.state == FactorRun.State.RUNNING


def wait_until_unlocked() -> None:
    """The server notices a killed client within moments."""
    for _ in range(100):
        try:
            with store.run_lock("KR", SESSION):
                return
        except store.RunInProgress:
            time.sleep(0.1)
    raise AssertionError("the lock of a killed process was not freed")


def test_two_runs_of_the_same_region_and_date_do_not_mix(market, hanging_run):
    with pytest.raises(store.RunInProgress, match="another process"):
        compute("momentum_1m")
    assert FactorRun.objects.latest("id").state == FactorRun.State.CANCELLED
    (outcome,) = services.factors_compute(regions=["KR"], date=SESSION)
    assert outcome.run is None
    assert "another process" in outcome.problem
    assert not outcome.is_request_error
    earlier = PriceBar.objects.filter(date__lt=SESSION).latest("date").date
    assert compute("momentum_1m", date=earlier).state == FactorRun.State.DONE  # another date is free
    assert FactorRun.objects.filter(state=FactorRun.State.RUNNING).count() == 1  # the other one was left alone


# --- requests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"region": "XX"}, "unknown region 'XX'"),
        ({"factor_names": ["momentum_2m"]}, "did you mean momentum_12m|did you mean momentum"),
        ({"normalisation": "best"}, "unknown normalisation 'best'"),
        ({"neutralise": ["country"]}, "unknown neutralisation 'country'"),
        ({"date": dt.date(2024, 6, 29)}, "2024-06-29 is not a session of XKRX; the session before it is 2024-06-28"),
        ({"date": timezone.now().date() + dt.timedelta(days=30)}, "is in the future"),
    ],
)
def test_a_wrong_request_says_what_is_wrong(market, wrong, why):
    with pytest.raises(FactorRunError, match=why):
        factor_run_create(**{"region": "KR", "date": SESSION, **wrong})
    assert not FactorRun.objects.exists()


def test_without_a_date_the_latest_session_with_prices_is_computed(market):
    assert factor_run_create(region="kr", date=None).date == SESSION
    with pytest.raises(FactorRunError, match="US has no prices"):
        factor_run_create(region="US", date=None)


def test_a_bar_on_a_day_the_exchange_was_closed_is_not_the_latest_session(market):
    sunday = SESSION + dt.timedelta(days=2)
    add_bars(market[0], [sunday], [5000.0])
    assert PriceBar.objects.newest_date("KR") == sunday
    assert factor_run_create(region="KR", date=None).date == SESSION
    assert tasks.run_daily("KR") == FactorScore.objects.filter(date=SESSION).count() > 0
    assert tasks.run_daily("KR") is None


def test_a_part_of_a_day_is_normalised_as_the_rest_of_it(market):
    compute(normalisation="robust", neutralise=["sector", "size"])
    before = stored("momentum_1m"), FactorScore.objects.count()
    for other in ({}, {"normalisation": "robust"}, {"normalisation": "percentile", "neutralise": ["sector", "size"]}):
        with pytest.raises(FactorRunError, match="are robust, neutralised by sector and size, and this run would be"):
            compute("momentum_1m", **other)
        assert FactorRun.objects.latest("id").state == FactorRun.State.FAILED
        assert (stored("momentum_1m"), FactorScore.objects.count()) == before
    same = compute("momentum_1m", normalisation="robust", neutralise=["size", "sector"])  # the order does not matter
    assert same.state == FactorRun.State.DONE
    assert compute(normalisation="minmax").state == FactorRun.State.DONE
    assert compute("momentum_1m", normalisation="minmax").state == FactorRun.State.DONE


def test_a_later_run_of_one_factor_does_not_hide_the_latest_scores_of_others(market):
    earlier = sessions(2)[0]
    whole, one = compute(date=earlier), compute("momentum_1m")
    latest = FactorRun.objects.latest_of
    assert latest("KR") == whole
    assert latest("KR", ["momentum_3m"]) == whole
    assert latest("KR", ["momentum_1m"]) == one
    assert latest("KR", ["momentum_1m", "momentum_3m"]) == whole
    assert latest("US") is None
    assert set(services.scores_export(region="KR", date=None).column("date").to_pylist()) == {earlier}
    for name, day in [("momentum_3m", earlier), ("momentum_1m", SESSION)]:
        exported = services.scores_export(region="KR", date=None, factor_names=[name])
        assert set(exported.column("date").to_pylist()) == {day}


def test_a_session_long_before_the_first_bar_fails_with_a_reason(market):
    queued = factor_run_create(region="KR", date=dt.date(2015, 6, 30))
    with pytest.raises(FactorRunError, match="load prices first"):
        factor_run_execute(run_id=queued.pk)
    queued.refresh_from_db()
    assert queued.state == FactorRun.State.FAILED


def test_a_region_whose_only_bars_are_those_of_its_index(db):
    random_market(0, bars=30)
    run = factor_run_execute(run_id=factor_run_create(region="KR", date=SESSION).pk)
    assert (run.state, run.universe_size, run.score_count) == (FactorRun.State.DONE, 0, 0)


def test_several_regions_each_with_its_own_outcome(market):
    add_instrument("AAPL", "US")
    outcomes = services.factors_compute(regions=["KR", "US", "HK"], date=None)
    assert [outcome.region for outcome in outcomes] == ["KR", "US", "HK"]
    assert outcomes[0].run.state == FactorRun.State.DONE
    assert "no prices" in outcomes[1].problem
    assert outcomes[2].is_request_error
    assert services.regions_with_bars() == ["KR"]


def test_what_the_disk_does_to_one_region_is_that_region_s_outcome(market, monkeypatch):
    days = sessions(30, region="US")
    for i in range(11):
        add_bars(add_instrument(f"U{i}", "US"), days, [float(i + 1 + d) for d in range(30)])
    read = services.runs.read_panel

    def failing(region: str, *rest: object):
        if region == "KR":
            raise OSError(28, "No space left on device")
        return read(region, *rest)

    monkeypatch.setattr(services.runs, "read_panel", failing)
    korea, america = services.factors_compute(regions=["KR", "US"], date=SESSION, factor_names=["momentum_1m"])
    assert (korea.run, korea.is_request_error) == (None, False)
    assert "No space left on device" in korea.problem
    assert (america.run.state, america.run.score_count) == (FactorRun.State.DONE, 11)
    assert FactorRun.objects.get(region="KR").state == FactorRun.State.FAILED
    (alone,) = services.factors_compute(regions=["KR"], date=SESSION)
    assert "No space left on device" in alone.problem


def test_the_daily_task_computes_again_what_has_changed(market):
    assert tasks.run_daily("KR") > 0
    assert tasks.run_daily("KR") is None
    PriceBar.objects.filter(instrument=market[0], date=SESSION).update(close=5432.0)
    assert tasks.run_daily("KR") > 0
    assert tasks.run_daily("KR") is None
    add_report(market[1], dt.date(2024, 3, 31), "Q", on=dt.date(2024, 6, 20), source="dart", net_income=7e9)
    assert tasks.run_daily("KR") > 0
    compute("momentum_1m")  # a part, without a failure
    assert tasks.run_daily("KR") is None


def test_the_daily_task_computes_again_after_a_run_that_was_done_in_part(market, monkeypatch):
    (factor,) = factors_named(["momentum_1m"])
    fine = type(factor).compute

    def fail(self: Factor, panel: object) -> None:
        raise ArithmeticError("no such thing")

    monkeypatch.setattr(type(factor), "compute", fail)
    tasks.run_daily("KR")
    assert FactorRun.objects.get().state == FactorRun.State.PARTLY
    monkeypatch.setattr(type(factor), "compute", fine)
    assert tasks.run_daily("KR") > 0
    assert len(stored("momentum_1m")) == 12
    assert tasks.run_daily("KR") is None
    monkeypatch.setattr(type(factor), "compute", fail)
    assert compute("momentum_1m").state == FactorRun.State.PARTLY  # after a complete run: its scores are gone
    assert stored("momentum_1m") == {}
    monkeypatch.setattr(type(factor), "compute", fine)
    assert tasks.run_daily("KR") > 0
    assert len(stored("momentum_1m")) == 12


def test_the_daily_task_computes_again_after_a_failure(market, monkeypatch):
    read = services.runs.read_panel

    def fail(*args: object):
        raise OSError("disk full")

    monkeypatch.setattr(services.runs, "read_panel", fail)
    with pytest.raises(OSError, match="disk full"):
        tasks.run_daily("KR")
    monkeypatch.setattr(services.runs, "read_panel", read)
    assert tasks.run_daily("KR") > 0


def test_the_daily_task_computes_a_session_once(market):
    assert tasks.run_daily("KR") == FactorScore.objects.count() > 0
    assert tasks.run_daily("KR") is None
    assert tasks.run_daily("US") is None
    assert FactorRun.objects.count() == 1


def test_a_queued_run_is_carried_out_by_the_task(market):
    queued = services.factor_run_enqueue(region="KR", date=SESSION, factor_names=["momentum_1m"])
    assert queued.state == FactorRun.State.QUEUED
    assert tasks.run_factors(queued.pk) == 12
    queued.refresh_from_db()
    assert queued.state == FactorRun.State.DONE


def test_progress_is_told_step_by_step(market):
    steps = []
    queued = factor_run_create(region="KR", date=SESSION, factor_names=["roe", "beta"])
    factor_run_execute(run_id=queued.pk, progress=lambda *step: steps.append(step))
    assert steps[0] == ("reading the panel", 0, 4)
    assert ("roe", 2, 4) in steps
    assert steps[-1] == ("done", 4, 4)
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
