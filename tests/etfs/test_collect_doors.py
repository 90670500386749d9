"""Collecting as asked for by hand, by the workers and by the clock."""

import json
from collections.abc import Iterator
from importlib import import_module
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django_q.models import OrmQ, Schedule
from django_q.signing import SignedPackage

from etfs import tasks
from etfs.models import CollectRun, Snapshot
from etfs.schedules import ensure_schedules
from etfs.services import EtfError, collect_enqueue
from etfs.sources.base import SourceProblem
from factors.models import JobState
from market.store.arrow import dsn
from tests.etfs.fake_source import GOOD, FakeSource, fake_registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake() -> Iterator[FakeSource]:
    with fake_registered() as source:
        yield source


@pytest.fixture
def config(settings, tmp_path):
    def write(text: str) -> None:
        settings.ETF_COLLECT_CONFIG = str(tmp_path / "collect.yaml")
        (tmp_path / "collect.yaml").write_text(text, encoding="utf-8")

    return write


def run(*arguments: str) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("collect_etfs", *arguments, stdout=out, stderr=err)
    except SystemExit as leaving:
        return out.getvalue(), err.getvalue(), int(leaving.code)
    return out.getvalue(), err.getvalue(), 0


ASKED = ("--region", "kr", "--source", "fake")


def test_the_command_tells_what_became_of_each_fund(fake):
    out, err, code = run(*ASKED, "--symbols", "f1,F2")
    assert (code, err) == (0, "")
    assert out.count("STORED") == 2
    assert "fake KR: DONE: 2 stored (2 answers, " in out
    fake.plays["F1"] = lambda ask: {"AAA": 60, "BBB": 41}  # 101 %
    fake.plays["F3"] = fail(SourceProblem("fake: HTTP 403, no access", "auth"))
    out, err, code = run(*ASKED, "--symbols", "F1,F2,F3")
    assert code == 3
    assert "PARTLY: 1 unchanged, 2 failed" in out
    assert "F1 2024-06-28 REFUSED: what is held of that day is good, and this is not" in err
    assert "F3 FAILED: fake: HTTP 403, no access\n" in err
    assert run(*ASKED, "--symbols", "F3")[2] == 1


def test_nothing_due_is_no_failure(fake):
    out, err, code = run(*ASKED)
    assert (code, err) == (0, "")
    assert "DONE: nothing to do (0 answers" in out


def test_long_lists_of_failures_are_cut(fake):
    names = [f"F{number}" for number in range(25)]
    fake.plays = dict.fromkeys(names, fail(SourceProblem("fake: no", "timeout")))
    out, err, code = run(*ASKED, "--symbols", ",".join(names))
    assert (code, err.count("FAILED")) == (1, 20)
    assert "... and 5 more; all are kept with the run" in err
    assert "file or address" not in out


def test_json_is_json_whatever_happens(fake):
    fake.plays["F2"] = fail(SourceProblem("fake: no", "timeout"))
    out, _, code = run(*ASKED, "--symbols", "F1,F2", "--json")
    told = json.loads(out)
    assert (code, told["state"], told["source"], told["region"]) == (3, "PARTLY", "fake", "KR")
    assert [(item["ticker"], item["outcome"], item["error_type"], item["as_of_date"]) for item in told["items"]] == [
        ("F1", "STORED", "", "2024-06-28"), ("F2", "FAILED", "timeout", None)
    ]  # fmt: skip


def test_force_replaces(fake):
    run(*ASKED, "--symbols", "F1")
    fake.plays["F1"] = lambda ask: {"AAA": 60, "BBB": 41}
    assert run(*ASKED, "--symbols", "F1", "--force")[2] == 3
    assert Snapshot.objects.get().state == "FLAGGED"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--region", "XX"), "region: unknown region 'XX'"),
        (("--region", "KR"), "source: the configuration names none for KR; use one of fake"),
        (("--region", "KR", "--source", "nobody"), "no ETF source 'nobody' for holdings: use one of fake"),
        (("--region", "VN", "--source", "fake"), "source: fake is for KR, US, not VN"),
        ((*ASKED, "--kind", "funds"), "no ETF source 'fake' for funds"),
        ((*ASKED, "--symbols", "A" * 33), "symbols: 'AAAA"),
    ],
)
def test_wrong_usage_is_a_line_and_code_2(fake, arguments, reason):
    out, err, code = run(*arguments)
    assert (out, code, err.count("\n")) == ("", 2, 1)
    assert reason in err
    assert not CollectRun.objects.exists()


def test_a_source_of_files_is_not_asked_over_the_network():
    _, err, code = run("--region", "KR", "--source", "krx_pdf")
    assert (code, err.count("\n")) == (2, 1)
    assert "source: krx_pdf reads files (load_etfs); sources of the network are akshare, etfcheck" in err


@pytest.mark.parametrize("arguments", [(), ("--region", "KR", "--kind", "everything")])
def test_what_argparse_refuses(arguments):
    with pytest.raises(CommandError):
        run(*arguments)


def test_a_bad_configuration_is_wrong_usage(fake, config):
    config("max_workers: 0")
    assert run(*ASKED) == ("", "config: max_workers must be a whole number from 1 to 32\n", 2)


@pytest.mark.django_db(transaction=True)
def test_another_collection_of_the_same_is_a_line(fake):
    fake.plays["F1"] = lambda ask: GOOD
    seen = []

    def meanwhile(answer) -> None:
        import threading

        def another() -> None:
            seen.append(run(*ASKED, "--symbols", "F2"))
            connection.close()

        thread = threading.Thread(target=another)
        thread.start()
        thread.join()

    fake.read = meanwhile
    assert run(*ASKED, "--symbols", "F1")[2] == 0
    assert seen == [("", "another collection asks fake; try again when it is done\n", 1)]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_is_a_line(fake):
    def cut(answer) -> None:
        with psycopg.connect(dsn(), autocommit=True) as another:
            pid = connection.connection.info.backend_pid
            another.execute("SELECT pg_terminate_backend(%s)", [pid])
            while another.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
                pass

    fake.read = cut
    out, err, code = run(*ASKED, "--symbols", "F1")
    connection.close()
    assert (out, code, err.count("\n")) == ("", 1, 1)
    assert err.startswith("database: ")
    assert err.endswith("; what is stored stays, the rest is asked for next time\n")


def test_ctrl_c_is_a_line(fake):
    fake.read = fail(KeyboardInterrupt())
    _, err, code = run(*ASKED, "--symbols", "F1")
    assert (err, code) == ("stopped; what is stored stays, and asking again goes on from there\n", 130)
    assert CollectRun.objects.get().state == JobState.INTERRUPTED


def fail(error: BaseException):
    def play(answer):
        raise error

    return play


# --- workers


def queued() -> list[tuple[str, tuple]]:
    packages = [
        SignedPackage.loads(payload) for payload in OrmQ.objects.order_by("id").values_list("payload", flat=True)
    ]
    return [(package["func"], package["args"]) for package in packages]


def test_a_queued_collection_is_carried_out_by_the_task(fake):
    made = collect_enqueue(region="KR", source="fake", symbols=["F1"])
    assert (made.state, queued()) == (JobState.QUEUED, [("etfs.tasks.run_collect", (made.pk,))])
    assert tasks.run_collect(made.pk) == JobState.DONE
    assert Snapshot.objects.count() == 1


def test_a_wrong_request_is_not_queued(fake):
    with pytest.raises(EtfError):
        collect_enqueue(region="KR", source="nobody")
    assert queued() == []
    assert not CollectRun.objects.exists()


def test_without_a_configuration_the_daily_task_does_nothing(settings):
    settings.ETF_COLLECT_CONFIG = ""
    assert tasks.collect_due() == []
    assert not CollectRun.objects.exists()


def test_the_daily_task_queues_a_collection_for_every_region_with_a_source(fake, config):
    config("{max_workers: 2, regions: {KR: {source: fake}, US: {source: fake, etf_symbols: [SPY]}, JP: {}}}")
    runs = tasks.collect_due()
    assert [(run.region, run.source, run.state) for run in CollectRun.objects.order_by("id")] == [
        ("KR", "fake", "QUEUED"), ("US", "fake", "QUEUED")
    ]  # fmt: skip
    assert [args for _, args in queued()] == [(pk,) for pk in runs]
    assert [tasks.run_collect(pk) for pk in runs] == ["DONE", "DONE"]
    assert fake.asked == ["SPY"]


def test_a_source_for_all_is_asked_for_the_regions_it_serves(fake, config):
    config("source: fake")
    tasks.collect_due()
    assert [*CollectRun.objects.order_by("id").values_list("region", flat=True)] == ["KR", "US"]


def test_what_is_wrong_with_one_region_stops_no_other_and_is_told(fake, config):
    config("{regions: {KR: {source: nobody}, US: {source: fake}, VN: {source: fake}, JP: {max_workers: 0}}}")
    with pytest.raises(EtfError) as caught:
        tasks.collect_due()
    assert CollectRun.objects.get().region == "US"
    assert str(caught.value) == (
        "KR: source: no ETF source 'nobody' for holdings: use one of fake; JP: config: max_workers must be a whole"
        " number from 1 to 32; VN: source: fake is for KR, US, not VN (other collections queued: 1)"
    )
    config("nonsense")
    with pytest.raises(
        EtfError, match=r"^KR, US, CN, HK, JP, VN: config: .* must be a mapping \(other .* queued: 0\)$"
    ):
        tasks.collect_due()


# --- the clock

NAMES = {"collect ETF holdings", "validate ETF holdings", "prune ETF holdings"}


def test_schedules_call_tasks_that_exist():
    ensure_schedules()
    found = Schedule.objects.filter(name__in=NAMES)
    assert {schedule.name for schedule in found} == NAMES
    for schedule in found:
        module, _, name = schedule.func.rpartition(".")
        assert callable(getattr(import_module(module), name))
    assert tasks.validate_all() == {"funds": 0, "findings": 0, "quarantined": 0}
    assert tasks.prune_all() == 0


def test_schedules_are_made_once_and_stay_as_edited():
    call_command("migrate", verbosity=0)
    mine = Schedule.objects.filter(name="collect ETF holdings")
    mine.update(schedule_type=Schedule.WEEKLY, repeats=0)
    Schedule.objects.filter(name="prune ETF holdings").delete()
    Schedule.objects.create(name="validate ETF holdings", func="etfs.tasks.validate_all")  # twice a day, by hand
    call_command("migrate", verbosity=0)
    assert [(one.schedule_type, one.repeats) for one in mine] == [(Schedule.WEEKLY, 0)]
    assert Schedule.objects.filter(name__in=NAMES).count() == 4
