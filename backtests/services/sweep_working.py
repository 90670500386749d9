"""Working on a sweep: batch by batch, each claimed and stored in one transaction, until nothing is left."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django_q.conf import Conf
from django_q.tasks import async_task

from backtests import store
from backtests.models import BacktestSweep, Status
from backtests.report.meaning import LOWER
from backtests.services.running import Progress, silent
from backtests.services.sweep_worker import SweepWorker
from backtests.services.sweeps import sweep_get
from backtests.services.walk_forward_end import walk_forward_result
from backtests.services.watching import lock_name, told
from factors.services import JobError
from factors.store import RunInProgress, advisory_lock
from portfolio.calc.statistics import deflated_sharpe_ratio

BATCH_SECONDS = 1.0  # of work that a killed worker loses, about
FIRST, MOST = 4, 200  # variants of a batch
LOOK = 0.3  # seconds between two looks at whether it was cancelled
WAIT, PATIENCE = 0.2, 60.0  # seconds between looks for what others leave, and how long without finding any


def sweep_work(*, sweep_id: int, progress: Progress = silent, most_seconds: float = float("inf")) -> int:
    """Work on the variants of a sweep that nobody else works on, until none is left, it is cancelled, or
    ``most_seconds`` have passed; how many were computed here.

    Any number of processes and machines may do so at once. What a killed one had claimed is pending again, and those
    who still work wait for it. The last one ends the sweep. BacktestError when the sweep itself cannot go on.
    """
    sweep = sweep_get(sweep_id=sweep_id)
    with store.shared_lock(lock_name(sweep)):
        if not _begin(sweep):
            return 0
        try:
            return _Shift(sweep, progress, time.monotonic() + most_seconds).work()
        except JobError as error:
            sweep.stop(Status.FAILED, told(error))
            raise


def sweep_take_turn(*, sweep_id: int) -> int:
    """``sweep_work`` for half of the time that a background task may take; then another task goes on."""
    timeout = Conf.TIMEOUT
    done = sweep_work(sweep_id=sweep_id, most_seconds=timeout / 2 if timeout else float("inf"))
    sweep = sweep_get(sweep_id=sweep_id)
    if sweep.status == Status.RUNNING and sweep.variants.pending().exists():
        async_task("backtests.tasks.work_sweep", sweep.pk, task_name=f"sweep {sweep}"[:100])
    return done


def _begin(sweep: BacktestSweep) -> bool:
    """Whether there is something to do. One that was found dead (FAILED) is taken up again."""
    waiting = BacktestSweep.objects.filter(pk=sweep.pk, status__in=(Status.PENDING, Status.FAILED))
    started = sweep.started_at or timezone.now()
    waiting.update(status=Status.RUNNING, started_at=started, finished_at=None, error="")
    sweep.refresh_from_db()
    return sweep.status == Status.RUNNING


@dataclass
class _Shift:
    """One worker's time at a sweep."""

    sweep: BacktestSweep
    progress: Progress
    until: float
    size: int = FIRST
    looked: float = 0.0
    goes_on: bool = True
    finished: int = 0

    def __post_init__(self) -> None:
        self.worker = SweepWorker(self.sweep, self._tick)
        self._count()

    def work(self) -> int:
        done, patience = 0, time.monotonic() + PATIENCE
        while time.monotonic() < self.until:
            self.worker.refresh()
            found = self._batch()
            done += found
            if not self._tell():
                break
            if found:
                patience = time.monotonic() + PATIENCE
            elif not self.sweep.variants.pending().exists():
                self._end()
                break
            elif time.monotonic() > patience:
                break  # others have the rest, and are at it for long: a big market takes its time to read
            else:
                time.sleep(WAIT)
        return done

    def _batch(self) -> int:
        """Claim, compute and store some variants; how many."""
        with transaction.atomic():
            claimed = store.variants_claim(self.sweep.pk, self.size)
            rows = []
            for variant in claimed:
                if not self._look():
                    break
                self._tick(f"variant {variant.number}")
                rows.append(self.worker.worked(variant))
                self.finished += 1
            store.variants_write(rows)
        if rows:
            each = median(row.seconds for row in rows)  # the first one also reads the market
            self.size = int(min(max(BATCH_SECONDS / max(each, 1e-6), 1), MOST, 2 * self.size))
        return len(rows)

    def _look(self) -> bool:
        """Whether it is to go on: seldom asked of the row."""
        now = time.monotonic()
        if now - self.looked >= LOOK:
            self.looked = now
            self.goes_on = BacktestSweep.objects.filter(pk=self.sweep.pk, status=Status.RUNNING).exists()
        return self.goes_on

    def _tick(self, stage: str) -> None:
        self.progress(stage, self.finished, self.sweep.variant_count)

    def _count(self) -> None:
        self.finished = self.sweep.variant_count - self.sweep.variants.pending().count()

    def _tell(self) -> bool:
        """Write how far it is to the row; False when it is cancelled."""
        self._count()
        self._tick("variants")
        total = self.sweep.variant_count
        running = BacktestSweep.objects.filter(pk=self.sweep.pk, status=Status.RUNNING)
        told = f"{self.finished:,} of {total:,} variants"
        return bool(running.update(progress=100.0 * self.finished / total, stage=told))

    def _end(self) -> None:
        """The last one draws the conclusions, unless another one is at it."""
        name = f"{lock_name(self.sweep)}:end"
        try:
            with advisory_lock(name, ""):
                running = BacktestSweep.objects.filter(pk=self.sweep.pk, status=Status.RUNNING)
                if running.exists():
                    self._tick("conclusions")
                    concluded = _conclusions(self.sweep, self.worker)
                    now = timezone.now()
                    running.update(
                        status=Status.COMPLETED, progress=100.0, stage="", finished_at=now, result=concluded,
                        timings=_timings(self.sweep, now),
                    )  # fmt: skip
        except RunInProgress:
            return


def _conclusions(sweep: BacktestSweep, worker: SweepWorker) -> dict[str, Any]:
    if sweep.method == BacktestSweep.Method.WALK_FORWARD:
        return walk_forward_result(sweep=sweep, worker=worker)
    best = best_variants(sweep)[:1]
    if not best or best[0].objective is None:
        return {"best": None, "deflated_sharpe": None}
    track = worker.run(best[0].overrides).run.track
    return {"best": best[0].number, "deflated_sharpe": deflated_sharpe_ratio(track, sweep.trials())}


def best_variants(sweep: BacktestSweep) -> Any:
    """Variants that came to an end, the best objective first."""
    return sweep.variants.completed().best_first(lowest=sweep.objective in LOWER)


def _timings(sweep: BacktestSweep, now: Any) -> dict[str, float]:
    computing = sweep.variants.aggregate(found=Sum("seconds"))["found"] or 0.0
    begun = sweep.started_at or now
    return {"variants": round(computing, 3), "total": round((now - begun).total_seconds(), 3)}
