"""Combine the factors of a strategy over a range of sessions: asked for, carried out chunk by chunk, taken up again."""

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django_q.tasks import async_task

from factors import store
from factors.models import CombineRun, CompositeScore, FactorRun, JobState, Strategy
from factors.services.combine_checks import scores_period
from factors.services.combine_chunks import Combination
from factors.services.combine_replacing import (
    alike,
    begin_again_if_overtaken,
    refuse_to_replace_for_one_session,
    replace_other_definition,
)
from factors.services.jobs import carried_out
from factors.services.progress import Progress, silent
from factors.services.strategies import strategy_definition, strategy_get
from factors.services.universes import StrategyError, members_of
from market.regions import region_get

STOPPED = (JobState.FAILED, JobState.INTERRUPTED, JobState.CANCELLED)  # such a run can go on where it was
STORED = (JobState.DONE, JobState.PARTLY)


def combine_run_create(
    *, strategy: str, date: dt.date | None = None, start: dt.date | None = None, end: dt.date | None = None
) -> CombineRun:
    """A queued run, its request checked: ``date`` alone, or from ``start`` to ``end``; none of them: the newest scores.

    StrategyError for an unknown strategy, one that no longer passes its checks, a range outside the scores there are.
    """
    found = strategy_get(name=strategy)
    definition = strategy_definition(strategy=found)
    members_of(region=found.region, universe=definition.universe)
    first, last = _range(found.region, date, start, end)
    return CombineRun.objects.create(strategy=found, start=first, end=last, definition=definition.as_dict())


def _range(region: str, date: dt.date | None, start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date]:
    if date and (start or end):
        raise StrategyError("date: either date, or from and to")
    if start and end and start > end:
        raise StrategyError(f"from: {start} is after to ({end})")
    known = scores_period(region=region)
    if known is None:
        raise StrategyError(f"region: {region} has no factor scores yet: manage.py compute_factors --region {region}")
    for name, day in (("date", date), ("from", start), ("to", end)):
        if day and day > region_get(region).today():
            raise StrategyError(f"{name}: {day} is in the future for {region}")
        if day and day < known[0]:
            raise StrategyError(f"{name}: {day} is before the first factor scores of {region} ({known[0]})")
    first = date or start or (known[0] if end else known[1])
    if first > known[1]:
        name = "date" if date else "from"
        raise StrategyError(f"{name}: {first} is after the newest factor scores of {region} ({known[1]})")
    return first, date or end or known[1]


def combine_run_enqueue(
    *, strategy: str, date: dt.date | None = None, start: dt.date | None = None, end: dt.date | None = None
) -> CombineRun:
    """Create a run and hand it to the background workers; errors as ``combine_run_create``."""
    with transaction.atomic():
        created = combine_run_create(strategy=strategy, date=date, start=start, end=end)
        _hand_over(created)
    return created


def combine_run_resume(*, run_id: int) -> CombineRun:
    """Queue a run that stopped again, for the background workers; errors as ``combine_run_requeue``."""
    with transaction.atomic():
        run = combine_run_requeue(run_id=run_id)
        _hand_over(run)
    return run


def combine_run_requeue(*, run_id: int) -> CombineRun:
    """Make a failed, interrupted or cancelled run a queued one, to go on after its last stored session.

    StrategyError for others, and while its strategy is at work still (a cancelled run ends with its present chunk).
    """
    store.interrupted_mark(CombineRun)
    run = CombineRun.objects.select_related("strategy").get(pk=run_id)
    if run.state not in STOPPED:
        raise StrategyError(
            f"state: run #{run.pk} is {run.state}: only failed, interrupted and cancelled runs are taken up again"
        )
    try:
        with store.lock_of(run):
            run.state, run.message = JobState.QUEUED, ""
            run.save(update_fields=["state", "message"])
    except store.RunInProgress as error:
        raise StrategyError(f"state: run #{run.pk} cannot be taken up yet: {error}") from error
    return run


def _hand_over(run: CombineRun) -> None:
    name = f"combine {run.strategy.name} {run.start} to {run.end} #{run.pk}"
    async_task("factors.tasks.run_combine", run.pk, task_name=name[:100])


def combine_run_cancel(*, run_id: int) -> bool:
    """Stop a run that waits or works (after its present chunk); False when there is nothing to stop."""
    going = CombineRun.objects.filter(pk=run_id, state__in=[JobState.QUEUED, JobState.RUNNING])
    return bool(going.update(state=JobState.CANCELLED, finished_at=timezone.now(), message="cancelled"))


def combine_run_execute(*, run_id: int, progress: Progress = silent) -> CombineRun:
    """Carry out a queued run, from after its last stored session if it was taken up again.

    Each chunk of sessions is one transaction with the run's row, so what is stored and ``done_through`` agree.
    StrategyError for what the request has wrong, ``store.RunInProgress`` when the strategy is being combined already.
    """
    run = CombineRun.objects.select_related("strategy").get(pk=run_id)
    with carried_out(run):
        _execute(run, progress)
    return run


def _execute(run: CombineRun, progress: Progress) -> None:
    clock = time.perf_counter()
    definition = strategy_definition(strategy=run.strategy)
    now = definition.as_dict()
    # Within one run defaults count, too: its first chunk must not have others than its last.
    if not alike(now, run.definition) or now["options"] != run.definition["options"]:
        raise StrategyError("strategy: it has been changed since this run was asked for: start another one")
    begin_again_if_overtaken(run)
    refuse_to_replace_for_one_session(run)
    progress("reading", 0, 1)
    work = Combination(definition, run)
    run.timings = run.timings | {"read": run.timings.get("read", 0.0) + time.perf_counter() - clock}
    for chunk in work.chunks():
        found = work.combine(chunk, progress)
        clock = time.perf_counter()
        with transaction.atomic():
            if not CombineRun.objects.select_for_update().filter(pk=run.pk, state=JobState.RUNNING).exists():
                run.state = JobState.CANCELLED
                return
            _store(run, chunk, found)
            run.timings["write"] = run.timings.get("write", 0.0) + time.perf_counter() - clock
            run.save()
    if not run.score_count:
        why = "; ".join(run.warnings)
        raise StrategyError(f"universe: nobody could be scored from {run.start} to {run.end}: {why}")
    run.timings = {stage: round(seconds, 4) for stage, seconds in run.timings.items()}
    run.finish(JobState.DONE, "; ".join(run.warnings))
    progress("done", 1, 1)


def _store(run: CombineRun, chunk: Sequence[dt.date], found: store.Composites) -> None:
    """Replace the scores of a chunk. Until a run has a score nothing of what is there goes; the first ones replace
    those of all its sessions so far, and another definition's altogether.
    """
    if run.score_count or np.isfinite(found.score).any():
        start = chunk[0]
        if not run.score_count:
            start = run.start
            replace_other_definition(run)
        run.score_count += store.composites_write(run.strategy_id, start, chunk[-1], found)
        run.stored_at = timezone.now()
    run.done_through = chunk[-1]


def combine_run_summary(*, run: CombineRun) -> dict[str, Any]:
    """A finished run as plain data, for JSON."""
    names = (
        "id", "start", "end", "done_through", "state", "message", "score_count", "warnings", "weights", "model_cards",
        "definition", "timings", "started_at", "finished_at",
    )  # fmt: skip
    return {"strategy": run.strategy.name} | {name: getattr(run, name) for name in names}


def strategies_daily(*, region: str) -> dict[str, str]:
    """Combine every active strategy of a region for the newest scores, unless that was done since they were made.

    By strategy what became of it: ``500 scores``, or why not; what goes wrong with one does not stop the others.
    """
    told: dict[str, str] = {}
    for strategy in Strategy.objects.filter(region=region, is_active=True):
        try:
            told[strategy.name] = _daily(strategy)
        except (StrategyError, store.RunInProgress) as error:
            told[strategy.name] = str(error)
        except Exception as error:  # noqa: BLE001 - the run's row has it, too; the other strategies go on
            told[strategy.name] = f"{type(error).__name__}: {error}"
    return told


def _daily(strategy: Strategy) -> str:
    known = scores_period(region=strategy.region)
    computed = FactorRun.objects.done().filter(region=strategy.region).order_by("-finished_at").first()
    since = computed.finished_at if computed else None
    done = strategy.runs.filter(state__in=STORED)
    if known and since and done.filter(end=known[1], started_at__gt=since).exists():
        return "done already"
    run = combine_run_create(strategy=strategy.name)
    return f"{combine_run_execute(run_id=run.pk).score_count:,} scores"


def composite_top(*, strategy: str, date: dt.date | None = None, count: int = 10) -> list[dict[str, Any]]:
    """The ``count`` best of a session (None: the newest): date, rank, ticker, name, sector, score."""
    found = strategy_get(name=strategy)
    day = date or composite_newest(strategy_id=found.pk)
    rows = list(CompositeScore.objects.of_day(found.pk, day).with_names()[:count]) if day else []
    if not rows:
        when = f" on {date}" if date else " yet"
        raise StrategyError(
            f"date: {strategy} has no composite scores{when}: manage.py combine_factors --strategy {strategy!r}"
        )
    return [
        {
            "date": row.date, "rank": row.rank, "ticker": row.instrument.ticker, "name": row.instrument.name,
            "sector": row.instrument.sector, "score": row.score,
        }
        for row in rows
    ]  # fmt: skip


def composite_newest(*, strategy_id: int) -> dt.date | None:
    """The date of a strategy's newest composite scores."""
    return CompositeScore.objects.filter(strategy_id=strategy_id).aggregate(Max("date"))["date__max"]


def composite_sessions(*, strategy_id: int, start: dt.date, end: dt.date) -> list[dt.date]:
    """Sessions of a range on which a strategy has composite scores, ascending."""
    rows = CompositeScore.objects.filter(strategy_id=strategy_id, date__range=(start, end), rank=1)
    return list(rows.order_by("date").values_list("date", flat=True))
