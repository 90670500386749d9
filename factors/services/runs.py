"""Compute the scores of a region and date, in the foreground or queued."""

import datetime as dt
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import ProgrammingError, connection, transaction
from django_q.tasks import async_task

from factors import store
from factors.base import Factor as FactorClass
from factors.calc.normalise import METHODS
from factors.engine import NEUTRALISATIONS, Result, run
from factors.models import FactorRun, JobState
from factors.registry import UnknownFactor
from factors.services.catalogue import changed_drop, factors_resolved, library_sync, panel_lookback
from factors.services.jobs import JobError, carried_out
from factors.services.progress import Progress, silent
from factors.services.returns import returns_of
from factors.timescale import RETURNS, SCORES
from market.calendars import is_session, sessions_before
from market.models import DataChange, PriceBar
from market.panel import Panel
from market.regions import REGIONS, region_get
from market.store.panel_parts import STOCKS
from market.store.panels import NoBars, Origin, read_panel
from market.timescale.chunks import chunks_make


class FactorRunError(JobError):
    """A request for factors that cannot be met; says which field is wrong and why."""


def request_check(region: str, factor_names: Sequence[str], normalisation: str, neutralise: Sequence[str]) -> str:
    """The region's code; FactorRunError for an unknown region, factor, normalisation or neutralisation."""
    try:
        code = region_get(region).code
    except ValueError as error:
        raise FactorRunError(f"region: {error}") from error
    try:
        factors_resolved(factor_names)
    except UnknownFactor as error:
        raise FactorRunError(f"factors: {error}") from error
    if normalisation not in METHODS:
        raise FactorRunError(f"normalisation: unknown normalisation {normalisation!r}: use one of {', '.join(METHODS)}")
    wrong = [name for name in neutralise if name not in NEUTRALISATIONS]
    if wrong:
        raise FactorRunError(f"neutralise: unknown neutralisation {wrong[0]!r}: use {' and/or '.join(NEUTRALISATIONS)}")
    return code


def factor_run_create(
    *, region: str, date: dt.date | None, factor_names: Sequence[str] = (), normalisation: str = "zscore",
    neutralise: Sequence[str] = (),
) -> FactorRun:  # fmt: skip
    """A queued FactorRun, its request checked. ``date`` None: the latest session with bars.

    FactorRunError for an unknown region, factor, normalisation or neutralisation, a day that is no session of the
    exchange, or one in the future.
    """
    code = request_check(region, factor_names, normalisation, neutralise)
    return FactorRun.objects.create(
        region=code, date=session_resolve(region=code, date=date), factor_names=list(factor_names),
        normalisation=normalisation, neutralise=list(neutralise),
    )  # fmt: skip


def factor_run_enqueue(
    *, region: str, date: dt.date | None, factor_names: Sequence[str] = (), normalisation: str = "zscore",
    neutralise: Sequence[str] = (),
) -> FactorRun:  # fmt: skip
    """Create a run and hand it to the background workers; errors as ``factor_run_create``."""
    with transaction.atomic():
        created = factor_run_create(
            region=region,
            date=date,
            factor_names=factor_names,
            normalisation=normalisation,
            neutralise=neutralise,
        )
        async_task(
            "factors.tasks.run_factors",
            created.pk,
            task_name=f"factors {created.region} {created.date} #{created.pk}",
        )
    return created


def session_resolve(*, region: str, date: dt.date | None, asset_types: Sequence[str] = STOCKS) -> dt.date:
    """The session to compute: ``date`` when it is one, the latest up to the newest bar of ``asset_types`` for None;
    FactorRunError otherwise.
    """
    place = region_get(region)
    if date is None:
        newest = PriceBar.objects.newest_date(place.code, asset_types)
        if newest is None:
            raise FactorRunError(
                f"region: {place.code} has no prices: load some first (manage.py load_prices --region {place.code} ...)"
            )
        # A bar on a day the exchange was closed makes that day no session. Vietnam without its index: none is known.
        before = sessions_before(place.code, newest, 1)
        return before[-1].item() if len(before) else newest
    if date > place.today():
        raise FactorRunError(f"date: {date} is in the future for {place.code}")
    if not is_session(place.code, date):
        before = sessions_before(place.code, date, 1)
        hint = f"; the session before it is {before[-1]}" if len(before) else ""
        if not hint and place.calendar is None:
            hint = f": its sessions are those of the bars of {place.index}, load them with --asset-type INDEX"
        raise FactorRunError(f"date: {date} is not a session of {place.calendar or place.index}{hint}")
    return date


def factor_run_execute(*, run_id: int, progress: Progress = silent) -> FactorRun:
    """Carry out a queued run: read the panel, compute, normalise, write; the row keeps what happened.

    Scores and the row's end are one transaction; whatever fails or kills the run before leaves the previous scores.
    ``store.RunInProgress`` when the region and date are being computed already (the run is marked cancelled);
    ``NotQueued``; FactorRunError when there are no bars, or a part of a day's factors would be normalised unlike the
    rest.
    """
    job = FactorRun.objects.get(pk=run_id)
    with carried_out(job):
        _refuse_mixture(job)
        try:
            _execute(job, progress)
        except NoBars as error:
            raise FactorRunError(str(error)) from error
    return job


def _method(job: FactorRun) -> str:
    by = f"neutralised by {' and '.join(sorted(job.neutralise))}" if job.neutralise else "not neutralised"
    return f"{job.normalisation}, {by}"


def _refuse_mixture(job: FactorRun) -> None:
    """A run of some factors must be normalised as the other scores of that day are."""
    other = FactorRun.objects.done().filter(region=job.region, date=job.date).order_by("-id").first()
    how = (job.normalisation, sorted(job.neutralise))
    if job.factor_names and other and how != (other.normalisation, sorted(other.neutralise)):
        there = f"{_method(other)}, and this run would be {_method(job)}"
        raise FactorRunError(
            f"the scores of {job.region} {job.date} are {there}: a day is not mixed;"
            " compute all factors this way, or these as the rest"
        )


def _execute(job: FactorRun, progress: Progress) -> None:
    clock = time.perf_counter()
    factors = factors_resolved(job.factor_names)
    progress("reading the panel", 0, len(factors) + 2)
    panel, origin = _panel(job, factors)
    clock = _lap(origin, "read", clock)
    done = iter(range(2, len(factors) + 2))
    result = run(
        panel,
        factors,
        job.normalisation,
        job.neutralise,
        lambda name: progress(name, next(done), len(factors) + 2),
    )
    clock = _lap(origin, "compute", clock)
    progress("writing scores", len(factors) + 1, len(factors) + 2)
    before = store.scores_before(job.region, job.date, [factor.name for factor in factors], panel.instrument_ids)
    earned, _ = returns_of(panel, result.crosses, before)
    for table in (SCORES, RETURNS):
        chunks_make(table, [job.date])
    library_sync(factors)
    with transaction.atomic():
        ids = store.factors_sync(changed_drop(factors, result))
        earned = {name: found for name, found in earned.items() if name in ids}
        days = panel.days_of_sessions()
        job.score_count = store.scores_write(job.region, days, panel.instrument_ids, result.crosses, ids)
        by_id = {ids[name]: found for name, found in earned.items()}
        store.returns_write(job.region, days, by_id, panel.in_universe, ids.values())
        _lap(origin, "write", clock)
        _record(job, panel, result, origin)
    progress("done", len(factors) + 2, len(factors) + 2)


def _panel(job: FactorRun, factors: Sequence[FactorClass]) -> tuple[Panel, Origin]:
    lookback = panel_lookback(factors)
    names = {name for factor in factors for name in (*factor.inputs, *factor.fallback)}
    return read_panel(job.region, job.date, lookback, names)


def _lap(origin: Origin, stage: str, since: float) -> float:
    now = time.perf_counter()
    origin.timings[stage] = now - since
    return now


def _record(job: FactorRun, panel: Panel, result: Result, origin: Origin) -> None:
    job.universe_size = int(panel.in_universe.sum())
    job.counts = {cross.factor.name: cross.counts() for cross in result.crosses}
    job.errors = result.errors
    job.timings = {stage: round(seconds, 4) for stage, seconds in origin.timings.items()}
    job.cache = origin.bars
    job.peak_memory_mb = round(peak_memory_mb(), 1)
    message = "; ".join(f"{name}: {why}" for name, why in (result.errors | result.waiting).items())
    job.finish(JobState.PARTLY if result.errors else JobState.DONE, message)


def peak_memory_mb() -> float:
    """The most memory this process has used so far, in MB (10^6 bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


@dataclass(frozen=True)
class Outcome:
    """What became of one region: a run, or why there is none (``is_request_error``: the request was wrong)."""

    region: str
    run: FactorRun | None = None
    problem: str = ""
    is_request_error: bool = False


def factors_compute(
    *, regions: Sequence[str], date: dt.date | None, factor_names: Sequence[str] = (), normalisation: str = "zscore",
    neutralise: Sequence[str] = (), workers: int = 2, progress: Callable[[str], Progress] = lambda region: silent,
) -> list[Outcome]:  # fmt: skip
    """Compute several regions, ``workers`` at a time, each on its own connection; outcomes in the order of ``regions``.

    What goes wrong with one region (a wrong request, no bars, another run in progress, the database) is its outcome and
    does not stop the others.
    """

    def one(region: str) -> Outcome:
        try:
            job = factor_run_create(
                region=region,
                date=date,
                factor_names=factor_names,
                normalisation=normalisation,
                neutralise=neutralise,
            )
            return Outcome(region, factor_run_execute(run_id=job.pk, progress=progress(region)))
        except FactorRunError as error:
            return Outcome(region, problem=str(error), is_request_error=True)
        except store.RunInProgress as error:
            return Outcome(region, problem=str(error))
        except Exception as error:  # noqa: BLE001 - whatever fails in one region is told; the others go on
            hint = "; run manage.py migrate first" if isinstance(error, ProgrammingError) else ""
            return Outcome(region, problem=f"{type(error).__name__}: {str(error).splitlines()[0]}{hint}")
        finally:
            if len(regions) > 1:
                connection.close()

    if len(regions) == 1:
        return [one(regions[0])]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, regions))


def factor_run_summary(*, run: FactorRun) -> dict[str, object]:
    """A finished run as plain data, for JSON."""
    names = (
        "id", "region", "date", "state", "message", "universe_size", "score_count", "counts", "errors", "timings",
        "cache", "peak_memory_mb", "normalisation", "neutralise", "factor_names", "started_at", "finished_at",
    )  # fmt: skip
    return {name: getattr(run, name) for name in names}


def factor_run_daily(*, region: str) -> int | None:
    """Compute the region's latest session with prices unless its scores are there already; the number of scores,
    or None.
    """
    if PriceBar.objects.newest_date(region) is None:
        return None
    date = session_resolve(region=region, date=None)
    if FactorRun.objects.is_complete(region, date, since=DataChange.objects.newest_at(region)):
        return None
    run_id = factor_run_create(region=region, date=date).pk
    return factor_run_execute(run_id=run_id).score_count


def regions_with_bars() -> list[str]:
    """Regions that have prices, in the house's order."""
    return [code for code in REGIONS if PriceBar.objects.filter(instrument__region=code).exists()]
