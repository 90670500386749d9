"""Whatever happens to a collection, what was stored stays, and what is not reached yet is asked for next time."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import Error, connection
from django.utils import timezone
from django_q.models import Schedule

from etfs.models import CollectItem, CollectRun, ETFHolding, Payload, Snapshot, Tier
from etfs.services import EtfError, collect_create, collect_execute, fetching
from etfs.services.collecting import collect_cancel, due_of, tier_of
from etfs.services.fetching import AHEAD, workers_of
from etfs.sources.base import ERROR_TYPES, Kind, SourceProblem
from etfs.store.locks import collect_lock
from etfs.tasks import run_collect
from factors.models import JobState
from factors.services import NotQueued
from factors.services.jobs import jobs_tidy
from factors.store import RunInProgress
from market.store.arrow import dsn
from tests.etfs.builder import composition, fund
from tests.etfs.fake_source import DAY, GOOD, FakeSource, fake_registered

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)  # for what other processes must see, or a statement that fails
ROOT = Path(__file__).parents[2]
FUNDS = ("F1", "F2", "F3", "F4", "F5", "F6")
LONG = 20.0  # seconds after which something that must happen has not
Outcome = CollectItem.Outcome


@pytest.fixture
def fake() -> Iterator[FakeSource]:
    with fake_registered() as source:
        yield source


@pytest.fixture
def config(settings, tmp_path: Path):
    """Write a configuration."""

    def write(text: str) -> None:
        path = tmp_path / "collect.yaml"
        path.write_text(text, encoding="utf-8")
        settings.ETF_COLLECT_CONFIG = str(path)

    return write


def collect(*symbols: str, on_item=None, **asked: object) -> CollectRun:
    run = collect_create(**{"region": "KR", "source": "fake", "symbols": symbols, **asked})
    return collect_execute(run_id=run.pk, on_item=on_item)


def outcomes(run: CollectRun) -> dict[str, str]:
    return {item.ticker: item.error_type or item.outcome for item in run.items.order_by("id")}


def held() -> set[str]:
    return set(Snapshot.objects.values_list("etf__instrument__ticker", flat=True))


# --- which funds are due


def last_reached(ticker: str, ago: dt.timedelta, **facts: object) -> None:
    """An answer of then."""
    run = {"source": "fake", "kind": "holdings", "region": "KR", "state": "DONE"}
    made = CollectRun.objects.create(**(run | {key: facts.pop(key) for key in [*facts] if key in run}))
    item = CollectItem.objects.create(run=made, ticker=ticker, **{"outcome": Outcome.STORED, **facts})
    CollectItem.objects.filter(pk=item.pk).update(created_at=timezone.now() - ago)


def is_due(source: FakeSource, ticker: str = "F1") -> bool:
    return due_of(source=source, region="KR", tickers=[ticker]) == [ticker]


@pytest.mark.parametrize(
    ("assets", "tier", "days"),
    [
        ("1e12", Tier.AUTO, 1), ("999999999999.99", Tier.AUTO, 7), (None, Tier.AUTO, 7), ("1e400", Tier.AUTO, 1),
        ("1e13", Tier.QUARTERLY, 91), ("1", Tier.DAILY, 1), ("1e13", Tier.WEEKLY, 7),
    ],
)  # fmt: skip
def test_a_fund_is_due_after_the_days_of_its_tier_with_an_hours_grace(fake, assets, tier, days):
    fund("KR", "F1", assets=assets, collect_tier=tier)
    due = dt.timedelta(days=days, hours=-1)
    last_reached("F1", due)
    assert is_due(fake)
    last_reached("F1", due - dt.timedelta(minutes=1))
    assert not is_due(fake)
    last_reached("F1", due * 3)  # the newest answer counts, not the last one written
    assert not is_due(fake)


def test_a_quarterly_source_is_asked_by_the_quarter():
    fund("KR", "F1", assets=1e13, collect_tier=Tier.DAILY)
    with fake_registered(is_quarterly=True) as source:
        last_reached("F1", dt.timedelta(days=90))
        assert not is_due(source)
        CollectItem.objects.update(created_at=timezone.now() - dt.timedelta(days=91))
        assert is_due(source)


@pytest.mark.parametrize(
    ("region", "assets", "large", "tier"),
    [
        ("US", "1e9", {"*": 1e12}, Tier.DAILY),
        ("US", "999999999", {"*": 1e12}, Tier.WEEKLY),
        ("US", "6e8", {"*": 1e12, "US": 6e11}, Tier.DAILY),
        ("KR", "6e11", {"*": 1e12, "US": 6e11}, Tier.WEEKLY),
        ("KR", "1e12", {"US": 6e11}, Tier.DAILY),  # settings that name regions only: the usual threshold elsewhere
        ("HK", "1e30", {"*": 1e12}, Tier.WEEKLY),  # nobody says what its currency is worth
    ],
)
def test_assets_are_compared_in_won_with_the_threshold_of_the_region(settings, region, assets, large, tier):
    settings.ETF_KRW_PER, settings.ETF_LARGE_KRW = {"KRW": 1.0, "USD": 1000.0}, large
    assert tier_of(fund(region, "F1", assets=assets)) == tier


def test_a_fund_that_nobody_knows_is_due(fake):
    assert is_due(fake, "NEW")
    assert tier_of(None) == Tier.DAILY


@pytest.mark.parametrize(
    "facts",
    [
        {"outcome": Outcome.FAILED}, {"outcome": Outcome.REFUSED}, {"source": "other"}, {"region": "US"},
        {"kind": "stats"},
    ],
)  # fmt: skip
def test_what_is_no_answer_of_this_kind_source_and_region_does_not_count(fake, facts):
    fund("KR", "F1", assets=1)
    last_reached("F1", dt.timedelta(0), **facts)
    assert is_due(fake)


@pytest.mark.parametrize("outcome", [Outcome.STORED, Outcome.UNCHANGED, Outcome.KEPT, Outcome.FLAGGED])
def test_an_answer_counts_whatever_became_of_it(fake, outcome):
    fund("KR", "F1", assets=1)
    last_reached("F1", dt.timedelta(0), outcome=outcome)
    assert not is_due(fake)


def test_all_funds_of_the_region_are_asked_the_largest_first_and_what_is_not_due_is_left_alone(fake):
    for ticker, assets in (("F1", 1), ("F2", 2e12), ("F3", 1e12), ("F4", None)):
        fund("KR", ticker, assets=assets)
    fund("US", "SPY", assets=1e12)
    assert list(outcomes(collect())) == ["F2", "F3", "F1", "F4"]
    fake.asked.clear()
    run = collect()
    assert (run.state, run.message, fake.asked) == (JobState.DONE, "nothing to do", [])
    CollectItem.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    assert list(outcomes(collect())) == ["F2", "F3"]


def test_symbols_and_force_ask_also_what_is_not_due(fake):
    fund("KR", "F1", assets=1)
    collect()
    assert outcomes(collect("f1", " F1", "", "F2")) == {"F1": Outcome.UNCHANGED, "F2": Outcome.STORED}
    assert outcomes(collect(force=True)) == {"F1": Outcome.STORED, "F2": Outcome.STORED}
    assert fake.asked.count("F1") == 3  # once each, however often it is named


def test_symbols_of_the_configuration_are_asked_when_due(fake, config):
    config("{source: fake, regions: {KR: {etf_symbols: [f2, F1]}}}")
    fund("KR", "F9", assets=1e13)
    assert list(outcomes(collect(source=""))) == ["F2", "F1"]
    assert collect(source="").message == "nothing to do"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"region": "XX"}, "region: unknown region 'XX'"),
        ({"source": ""}, "source: the configuration names none for KR; use one of fake"),
        ({"source": "nobody"}, "source: no ETF source 'nobody' for holdings"),
        ({"kind": "funds"}, "source: no ETF source 'fake' for funds"),
        ({"kind": "everything"}, "source: 'everything' is not a valid Kind"),
        ({"region": "VN"}, "source: fake is for KR, US, not VN"),
        ({"symbols": ["A" * 33]}, "symbols: 'A{32}' is not a ticker"),
        ({"symbols": ["A\0"]}, "symbols: .* is not a ticker"),
        ({"symbols": ["IVV 2023.CSV"]}, "symbols: 'IVV 2023.CSV' is not a ticker .letters, digits and"),
    ],
)
def test_a_wrong_request_says_what_is_wrong(fake, asked, reason):
    with pytest.raises(EtfError, match=reason):
        collect(**asked)
    assert not CollectRun.objects.exists()


# --- several at a time


def test_several_are_fetched_at_a_time_and_no_more_than_asked_for(fake, config):
    config("max_workers: 3")
    together, inside, most = threading.Barrier(3, timeout=LONG), set(), []

    def meet(ask):
        inside.add(ask.ticker)
        together.wait()  # three at once, or it breaks
        most.append(len(inside))
        together.wait()
        inside.discard(ask.ticker)
        return GOOD

    fake.plays = dict.fromkeys(FUNDS, meet)
    run = collect(*FUNDS)
    assert (run.state, run.stored) == (JobState.DONE, 6)
    assert set(most) == {3}


def test_threads_beyond_the_rate_would_only_wait_until_their_time_is_over():
    with fake_registered(rate_limit=5 / 60) as slow:
        assert [workers_of(slow, most) for most in (1, 4, 32)] == [1, 4, 5]
    with fake_registered(rate_limit=0.001) as slower:
        assert workers_of(slower, 32) == 1
    with fake_registered(rate_limit=20.0) as quick:
        assert workers_of(quick, 32) == 32


def test_answers_are_stored_in_the_order_asked(fake):
    last = threading.Event()
    fake.plays["F1"] = lambda ask: GOOD if last.wait(LONG) else {}
    fake.plays["F4"] = lambda ask: (last.set(), GOOD)[1]
    run = collect(*FUNDS)
    assert fake.fetched.index("F4") < fake.fetched.index("F1")
    assert list(run.items.order_by("id").values_list("ticker", flat=True)) == [*FUNDS]


def test_few_answers_wait_in_memory(fake, config):
    config("max_workers: 2")
    many = [f"M{number}" for number in range(20)]
    ahead = []

    def look(item: CollectItem) -> None:
        stored = len(ahead)
        expected = min(stored + AHEAD * 2, len(many))
        with fake.moved:
            assert fake.moved.wait_for(lambda: len(fake.fetched) >= expected, LONG)
            fake.moved.wait(0.02)  # nobody goes on by himself
            ahead.append(len(fake.fetched) - stored)

    assert collect(*many, on_item=look).stored == 20
    assert max(ahead) == AHEAD * 2


def test_one_that_never_ends_does_not_lose_the_others(fake, monkeypatch):
    monkeypatch.setattr(fetching, "LONGEST_FETCH", 0.2)
    over = threading.Event()
    fake.plays["F1"] = lambda ask: {} if over.wait(LONG) else GOOD
    run = collect(*FUNDS)
    over.set()
    assert run.state == JobState.PARTLY
    assert outcomes(run) == {"F1": "timeout"} | dict.fromkeys(FUNDS[1:], Outcome.STORED)


# --- failures


def fail(error: BaseException):
    def play(ask):
        raise error

    return play


def test_a_fund_that_cannot_be_had_keeps_its_last_good_data(fake):
    composition(fund("KR", "F1"), DAY - dt.timedelta(days=1), {"AAA": 100}, source="fake")
    for kind in ERROR_TYPES:
        fake.plays["F1"] = fail(SourceProblem(f"it was {kind}", kind))
        run = collect("F1", "F2")
        assert (run.state, run.failed) == (JobState.PARTLY, 1)
        assert outcomes(run)["F1"] == kind
        item = run.items.get(ticker="F1")
        assert (item.outcome, item.message, item.payload) == (Outcome.FAILED, f"it was {kind}", None)
    kept = Snapshot.objects.get(etf__instrument__ticker="F1")
    assert (kept.as_of_date, kept.is_served, kept.line_count) == (DAY - dt.timedelta(days=1), True, 1)


def divide(answer) -> None:
    if answer["fund"] == "F1":
        raise ZeroDivisionError("a bug\nof several lines")


@committed
@pytest.mark.parametrize("where", ["fetch", "parse", "store"])
def test_a_bug_met_by_one_fund_is_told_and_logged_and_loses_no_other(fake, caplog, where):
    composition(fund("KR", "F1"), DAY - dt.timedelta(days=1), {"AAA": 100}, source="fake")
    if where == "store":  # a number that its column does not hold
        fake.plays["F1"] = lambda ask: {**GOOD, "expected": 10**12}
    elif where == "fetch":
        fake.plays["F1"] = lambda ask: divide({"fund": "F1"})
    else:
        fake.read = divide
    run = collect(*FUNDS)
    assert run.state == JobState.PARTLY
    assert outcomes(run) == {"F1": "internal"} | dict.fromkeys(FUNDS[1:], Outcome.STORED)
    item = run.items.get(ticker="F1")
    assert item.outcome == Outcome.FAILED
    assert item.message.startswith(
        "DataError: integer out of range" if where == "store" else "ZeroDivisionError: a bug"
    )
    assert "\n" not in item.message
    assert (item.payload is None) == (where == "fetch")  # bytes that came are kept, so that a mended parser reads them
    (record,) = [record for record in caplog.records if record.name == "etfs.services.answers"]
    assert record.levelname == "ERROR"
    assert record.exc_info[0].__name__ in item.message
    assert Snapshot.objects.get(etf__instrument__ticker="F1").as_of_date == DAY - dt.timedelta(days=1)


def test_half_a_composition_is_never_stored(fake, monkeypatch):
    monkeypatch.setattr("etfs.services.compositions._follow", fail(ArithmeticError("after its lines were written")))
    run = collect("F1")
    assert (run.state, outcomes(run)) == (JobState.FAILED, {"F1": "internal"})
    assert not Snapshot.objects.exists()
    assert not ETFHolding.objects.exists()
    assert Payload.objects.count() == 1


def test_states_of_the_run(fake):
    assert (collect().state, CollectRun.objects.get().message) == (JobState.DONE, "nothing to do")
    assert collect("F1", "F2").message == "2 stored"
    fake.plays["F1"] = lambda ask: {"AAA": 60}
    fake.plays["F2"] = fail(SourceProblem("no", "auth"))
    assert (run := collect("F2")).state == JobState.FAILED
    assert run.message == "1 failed"
    assert (run := collect("F1", "F3")).state == JobState.PARTLY
    assert outcomes(run) == {"F1": "refused", "F3": Outcome.STORED}  # what is held of that day is good
    fake.plays["F4"] = lambda ask: {"AAA": 60}
    assert (run := collect("F4")).state == JobState.PARTLY
    assert (run.flagged, run.message) == (1, "1 flagged")


def test_a_long_list_is_cut_and_its_rest_keeps_the_sums(fake, config):
    config("max_holdings: 2")
    lines = {"A": 50, "B": 30, "C": 12, "D": 8, "cash": 0}
    fake.plays["F1"] = lambda ask: lines
    assert collect("F1").state == JobState.DONE
    rows = ETFHolding.objects.order_by("rank").values_list("line__ticker", "line__name", "line__kind", "weight")
    assert [row[0] or row[1:3] for row in rows] == ["A", "B", ("further lines", "OTHER")]
    assert [row[3] for row in rows] == [50, 30, 20]
    snapshot = Snapshot.objects.get()
    assert (snapshot.line_count, snapshot.weight_sum, snapshot.expected_lines) == (3, Decimal(100), None)


def test_a_list_that_came_cut_off_is_flagged_although_it_is_cut_here_too(fake, config):
    config("max_holdings: 2")
    fake.plays["F1"] = lambda ask: {"A": 50, "B": 30, "C": 12, "D": 8, "expected": 9}
    run = collect("F1")
    assert outcomes(run) == {"F1": Outcome.FLAGGED}
    assert "4 lines where the source says 9" in run.items.get().message


# --- ends


def test_a_second_execution_is_none(fake):
    run = collect("F1")
    with pytest.raises(NotQueued, match="is DONE, not QUEUED"):
        collect_execute(run_id=run.pk)
    assert fake.asked == ["F1"]


def test_a_configuration_that_is_wrong_by_now_ends_the_run_with_its_reason(fake, config):
    config("source: fake")
    run = collect_create(region="KR")
    config("max_workers: lots")
    with pytest.raises(EtfError, match="max_workers must be a whole number"):
        collect_execute(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.message) == (JobState.FAILED, "config: max_workers must be a whole number from 1 to 32")


def test_cancelled_while_it_waits_it_does_not_begin(fake):
    run = collect_create(region="KR", source="fake", symbols=["F1"])
    assert collect_cancel(run_id=run.pk)
    with pytest.raises(NotQueued, match="is CANCELLED"):
        collect_execute(run_id=run.pk)
    assert not collect_cancel(run_id=run.pk)
    assert not fake.asked


def test_cancelled_while_it_runs_it_ends_with_its_present_answer(fake):
    def cancel(item: CollectItem) -> None:
        if item.ticker == "F2":
            assert CollectRun.objects.get().stored == 2  # counts are there while it goes on
            assert collect_cancel(run_id=item.run_id)

    run = collect(*FUNDS, on_item=cancel)
    run.refresh_from_db()
    assert (run.state, run.message, held()) == (JobState.CANCELLED, "cancelled: 2 stored", {"F1", "F2"})
    assert run.finished_at is not None
    assert outcomes(collect()) == {}  # those it has are not due
    assert not collect_cancel(run_id=run.pk)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C is heard, even where a shell started the tests in the background and has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@committed
def test_ctrl_c_does_not_wait_for_a_source_that_hangs(fake, interruptible):
    over, stored = threading.Event(), threading.Event()

    def hang(ask):
        assert stored.wait(LONG)
        over.wait(0.2)  # by now it is waited for
        os.kill(os.getpid(), signal.SIGINT)
        over.wait(LONG)
        return GOOD

    fake.plays["F3"] = hang
    with pytest.raises(KeyboardInterrupt):
        collect(*FUNDS, on_item=lambda item: stored.set() if item.ticker == "F2" else None)
    run = CollectRun.objects.get()
    assert (run.state, run.message) == (JobState.INTERRUPTED, "stopped by hand")
    assert held() == {"F1", "F2"}
    assert "F3" not in fake.fetched  # it hangs still
    over.set()
    fake.plays.clear()
    with collect_lock(run):  # nothing is held any more
        pass
    assert collect("F3").state == JobState.DONE


def in_another_thread(function, *args: object) -> None:
    def act() -> None:
        try:
            function(*args)
        finally:
            connection.close()

    thread = threading.Thread(target=act)
    thread.start()
    thread.join(LONG)


BUSY = "another collection asks fake; try again when it is done"


@committed
@pytest.mark.parametrize("other", [{}, {"kind": Kind.STATS}, {"region": "US"}], ids=str)
def test_one_collection_at_a_time_asks_a_source_whatever_it_asks(fake, other):
    """The rate is kept by one process: two regions or kinds at once would break it."""
    second = collect_create(**{"region": "KR", "source": "fake", "symbols": ["F2"], **other})
    seen: list[str] = []

    def another() -> None:
        try:
            collect_execute(run_id=second.pk)
        except RunInProgress as error:
            seen.append(str(error))

    assert collect("F1", on_item=lambda item: in_another_thread(another)).state == JobState.DONE
    second.refresh_from_db()
    assert (seen, fake.asked) == ([BUSY], ["F1"])
    assert (second.state, second.message) == (JobState.CANCELLED, BUSY)
    assert collect("F2").state == JobState.DONE


@committed
def test_in_the_background_it_waits_for_its_source(fake):
    """The daily task queues every region of a source at once: none of them may be lost."""
    second = collect_create(region="US", source="fake", symbols=["F2"])
    assert collect("F1", on_item=lambda item: in_another_thread(run_collect, second.pk)).state == JobState.DONE
    second.refresh_from_db()
    assert (second.state, fake.asked) == (JobState.QUEUED, ["F1"])
    again = Schedule.objects.get(func="etfs.tasks.run_collect")
    assert (again.args, again.schedule_type, again.repeats) == (f"({second.pk},)", Schedule.ONCE, -1)
    assert dt.timedelta(seconds=50) < again.next_run - timezone.now() <= dt.timedelta(minutes=1)
    assert run_collect(second.pk) == JobState.DONE


def cut_connection() -> None:
    """The server ends the connection of this process, as when it restarts."""
    with psycopg.connect(dsn(), autocommit=True) as another:
        pid = connection.connection.info.backend_pid
        another.execute("SELECT pg_terminate_backend(%s)", [pid])
        while another.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
            pass


@committed
@pytest.mark.parametrize("where", ["parsing", "between"])
def test_when_the_database_goes_the_run_ends_and_the_next_goes_on(fake, where):
    for ticker in FUNDS:
        fund("KR", ticker)
    fake.read = lambda answer: cut_connection() if (where, answer["fund"]) == ("parsing", "F3") else None
    between = (lambda item: cut_connection() if item.ticker == "F2" else None) if where == "between" else None
    with pytest.raises(Error):
        collect(on_item=between)
    connection.close()
    assert held() == {"F1", "F2"}
    fake.read = lambda answer: None
    jobs_tidy()
    assert CollectRun.objects.get().state == JobState.INTERRUPTED
    assert outcomes(collect()) == dict.fromkeys(FUNDS[2:], Outcome.STORED)


CHILD = """
import signal, sys
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from etfs.services import collect_create, collect_execute
from tests.etfs.fake_source import fake_registered

def hang(item):
    if item.ticker == "F2":
        print("stored", flush=True)
        signal.pause()

with fake_registered():
    collect_execute(run_id=collect_create(region="KR", source="fake").pk, on_item=hang)
"""


@committed
def test_a_killed_collection_keeps_what_it_stored_and_the_next_goes_on(fake):
    for ticker in FUNDS:
        fund("KR", ticker)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "quantsite.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, connection.settings_dict["NAME"]], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "stored\n"
        jobs_tidy()
        run = CollectRun.objects.get()
        assert run.state == JobState.RUNNING  # it lives
        with pytest.raises(RunInProgress):
            collect()
        process.send_signal(signal.SIGKILL)
    wait_until_unlocked(run)
    assert jobs_tidy()["collection run"] == 1
    run.refresh_from_db()
    assert (run.state, run.message) == (JobState.INTERRUPTED, "its process ended before it")
    assert (run.stored, held()) == (2, {"F1", "F2"})
    assert outcomes(collect()) == dict.fromkeys(FUNDS[2:], Outcome.STORED)


def wait_until_unlocked(run: CollectRun) -> None:
    """The server notices a killed client within moments."""
    for _ in range(100):
        try:
            with collect_lock(run):
                return
        except RunInProgress:
            threading.Event().wait(0.05)
    raise AssertionError("the lock of a killed process is held")


@pytest.mark.parametrize(
    "answer",
    [
        {**GOOD, "AAA\0": 0}, {**GOOD, "\ud800": 0}, {**GOOD, "currency": "DOLLARS"}, {**GOOD, "currency": "\0"},
        {**GOOD, "fund": "F1\0"},
    ],
)  # fmt: skip
def test_what_no_text_can_hold_is_refused(fake, answer):
    fake.plays["F1"] = lambda ask: answer
    run = collect("F1", "F2")
    assert sorted(outcomes(run).values()) == [Outcome.STORED, "refused"]
    assert held() == {"F2"}


def test_a_collection_taken_up_again_goes_on_where_it_stopped(fake):
    for ticker in FUNDS:
        fund("KR", ticker)

    def dies(item: CollectItem) -> None:
        if item.ticker == "F2":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(*FUNDS, force=True, on_item=dies)
    run = CollectRun.objects.get()
    CollectRun.objects.update(state=JobState.QUEUED)
    again = collect_execute(run_id=run.pk)
    assert [item.ticker for item in again.items.order_by("id")] == list(FUNDS)  # each asked once
    assert (again.state, again.stored) == (JobState.DONE, len(FUNDS))
