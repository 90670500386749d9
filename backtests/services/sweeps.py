"""Sweeps: many variants of one backtest, asked for, carried out by any number of workers, cancelled."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_q.tasks import async_task

from backtests.models import BacktestSession, BacktestSweep, BacktestVariant, Status
from backtests.models.jobs import GOING
from backtests.report.meaning import units
from backtests.services.axes import Axis, axes_check, combinations
from backtests.services.config import config_check
from backtests.services.config_values import text_given
from backtests.services.errors import BacktestError
from backtests.services.fingerprint import data_revision
from backtests.services.overrides import overridden
from backtests.services.queueing import is_queued, task_add
from backtests.services.running import Progress, silent
from backtests.services.sessions import backtest_check, backtest_create, backtest_execute

Method = BacktestSweep.Method
RESUMED = (Status.FAILED, Status.CANCELLED)
ROWS = 2000  # variants written at a time


def sweep_create(
    *, config: Any, axes: Mapping[str, Any], method: str = "GRID", samples: int | None = None, seed: int = 0,
    objective: str = "sharpe_ratio", name: str = "", owner: User | None = None,
) -> BacktestSweep:  # fmt: skip
    """A pending sweep of ``config`` over ``axes`` (values by field), each variant a row of its own.

    ``method``: GRID, every combination; RANDOM, ``samples`` of them, drawn by ``seed``. ``objective``: the figure to
    choose by. BacktestError begins with the field that is wrong; nothing is stored then.
    """
    base, checked = base_check(config=config, axes=axes, objective=objective, owner=owner)
    variants = combinations(checked, method, samples, seed)
    options = {"samples": samples, "seed": seed} if method == Method.RANDOM else {}
    return sweep_store(
        base=base, axes=checked, method=method, objective=objective, options=options, variants=variants,
        name=name, owner=owner,
    )  # fmt: skip


def base_check(
    *, config: Any, axes: Mapping[str, Any], objective: str, owner: User | None
) -> tuple[dict[str, Any], list[Axis]]:
    """The whole configuration that variants change, its end settled, and the axes, checked."""
    found, _, end = backtest_check(config=config, user=owner)
    base = found.written | {"end": str(end)}  # bars that are loaded while it runs do not make variants of two periods
    checked = axes_check(base, axes)
    known = units()
    if objective not in known:
        raise BacktestError(f"objective: unknown {objective!r}; known are {', '.join(sorted(known))}")
    return base, checked


def sweep_store(
    *, base: Mapping[str, Any], axes: Sequence[Axis], method: str, objective: str, options: Mapping[str, Any],
    variants: Sequence[Mapping[str, Any]], name: str, owner: User | None,
) -> BacktestSweep:  # fmt: skip
    """Write a sweep with its variants, numbered from 1."""
    given = text_given("name", name, 120) or str(base["name"])
    revision = data_revision(config_check(config=base))
    with transaction.atomic():
        sweep = BacktestSweep.objects.create(
            name=given, config=base, axes=axes, method=method, objective=objective,
            options={**options, "data_revision": revision}, variant_count=len(variants), owner=owner,
        )  # fmt: skip
        rows = (
            BacktestVariant(sweep=sweep, number=number, overrides=overrides)
            for number, overrides in enumerate(variants, 1)
        )
        BacktestVariant.objects.bulk_create(rows, batch_size=ROWS)
    return sweep


def sweep_enqueue(*, sweep_id: int, tasks: int | None = None) -> BacktestSweep:
    """Hand a sweep to the background workers of all machines, as ``tasks`` tasks (QUANTSITE_WORKERS): each works on it
    until nothing is left; nothing more where tasks of it are there already. BacktestError when there is nothing to do.
    """
    count = settings.Q_CLUSTER["workers"] if tasks is None else tasks
    if count < 1:
        raise BacktestError(f"tasks: must be at least 1, not {count}")
    with transaction.atomic():
        locked = BacktestSweep.objects.select_for_update().filter(pk=sweep_id).first()
        begun = locked is not None and locked.is_going  # those who work on a cancelled one are about to leave
        sweep = sweep_resume(sweep_id=sweep_id)
        if not is_queued(sweep_id, begun=begun):
            for _ in range(min(count, max(sweep.variant_count, 1))):
                task_add(sweep)
    return sweep


def sweep_resume(*, sweep_id: int) -> BacktestSweep:
    """A sweep that is to be worked on, one that failed or was cancelled included; BacktestError for a finished one."""
    waits = BacktestSweep.objects.filter(pk=sweep_id, status__in=RESUMED)
    waits.update(status=Status.PENDING, error="", finished_at=None)
    sweep = sweep_get(sweep_id=sweep_id)
    if sweep.status == Status.COMPLETED:
        raise BacktestError(f"sweep: {sweep} is {sweep.status}: there is nothing left to do")
    return sweep


def sweep_get(*, sweep_id: int) -> BacktestSweep:
    found = BacktestSweep.objects.filter(pk=sweep_id).first()
    if found is None:
        raise BacktestError(f"sweep: there is no sweep #{sweep_id}")
    return found


def sweep_cancel(*, sweep_id: int) -> bool:
    """Let its workers stop; what is computed stays. False when it does not go on. One that failed with variants left
    can be cancelled, too: a task that waits would take it up.
    """
    left = Q(status=Status.FAILED) & Exists(BacktestVariant.objects.pending().filter(sweep=OuterRef("pk")))
    going = BacktestSweep.objects.filter(Q(status__in=GOING) | left, pk=sweep_id)
    return bool(going.update(status=Status.CANCELLED, stage="", finished_at=timezone.now(), error="cancelled"))


def variant_create(*, sweep_id: int, number: int, owner: User | None = None) -> BacktestSession:
    """A pending backtest of one variant, to see all of it; its diagnosis knows how many variants were tried."""
    sweep = sweep_get(sweep_id=sweep_id)
    if sweep.method == Method.WALK_FORWARD:
        raise BacktestError("sweep: a walk-forward has windows; backtest the configuration that it chose by itself")
    found = sweep.variants.filter(number=number).first()
    if found is None:
        raise BacktestError(f"number: sweep #{sweep_id} has variants 1 to {sweep.variant_count}, not {number}")
    config = overridden(sweep.config, found.overrides)
    config["name"] = f"{config['name'] or 'sweep'} #{sweep_id}/{number}"[-120:]
    return backtest_create(config=config, owner=owner, again=True, sweep=sweep)


def variant_run(
    *, sweep_id: int, number: int, owner: User | None = None, progress: Progress = silent
) -> BacktestSession:
    """One variant as a whole backtest: ``variant_create``, carried out."""
    created = variant_create(sweep_id=sweep_id, number=number, owner=owner)
    return backtest_execute(session_id=created.pk, progress=progress)


def variant_enqueue(*, sweep_id: int, number: int, owner: User | None = None) -> BacktestSession:
    """``variant_create``, handed to the background workers."""
    with transaction.atomic():
        created = variant_create(sweep_id=sweep_id, number=number, owner=owner)
        async_task("backtests.tasks.run_backtest", created.pk, task_name=f"backtest {created}"[:100])
    return created
