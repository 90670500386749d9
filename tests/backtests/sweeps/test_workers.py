"""Many workers at one sweep: each variant once, whoever dies, whoever cancels."""

import signal
import threading
from collections import Counter

import pytest

from backtests import services, store
from backtests.management.workers import workers
from backtests.models import BacktestSweep
from backtests.services import sweep_worker, sweep_working, workbench
from backtests.services.errors import BacktestError
from backtests.services.sweep_worker import SweepWorker
from backtests.services.watching import tidy
from tests.backtests.sweeps.made import AXES, BASE, in_threads, numbers, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_at_once_do_each_variant_once(waiting, monkeypatch):
    done, original = [], SweepWorker.worked
    monkeypatch.setattr(sweep_working, "BATCH_SECONDS", 0.05)  # small batches, so that both get some

    def noted(self, variant):
        done.append((variant.number, threading.get_ident()))
        return original(self, variant)

    monkeypatch.setattr(SweepWorker, "worked", noted)
    counts = []
    in_threads(*[lambda: counts.append(services.sweep_work(sweep_id=waiting.pk))] * 2)
    assert Counter(number for number, _ in done) == Counter(range(1, 25))
    assert len({thread for _, thread in done}) == 2
    assert sum(counts) == 24
    waiting.refresh_from_db()
    assert (waiting.status, waiting.progress, waiting.stage) == ("COMPLETED", 100.0, "")
    assert waiting.finished_at > waiting.started_at
    assert waiting.counts()["COMPLETED"] == 24
    assert waiting.timings["variants"] > 0


def test_however_many_work_the_figures_are_the_same(waiting):
    in_threads(*[lambda: services.sweep_work(sweep_id=waiting.pk)] * 3)
    alone = services.sweep_create(config=BASE, axes=AXES)
    services.sweep_work(sweep_id=alone.pk)
    by_many, by_one = ([one.figures for one in found.variants.order_by("number")] for found in (waiting, alone))
    assert by_many == by_one
    results = [BacktestSweep.objects.get(pk=found.pk).result for found in (waiting, alone)]
    assert results[0] == results[1]


def test_a_killed_worker_loses_its_batch_alone_and_the_sweep_goes_on(waiting, hanging):
    assert numbers(waiting, "COMPLETED") == [1, 2, 3, 4]
    assert tidy(BacktestSweep) == 0  # somebody works on it
    hanging.send_signal(signal.SIGKILL)
    hanging.wait()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.progress > 0) == ("RUNNING", True)
    assert numbers(waiting, "COMPLETED") == [1, 2, 3, 4]
    assert services.sweep_work(sweep_id=waiting.pk) == 20
    waiting.refresh_from_db()
    assert (waiting.status, len(numbers(waiting, "COMPLETED"))) == ("COMPLETED", 24)


def test_a_sweep_whose_workers_died_is_told_and_can_be_taken_up_again(waiting, hanging):
    hanging.send_signal(signal.SIGKILL)
    hanging.wait()
    until(lambda: tidy(BacktestSweep) == 1)  # the server notices the end of the connection
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == ("FAILED", "its process ended before it")
    assert services.sweep_work(sweep_id=waiting.pk) == 20
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == ("COMPLETED", "")


def test_those_who_still_work_take_over_what_a_killed_one_had(waiting, hanging):
    killed = threading.Timer(1.0, lambda: hanging.send_signal(signal.SIGKILL))
    killed.start()
    assert services.sweep_work(sweep_id=waiting.pk) == 20  # 13 to 24, then it waits for 5 to 12
    waiting.refresh_from_db()
    assert waiting.status == "COMPLETED"


def test_nobody_waits_for_ever_for_others(waiting, hanging, monkeypatch):
    monkeypatch.setattr(sweep_working, "PATIENCE", 0.5)
    assert services.sweep_work(sweep_id=waiting.pk) == 12
    waiting.refresh_from_db()
    assert (waiting.status, numbers(waiting, "PENDING")) == ("RUNNING", list(range(5, 13)))


def test_cancelling_stops_it_and_what_is_computed_stays(waiting, monkeypatch):
    monkeypatch.setattr(sweep_working, "LOOK", 0.0)
    original = SweepWorker.worked

    def cancelled_at_six(self, variant):
        if variant.number == 6:
            in_threads(lambda: services.sweep_cancel(sweep_id=waiting.pk))
        return original(self, variant)

    monkeypatch.setattr(SweepWorker, "worked", cancelled_at_six)
    assert services.sweep_work(sweep_id=waiting.pk) == 5
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error, waiting.result) == ("CANCELLED", "cancelled", None)
    assert numbers(waiting, "COMPLETED") == [1, 2, 3, 4, 5]  # it was noticed within the sixth
    assert services.sweep_work(sweep_id=waiting.pk) == 0  # a task that was queued for it
    assert not services.sweep_cancel(sweep_id=waiting.pk)
    monkeypatch.setattr(SweepWorker, "worked", original)
    assert services.sweep_resume(sweep_id=waiting.pk).status == "PENDING"
    assert services.sweep_work(sweep_id=waiting.pk) == 19
    with pytest.raises(BacktestError, match="is COMPLETED: there is nothing left to do"):
        services.sweep_resume(sweep_id=waiting.pk)


def test_what_it_is_at_is_on_the_row_in_the_middle_of_a_batch(waiting, monkeypatch):
    monkeypatch.setattr(sweep_working, "LOOK", 0.0)
    seen, original = [], workbench.figures_compute

    def looked(**asked):
        asked["tick"](1, 2)
        in_threads(lambda: seen.append(BacktestSweep.objects.get(pk=waiting.pk).stage))
        return original(**asked)

    monkeypatch.setattr(workbench, "figures_compute", looked)
    services.sweep_work(sweep_id=waiting.pk)
    assert seen == ["0 of 24 variants: computing factors"]


def test_the_row_is_not_asked_more_often_than_now_and_then(waiting, monkeypatch):
    monkeypatch.setattr(sweep_working, "LOOK", 1e9)
    asked, told, original = [], [], store.sweep_tell
    monkeypatch.setattr(store, "sweep_tell", lambda *row: asked.append(row) or original(*row))
    services.sweep_work(sweep_id=waiting.pk, progress=lambda stage, done, total: told.append(stage))
    batches = told.count("variants")
    assert len(told) > 24 + batches
    assert len(asked) == batches + (asked[0][2] == "0 of 24 variants: variant 1")  # after a batch, and the first of all


def test_a_helper_process_works_over_the_same_database(waiting):
    with workers(waiting.pk, 1):
        pass  # the caller does nothing, and waits for it
    waiting.refresh_from_db()
    assert (waiting.status, len(numbers(waiting, "COMPLETED"))) == ("COMPLETED", 24)


def test_helpers_end_with_their_caller(waiting):
    with pytest.raises(KeyboardInterrupt), workers(waiting.pk, 1):
        raise KeyboardInterrupt
    waiting.refresh_from_db()
    assert waiting.status != "COMPLETED"


def test_an_error_of_the_machine_fails_no_variant(waiting, monkeypatch):
    def full(*rest):
        raise OSError("no space left on device")

    monkeypatch.setattr(sweep_worker, "run_of", full)
    with pytest.raises(OSError, match="no space left"):
        services.sweep_work(sweep_id=waiting.pk)
    assert len(numbers(waiting, "PENDING")) == 24
    monkeypatch.undo()
    assert services.sweep_work(sweep_id=waiting.pk) == 24


def test_progress_is_told(waiting):
    told = []
    services.sweep_work(sweep_id=waiting.pk, progress=lambda stage, done, total: told.append((stage, done, total)))
    done = [count for _, count, _ in told]
    assert done == sorted(done)
    assert {total for _, _, total in told} == {24}
    assert [stage for stage, _, _ in told][:2] == ["variant 1", "reading prices"]
    assert told.index(("conclusions", 24, 24)) > told.index(("variants", 24, 24))


def test_a_sweep_that_is_not_there():
    with pytest.raises(BacktestError, match="sweep: there is no sweep #77"):
        services.sweep_work(sweep_id=77)
