"""Background tasks of a sweep: one after the other, none too many, until its end."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from backtests import services, tasks
from backtests.models import BacktestSweep, BacktestVariant
from backtests.services import sweep_working
from backtests.services.errors import BacktestError
from backtests.services.sweep_worker import SweepWorker
from backtests.services.watching import tidy
from tests.backtests.sweeps.made import BASE

pytestmark = pytest.mark.django_db(transaction=True)


def test_background_tasks(waiting, settings):
    with pytest.raises(BacktestError, match="tasks: must be at least 1"):
        services.sweep_enqueue(sweep_id=waiting.pk, tasks=0)
    assert services.sweep_enqueue(sweep_id=waiting.pk).pk == waiting.pk
    assert OrmQ.objects.count() == settings.Q_CLUSTER["workers"]
    assert {(one.task["func"], one.task["args"]) for one in OrmQ.objects.all()} == {
        ("backtests.tasks.work_sweep", (waiting.pk,))
    }
    assert tasks.work_sweep(waiting.pk) == 24
    assert tasks.work_sweep(waiting.pk) == 0


def test_a_task_hands_on_before_its_time_is_over(waiting, monkeypatch):
    monkeypatch.setattr(sweep_working.Conf, "TIMEOUT", 1e-6)
    assert tasks.work_sweep(waiting.pk) == 0
    assert [one.task["func"] for one in OrmQ.objects.all()] == ["backtests.tasks.work_sweep"]
    assert BacktestVariant.objects.pending().count() == 24


def test_the_end_comes_though_the_last_batch_took_all_the_time(waiting, monkeypatch):
    original, passed = SweepWorker.worked, [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + passed[-1], sleep=time.sleep)

    def slow_at_last(self, variant):
        found = original(self, variant)
        if variant.number == 24:
            passed.append(10.5)
        return found

    monkeypatch.setattr(SweepWorker, "worked", slow_at_last)
    monkeypatch.setattr(sweep_working, "time", clock)
    monkeypatch.setattr(sweep_working.Conf, "TIMEOUT", 20)
    assert tasks.work_sweep(waiting.pk) == 24
    waiting.refresh_from_db()
    assert (waiting.status, OrmQ.objects.count()) == ("COMPLETED", 0)


def test_a_task_that_others_left_with_nothing_pending_ends_the_sweep(waiting, monkeypatch):
    services.sweep_work(sweep_id=waiting.pk)
    BacktestSweep.objects.filter(pk=waiting.pk).update(status="RUNNING", result=None)
    monkeypatch.setattr(sweep_working.Conf, "TIMEOUT", 1e-6)
    assert tasks.work_sweep(waiting.pk) == 0
    waiting.refresh_from_db()
    assert (waiting.status, waiting.result["data_changed"]) == ("COMPLETED", False)


def test_a_task_without_patience_hands_on(waiting, hanging, monkeypatch):
    monkeypatch.setattr(sweep_working, "PATIENCE", 0.5)
    assert tasks.work_sweep(waiting.pk) == 12
    assert OrmQ.objects.count() == 1  # what the hanging one has is somebody's


def test_a_sweep_that_is_queued_is_not_queued_again(waiting):
    services.sweep_enqueue(sweep_id=waiting.pk, tasks=2)
    services.sweep_enqueue(sweep_id=waiting.pk, tasks=2)
    assert OrmQ.objects.count() == 2
    other = services.sweep_create(config=BASE, axes={"max_positions": [2]})
    services.sweep_enqueue(sweep_id=other.pk)
    assert OrmQ.objects.count() == 3
    OrmQ.objects.update(lock=timezone.now() + timedelta(hours=1))  # workers have them
    BacktestSweep.objects.filter(pk=waiting.pk).update(status="RUNNING")
    services.sweep_enqueue(sweep_id=waiting.pk, tasks=2)
    assert OrmQ.objects.count() == 3
    services.sweep_cancel(sweep_id=waiting.pk)  # those who work on it leave now
    services.sweep_enqueue(sweep_id=waiting.pk, tasks=2)
    assert OrmQ.objects.count() == 5


def test_a_sweep_between_two_tasks_goes_on(waiting, monkeypatch):
    monkeypatch.setattr(sweep_working.Conf, "TIMEOUT", 1e-6)
    tasks.work_sweep(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, tidy(BacktestSweep)) == ("RUNNING", 0)
    OrmQ.objects.all().delete()
    assert tidy(BacktestSweep) == 1  # nobody comes


def test_one_that_failed_with_variants_left_can_be_cancelled(waiting):
    BacktestSweep.objects.filter(pk=waiting.pk).update(status="FAILED")
    assert services.sweep_cancel(sweep_id=waiting.pk)
    assert services.sweep_work(sweep_id=waiting.pk) == 0
    BacktestVariant.objects.update(status="COMPLETED")
    BacktestSweep.objects.filter(pk=waiting.pk).update(status="FAILED")
    assert not services.sweep_cancel(sweep_id=waiting.pk)
