"""A range of sessions at once leaves what the daily job leaves day by day, whatever stops it on the way."""

import datetime as dt
import json
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from factors import services, store, tasks
from factors.models import FactorBackfill, FactorReturn, FactorRun, FactorScore, JobState
from factors.services import FactorRunError, NotQueued, history, history_chunks
from market.jobs.locks import LOCK_CLASS
from market.models import Instrument, PriceBar
from market.store.arrow import dsn
from market.store.changes import change_lock, change_note
from tests.factors.market_tables import add_bars, add_instrument, add_split, random_market, sessions

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = sessions(12)
FACTORS = ["momentum_1m", "roe", "market_cap", "liquidity"]


@pytest.fixture
def market() -> list[Instrument]:
    """Fourteen stocks; one splits in the middle of the range, one joins, one leaves, one pauses."""
    stocks = random_market(14, bars=290)
    add_split(stocks[0], DAYS[5], 2.0)
    PriceBar.objects.filter(instrument=stocks[0], date__lt=DAYS[5]).update(adjustment_factor=0.5)
    add_bars(add_instrument("NEW"), sessions(30), [float(10 + i % 3) for i in range(30)])
    Instrument.objects.filter(pk=stocks[1].pk).update(delisted_on=DAYS[7])
    PriceBar.objects.filter(instrument=stocks[2], date__in=DAYS[3:6]).delete()
    return stocks


@pytest.fixture
def small_chunks(monkeypatch) -> None:
    """Five sessions a chunk."""
    monkeypatch.setattr(history_chunks, "CELLS", 5)
    monkeypatch.setattr(history_chunks, "SHORTEST", 5)


def scores() -> dict[tuple, tuple]:
    rows = FactorScore.objects.values_list("date", "instrument_id", "factor__name", "value", "score", "percentile")
    return {row[:3]: tuple(-99.0 if figure is None else figure for figure in row[3:]) for row in rows}


def earned() -> dict[tuple, tuple]:
    rows = FactorReturn.objects.values_list("date", "factor__name", "value", "ic", "coverage", "count")
    return {row[:2]: row[2:] for row in rows}


def newest_runs() -> dict[dt.date, tuple]:
    runs = FactorRun.objects.order_by("id").values_list("date", "state", "universe_size", "score_count", "counts")
    return {row[0]: row[1:] for row in runs}


def backfill(**asked: object) -> FactorBackfill:
    job = services.backfill_create(
        **{"region": "KR", "start": DAYS[0], "end": DAYS[-1], "factor_names": FACTORS, **asked}
    )
    return services.backfill_execute(backfill_id=job.pk)


def day_by_day(**asked: object) -> None:
    for day in DAYS:
        services.factors_compute(regions=["KR"], date=day, **{"factor_names": FACTORS, **asked})


def assert_same(ours: dict, theirs: dict) -> None:
    assert ours.keys() == theirs.keys()
    for key, figures in theirs.items():
        assert ours[key] == pytest.approx(figures, rel=1e-9, abs=1e-9), key


@pytest.mark.parametrize("asked", [{}, {"normalisation": "robust", "neutralise": ["sector", "size"]}])
def test_it_leaves_what_the_daily_job_leaves(market, small_chunks, asked):
    day_by_day(**asked)
    daily = scores(), earned(), newest_runs()
    assert len(daily[0]) > 12 * 14 * 3
    assert len(daily[1]) == 11 * 4  # the first session has none before it
    FactorScore.objects.all().delete()
    FactorReturn.objects.all().delete()
    FactorRun.objects.all().delete()
    job = backfill(**asked)
    assert (job.state, job.session_count, job.done_through) == (JobState.DONE, 12, DAYS[-1])
    assert job.score_count == len(daily[0])
    for ours, theirs in zip((scores(), earned()), daily[:2], strict=True):
        assert_same(ours, theirs)
    assert newest_runs() == daily[2]


def test_it_replaces_what_is_there_and_takes_up_the_scores_of_the_session_before(market, small_chunks):
    backfill()
    first = scores(), earned()
    backfill(start=DAYS[4])
    assert_same(scores(), first[0])
    assert_same(earned(), first[1])


def test_it_goes_on_where_it_stopped(market, small_chunks, monkeypatch):
    write, written = history.chunk_write, []

    def fail_on_the_second(job, factors, chunk, before):
        if len(written) == 1:
            raise OSError(28, "No space left on device")
        written.append(chunk)
        return write(job, factors, chunk, before)

    monkeypatch.setattr(history, "chunk_write", fail_on_the_second)
    job = services.backfill_create(region="KR", start=DAYS[0], end=DAYS[-1], factor_names=FACTORS)
    with pytest.raises(OSError, match="No space left"):
        services.backfill_execute(backfill_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_through) == (JobState.FAILED, DAYS[4])
    assert "No space left" in job.message
    assert {date for date, *_ in scores()} == set(DAYS[:5])

    monkeypatch.setattr(history, "chunk_write", write)
    again = backfill()
    assert (again.pk, again.state, again.session_count) == (job.pk, JobState.DONE, 12)
    interrupted = scores(), earned()
    backfill(restart=True)
    assert_same(interrupted[0], scores())
    assert_same(interrupted[1], earned())


def test_other_data_or_a_wish_to_restart_begins_anew(market, small_chunks):
    done = backfill()
    FactorBackfill.objects.filter(pk=done.pk).update(state=JobState.INTERRUPTED, done_through=DAYS[4])
    assert services.backfill_create(region="KR", start=DAYS[0], end=DAYS[-1], factor_names=FACTORS).pk == done.pk
    FactorBackfill.objects.filter(pk=done.pk).update(state=JobState.INTERRUPTED)
    asked = {"region": "KR", "start": DAYS[0], "end": DAYS[-1], "factor_names": FACTORS}
    assert services.backfill_create(**asked, restart=True).pk != done.pk
    PriceBar.objects.filter(date=DAYS[0]).update(volume=7.0)
    assert services.backfill_create(**asked).pk != done.pk


def test_a_backfill_whose_process_died_is_marked_and_taken_up(market):
    job = services.backfill_create(region="KR", start=DAYS[0], end=DAYS[-1], factor_names=FACTORS)
    FactorBackfill.objects.filter(pk=job.pk).update(state=JobState.RUNNING, done_through=DAYS[3])
    again = services.backfill_create(region="KR", start=DAYS[0], end=DAYS[-1], factor_names=FACTORS)
    assert (again.pk, again.state) == (job.pk, JobState.QUEUED)


def test_dead_jobs_are_marked_without_anybody_asking_for_another(market):
    job = services.backfill_create(region="KR", start=DAYS[0], end=DAYS[-1], factor_names=FACTORS)
    FactorBackfill.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    interrupted = tasks.tidy_jobs()
    assert {kind for kind, count in interrupted.items() if count} == {"factor backfill"}
    assert {"factor run", "combine run", "factor analysis", "collection run"} <= set(interrupted)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.INTERRUPTED, "its process ended before it")


def test_cancelling_stops_it_after_its_chunk(market, small_chunks, monkeypatch):
    write = history.chunk_write

    def cancelled_meanwhile(job, *rest):
        after = write(job, *rest)
        services.backfill_cancel(backfill_id=job.pk)
        return after

    monkeypatch.setattr(history, "chunk_write", cancelled_meanwhile)
    job = services.backfill_create(region="KR", start=DAYS[0], end=DAYS[-1], factor_names=FACTORS)
    with pytest.raises(FactorRunError, match=f"was cancelled; stored through {DAYS[4]}"):
        services.backfill_execute(backfill_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    with pytest.raises(NotQueued):
        services.backfill_execute(backfill_id=job.pk)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"region": "XX"}, "unknown region"),
        ({"factor_names": ["momentun_1m"]}, "unknown factor 'momentun_1m'; did you mean momentum_1m"),
        ({"start": dt.date(2020, 1, 2)}, "from: 2020-01-02 is before the data: the first bar of KR is of"),
        ({"end": dt.date(2024, 7, 1)}, "to: 2024-07-01 is after the newest bar of KR, 2024-06-28"),
        ({"end": DAYS[0] - dt.timedelta(days=9)}, "is before from"),
        ({"start": dt.date(2024, 6, 22), "end": dt.date(2024, 6, 23)}, "there is no session of KR"),
        ({"normalisation": "loud"}, "unknown normalisation"),
        ({"region": "JP"}, "JP has no prices"),
    ],
)
def test_a_wrong_request_says_what_is_wrong(market, asked, reason):
    with pytest.raises(FactorRunError, match=reason):
        backfill(**asked)
    assert not FactorBackfill.objects.exists()


def test_a_day_is_not_mixed(market):
    services.factors_compute(regions=["KR"], date=DAYS[6], factor_names=["momentum_1m"], normalisation="robust")
    with pytest.raises(FactorRunError, match=f"the scores of KR {DAYS[6]} are normalised by robust"):
        backfill(factor_names=["roe"])
    assert FactorBackfill.objects.get().state == JobState.FAILED


def test_neither_the_order_of_words_nor_a_run_that_was_replaced_makes_a_mixture(market):
    for method in ("zscore", "robust"):
        services.factors_compute(regions=["KR"], date=DAYS[6], normalisation=method, neutralise=["size", "sector"])
    job = backfill(factor_names=["roe"], normalisation="robust", neutralise=["sector", "size"])
    assert job.state == JobState.DONE


def test_it_ends_when_the_data_change_under_it(market, small_chunks, monkeypatch):
    write = history.chunk_write

    def a_load_meanwhile(job, *rest):
        after = write(job, *rest)
        PriceBar.objects.filter(date=DAYS[1]).update(volume=7.0)
        return after

    monkeypatch.setattr(history, "chunk_write", a_load_meanwhile)
    with pytest.raises(FactorRunError, match=f"changed while it ran; stored through {DAYS[4]}: ask for it again"):
        backfill()
    monkeypatch.setattr(history, "chunk_write", write)
    assert backfill().session_count == 12  # from the beginning, not from where the other stopped


def test_newer_bars_do_not_disturb_it(market):
    job = services.backfill_create(region="KR", start=DAYS[0], end=DAYS[6], factor_names=FACTORS)
    store_bars_of(DAYS[-1])
    assert services.backfill_execute(backfill_id=job.pk).state == JobState.DONE


def store_bars_of(day: dt.date) -> None:
    """A change of one day as a load notes it."""
    with transaction.atomic(), connection.cursor() as cursor:
        change_lock(cursor, "KR", "bars")
        PriceBar.objects.filter(date=day).update(volume=8.0)
        change_note(cursor, "KR", "bars", day)


def test_a_factor_that_fails_loses_its_returns_with_its_scores(market, monkeypatch):
    backfill()
    (momentum,) = services.catalogue.factors_resolved(["momentum_1m"])
    monkeypatch.setattr(type(momentum), "compute", lambda self, panel: 1 / 0)
    services.factors_compute(regions=["KR"], date=DAYS[5], factor_names=["momentum_1m"])
    assert not FactorReturn.objects.filter(date=DAYS[5], factor__name="momentum_1m").exists()
    assert FactorReturn.objects.filter(date=DAYS[5]).exists()


def test_cancelled_in_its_only_chunk_it_stays_cancelled(market, monkeypatch):
    write = history.chunk_write

    def cancelled_meanwhile(job, *rest):
        services.backfill_cancel(backfill_id=job.pk)
        return write(job, *rest)

    monkeypatch.setattr(history, "chunk_write", cancelled_meanwhile)
    with pytest.raises(FactorRunError, match=f"was cancelled; stored through {DAYS[-1]}"):
        backfill()
    assert FactorBackfill.objects.get().state == JobState.CANCELLED


def test_the_daily_task_makes_up_for_sessions_it_missed(market):
    services.factors_compute(regions=["KR"], date=DAYS[-4])
    tasks.run_daily("KR")
    assert FactorRun.objects.dates_of("KR", DAYS[-4]) == DAYS[-4:]
    assert tasks.run_daily("KR") is None


def test_the_daily_task_leaves_a_session_to_who_has_it(market):
    with psycopg.connect(dsn()) as another:
        another.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, f"KR:{DAYS[-1]}"])
        assert tasks.run_daily("KR") is None
        another.execute("SELECT pg_advisory_unlock_all()")
    assert tasks.run_daily("KR") > 0


def test_one_factor_that_fails_is_told_and_stops_no_other(market, monkeypatch):
    def fail(self, panel):
        raise ZeroDivisionError("a bug")

    (momentum,) = services.catalogue.factors_resolved(["momentum_1m"])
    monkeypatch.setattr(type(momentum), "compute", fail)
    job = backfill()
    assert job.state == JobState.PARTLY
    assert job.errors == {"momentum_1m": "ZeroDivisionError: a bug"}
    assert FactorRun.objects.filter(state=JobState.PARTLY).count() == 12
    assert {name for _, _, name in scores()} == {"roe", "market_cap", "liquidity"}


def test_two_at_once_do_not_mix(market):
    queued = services.backfill_enqueue(region="KR", start=DAYS[0], end=DAYS[-1], factor_names=FACTORS)
    with psycopg.connect(dsn()) as another:
        another.execute("SELECT pg_advisory_lock(%s, hashtext('backfill:KR'))", [LOCK_CLASS])
        with pytest.raises(store.RunInProgress, match="another process fills in the history of KR"):
            tasks.run_backfill(queued.pk)
        another.execute("SELECT pg_advisory_unlock_all()")
    queued.refresh_from_db()
    assert queued.state == JobState.CANCELLED
    assert backfill().state == JobState.DONE


def run(*arguments: str) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("compute_factors", *arguments, stdout=out, stderr=err)
    except SystemExit as leaving:
        return out.getvalue(), err.getvalue(), int(leaving.code)
    return out.getvalue(), err.getvalue(), 0


def test_ctrl_c_is_a_line_and_asking_again_goes_on(market, small_chunks, monkeypatch):
    write, written = history.chunk_write, []

    def interrupted(job, *rest):
        if written:
            raise KeyboardInterrupt
        written.append(job)
        return write(job, *rest)

    monkeypatch.setattr(history, "chunk_write", interrupted)
    asked = ("--region", "KR", "--from", str(DAYS[0]), "--factor", "momentum_1m")
    _, err, code = run(*asked)
    assert (code, err) == (130, "stopped; what is stored stays, and asking again goes on from there\n")
    assert FactorBackfill.objects.get().state == JobState.INTERRUPTED
    monkeypatch.setattr(history, "chunk_write", write)
    out, _, code = run(*asked)
    assert code == 0
    assert f"went on after {DAYS[4]}, where it had stopped with" in out


def test_the_command(market):
    asked = ("--region", "KR", "--from", str(DAYS[0]), "--factor", "momentum_1m")
    out, _, code = run(*asked)
    assert code == 0
    assert f"KR {DAYS[0]} to {DAYS[-1]}: 12 sessions," in out
    out, _, code = run(*asked, "--to", str(DAYS[2]), "--json")
    assert (code, json.loads(out)["backfills"][0]["session_count"]) == (0, 3)
    _, err, code = run("--region", "KR", "--to", str(DAYS[2]))
    assert (code, err) == (2, "a range needs --from, and no --date\n")
    _, err, code = run("--region", "KR", "--from", "1999-01-04")
    assert code == 2
    assert "is before the data" in err
