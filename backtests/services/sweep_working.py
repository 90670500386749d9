"""Working on a sweep: batch by batch, each claimed and stored in one transaction, until nothing is left."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Sum
from django.utils import timezone
from django_q.conf import Conf

from backtests import store
from backtests.models import BacktestSweep, Status
from backtests.report.meaning import LOWER
from backtests.services.config import config_check
from backtests.services.errors import Cancelled
from backtests.services.fingerprint import data_revision
from backtests.services.queueing import task_add
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
LOOK = 0.3  # seconds at least between two looks at whether it was cancelled
WAIT, PATIENCE = 0.2, 60.0  # seconds between looks for what others leave, and how long without finding any


def sweep_work(*, sweep_id: int, progress: Progress = silent, most_seconds: float = float("inf")) -> int:
    """Work on the variants of a sweep that nobody else works on, until none is left, it is cancelled, or
    ``most_seconds`` have passed; how many were computed here.

    Any number of processes and machines may do so at once. What a killed one had claimed is pending again, and those
    who still work wait for it. The last one ends the sweep. BacktestError when the sweep itself cannot go on.
    """
    return _worked(sweep_get(sweep_id=sweep_id), progress, most_seconds)[0]


def sweep_take_turn(*, sweep_id: int) -> int:
    """``sweep_work`` for half of the time that a background task may take; then another task goes on."""
    sweep = BacktestSweep.objects.filter(pk=sweep_id).first()
    if sweep is None:
        return 0  # deleted while its task waited
    timeout = Conf.TIMEOUT
    done, is_left = _worked(sweep, silent, timeout / 2 if timeout else float("inf"))
    if is_left and BacktestSweep.objects.filter(pk=sweep_id, status=Status.RUNNING).exists():
        task_add(sweep)
    return done


def _worked(sweep: BacktestSweep, progress: Progress, most_seconds: float) -> tuple[int, bool]:
    """How many variants were computed, and whether something is left that somebody has to come for."""
    until = time.monotonic() + most_seconds
    with store.shared_lock(lock_name(sweep)), store.beside() as over:
        if not _begin(sweep):
            return 0, False
        try:
            shift = _Shift(sweep, progress, until, over)
            return shift.work(), shift.is_left
        except JobError as error:
            sweep.stop(Status.FAILED, told(error))
            raise


def _begin(sweep: BacktestSweep) -> bool:
    """Whether there is something to do. One that was found dead (FAILED) is taken up again."""
    waiting = BacktestSweep.objects.filter(pk=sweep.pk, status__in=(Status.PENDING, Status.FAILED))
    started = sweep.started_at or timezone.now()
    waiting.update(status=Status.RUNNING, started_at=started, finished_at=None, error="")
    sweep.refresh_from_db()
    return sweep.status == Status.RUNNING


@dataclass
class _Shift:
    """One worker's time at a sweep. ``over``: a connection beside that of the batches."""

    sweep: BacktestSweep
    progress: Progress
    until: float
    over: BaseDatabaseWrapper
    size: int = FIRST
    looked: float = 0.0
    finished: int = 0
    done: int = 0
    is_left: bool = False

    def __post_init__(self) -> None:
        self.worker = SweepWorker(self.sweep, self._tick)
        self._count()

    def work(self) -> int:
        try:
            self._batches()
            self.is_left = self.sweep.variants.pending().exists() or not self._end()
        except Cancelled:
            self.is_left = False
        return self.done

    def _batches(self) -> None:
        """Until nothing is pending, or it is time to leave."""
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < self.until:
            self.worker.refresh()
            found = self._batch()
            self.done += found
            self._count()
            self.progress("variants", self.finished, self.sweep.variant_count)
            self._tell()
            if found:
                patience = time.monotonic() + PATIENCE
            elif not self.sweep.variants.pending().exists():
                return
            elif time.monotonic() > patience:
                return  # others have the rest, and are at it for long: a big market takes its time to read
            else:
                time.sleep(WAIT)

    def _batch(self) -> int:
        """Claim, compute and store some variants; how many."""
        with transaction.atomic():
            claimed = store.variants_claim(self.sweep.pk, self.size)
            rows = []
            for variant in claimed:
                try:
                    self._tick(f"variant {variant.number}")
                    rows.append(self.worker.worked(variant))
                except Cancelled:
                    break  # what is computed stays
                self.finished += 1
            store.variants_write(rows)
        if rows:
            each = median(row.seconds for row in rows)  # the first one also reads the market
            self.size = int(min(max(BATCH_SECONDS / max(each, 1e-6), 1), MOST, 2 * self.size))
        return len(rows)

    def _tick(self, stage: str) -> None:
        """Tell what it is at, the row now and then; Cancelled when that does not run any more."""
        self.progress(stage, self.finished, self.sweep.variant_count)
        if time.monotonic() - self.looked >= LOOK:
            self._tell(stage)

    def _tell(self, stage: str = "") -> None:
        self.looked = time.monotonic()
        total = self.sweep.variant_count
        told = f"{self.finished:,} of {total:,} variants{stage and f': {stage}'}"
        if not store.sweep_tell(self.over, self.sweep.pk, told, 100.0 * self.finished / total):
            raise Cancelled

    def _count(self) -> None:
        self.finished = self.sweep.variant_count - self.sweep.variants.pending().count()

    def _end(self) -> bool:
        """The last one draws the conclusions, unless another one is at it; False when its time was over before."""
        name = f"{lock_name(self.sweep)}:end"
        try:
            with advisory_lock(name, ""):
                running = BacktestSweep.objects.filter(pk=self.sweep.pk, status=Status.RUNNING)
                if not running.exists():
                    return True
                self._tick("conclusions")
                concluded = _conclusions(self.sweep, self.worker, self.until)
                if concluded is None:
                    return False
                now = timezone.now()
                running.update(
                    status=Status.COMPLETED, progress=100.0, stage="", finished_at=now, result=concluded, tests=[],
                    timings=_timings(self.sweep, now),
                )  # fmt: skip
        except RunInProgress:
            pass  # who is at it hands on by itself
        return True


def _conclusions(sweep: BacktestSweep, worker: SweepWorker, until: float) -> dict[str, Any] | None:
    """What came of all variants; None where ``until`` has passed and more is to be tested."""
    now = data_revision(config_check(config=sweep.config))
    changed = {"data_changed": now != sweep.options["data_revision"]}
    if sweep.method == BacktestSweep.Method.WALK_FORWARD:
        found = walk_forward_result(sweep=sweep, worker=worker, until=until)
        return None if found is None else found | changed
    best = best_variants(sweep).first()
    if best is None or best.objective is None:
        return {"best": None, "deflated_sharpe": None} | changed
    track = worker.run(best.overrides).run.track
    return {"best": best.number, "deflated_sharpe": deflated_sharpe_ratio(track, sweep.trials())} | changed


def best_variants(sweep: BacktestSweep) -> Any:
    """Variants that came to an end, the best objective first."""
    return sweep.variants.completed().best_first(lowest=sweep.objective in LOWER)


def _timings(sweep: BacktestSweep, now: Any) -> dict[str, float]:
    computing = sweep.variants.aggregate(found=Sum("seconds"))["found"] or 0.0
    begun = sweep.started_at or now
    return {"variants": round(computing, 3), "total": round((now - begun).total_seconds(), 3)}
