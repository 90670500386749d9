"""Backfills: the scores of a range of sessions, chunk by chunk, as the daily job would have left them."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from django.db import DatabaseError, transaction
from django_q.tasks import async_task

from factors import store
from factors.base import Factor
from factors.calc.factor_returns import Earlier
from factors.models import FactorBackfill, FactorRun, JobState
from factors.services.catalogue import factors_resolved
from factors.services.history_chunks import Chunk, chunk_compute, chunk_write, chunks_of
from factors.services.jobs import carried_out
from factors.services.progress import Progress, silent
from factors.services.runs import FactorRunError, peak_memory_mb, request_check
from market.calendars import sessions
from market.models import DataChange, Instrument, PriceBar
from market.store.panels import NoBars

SUMMARY = (
    "id", "region", "start", "end", "done_through", "state", "message", "session_count", "score_count", "errors",
    "timings", "peak_memory_mb", "normalisation", "neutralise", "factor_names", "started_at", "finished_at",
)  # fmt: skip


LOCK_WAIT = 120.0  # seconds for a daily run of the same session to end


class Cancelled(FactorRunError):
    """Somebody cancelled the backfill; what is stored stays, and it can be resumed."""


def backfill_check(
    *, region: str, start: dt.date, end: dt.date | None = None, factor_names: Sequence[str] = (),
    normalisation: str = "zscore", neutralise: Sequence[str] = (),
) -> tuple[str, dt.date]:  # fmt: skip
    """The region's code and the last day; FactorRunError names the field of the request that is wrong."""
    code = request_check(region, factor_names, normalisation, neutralise)
    newest = PriceBar.objects.newest_date(code)
    if newest is None:
        raise FactorRunError(
            f"region: {code} has no prices: load some first (manage.py load_prices --region {code} ...)"
        )
    end = newest if end is None else end
    if end < start:
        raise FactorRunError(f"to: {end} is before from: {start}")
    if end > newest:
        raise FactorRunError(f"to: {end} is after the newest bar of {code}, {newest}")
    oldest = PriceBar.objects.oldest_date(code)
    if oldest is not None and start < oldest:
        raise FactorRunError(f"from: {start} is before the data: the first bar of {code} is of {oldest}")
    if not len(sessions(code, start, end)):
        raise FactorRunError(f"from: there is no session of {code} from {start} to {end}")
    return code, end


def backfill_create(
    *, region: str, start: dt.date, end: dt.date | None = None, factor_names: Sequence[str] = (),
    normalisation: str = "zscore", neutralise: Sequence[str] = (), restart: bool = False,
) -> FactorBackfill:  # fmt: skip
    """A queued backfill, its request checked. ``end`` None: the region's newest bar.

    The newest unfinished backfill of the same request over the same data is taken up again where it stopped, unless
    ``restart``. FactorRunError names the field that is wrong.
    """
    code, end = backfill_check(
        region=region, start=start, end=end, factor_names=factor_names, normalisation=normalisation,
        neutralise=neutralise,
    )  # fmt: skip
    asked = {
        "region": code, "start": start, "end": end, "factor_names": list(factor_names), "normalisation": normalisation,
        "neutralise": sorted(neutralise), "fingerprint": _fingerprint(code, end, factor_names),
    }  # fmt: skip
    stopped = [JobState.INTERRUPTED, JobState.FAILED, JobState.CANCELLED]
    store.interrupted_mark(FactorBackfill)
    found = FactorBackfill.objects.filter(**asked, done_through__isnull=False).order_by("-id").first()
    if not restart and found is not None and found.state in stopped:
        found.state, found.message = JobState.QUEUED, ""
        found.save()
        return found
    return FactorBackfill.objects.create(**asked)


def _fingerprint(region: str, end: dt.date, factor_names: Sequence[str]) -> str:
    """What it is computed from, data up to ``end`` and formulas: a backfill over other data starts anew."""
    newest = [DataChange.objects.newest_id(region, kind, end) for kind in ("bars", "fundamentals")]
    formulas = [factor.definition() for factor in factors_resolved(factor_names)]
    return hashlib.sha256(repr((newest, formulas)).encode()).hexdigest()


def backfill_enqueue(
    *, region: str, start: dt.date, end: dt.date | None = None, factor_names: Sequence[str] = (),
    normalisation: str = "zscore", neutralise: Sequence[str] = (), restart: bool = False,
) -> FactorBackfill:  # fmt: skip
    """Create a backfill and hand it to the background workers; errors as ``backfill_create``."""
    with transaction.atomic():
        job = backfill_create(
            region=region, start=start, end=end, factor_names=factor_names, normalisation=normalisation,
            neutralise=neutralise, restart=restart,
        )  # fmt: skip
        async_task("factors.tasks.run_backfill", job.pk, task_name=f"backfill {job}")
    return job


def backfill_cancel(*, backfill_id: int) -> FactorBackfill:
    """Ask a backfill to stop after its current chunk; one that is queued does not begin."""
    changed = FactorBackfill.objects.filter(pk=backfill_id, state__in=[JobState.QUEUED, JobState.RUNNING])
    changed.update(state=JobState.CANCELLED, message="cancelled")
    return FactorBackfill.objects.get(pk=backfill_id)


def backfill_execute(*, backfill_id: int, progress: Progress = silent) -> FactorBackfill:
    """Carry out a queued backfill from where it stopped; the row keeps what happened.

    Each chunk is one transaction: a killed process loses at most one, and the next execution goes on after the last.
    ``store.RunInProgress``, ``NotQueued``, ``Cancelled``, FactorRunError.
    """
    job = FactorBackfill.objects.get(pk=backfill_id)
    with carried_out(job):
        try:
            _execute(job, progress)
        except NoBars as error:
            raise FactorRunError(f"from: asked were {job.start} to {job.end}; {error}") from error
    return job


def _execute(job: FactorBackfill, progress: Progress) -> None:
    _refuse_mixture(job)
    whole = [day.item() for day in sessions(job.region, job.start, job.end)]
    left = [day for day in whole if job.done_through is None or day > job.done_through]
    stocks = Instrument.objects.in_region(job.region).filter(asset_type=Instrument.AssetType.STOCK).count()
    factors = factors_resolved(job.factor_names)
    chunks = chunks_of(left, stocks, factors)
    before: dict[str, Earlier] | None = None
    ids = np.zeros(0, dtype=np.int32)
    done = len(whole) - len(left)
    progress(f"from {left[0]}" if left else "done", done, len(whole))
    with ThreadPoolExecutor(1) as ahead:  # the next chunk is computed while this one is written
        coming: Future[Chunk] | None = None
        for place, dates in enumerate(chunks):
            _stop_if_cancelled(job)
            chunk = (coming or ahead.submit(chunk_compute, job, factors, dates)).result()
            if place + 1 < len(chunks):
                coming = ahead.submit(chunk_compute, job, factors, chunks[place + 1])
            before = _before(job, factors, chunk, before, ids)
            clock = time.perf_counter()
            with store.run_lock(job.region, *dates, wait=LOCK_WAIT):
                _stop_if_cancelled(job)
                _refuse_changed(job)
                before, ids = chunk_write(job, factors, chunk, before), chunk.history.instrument_ids
            _lap(job, chunk.seconds | {"write": time.perf_counter() - clock})
            done += len(dates)
            progress(f"through {dates[-1]}", done, len(whole))
    _stop_if_cancelled(job)
    job.finish(JobState.PARTLY if job.errors else JobState.DONE, _message(job))


def _before(
    job: FactorBackfill, factors: Sequence[Factor], chunk: Chunk, carried: dict[str, Earlier] | None, ids: np.ndarray
) -> dict[str, Earlier]:
    """The newest scores before a chunk, by its instruments: of the chunks before, else the stored ones."""
    now = chunk.history.instrument_ids
    if carried is None:
        first = chunk.history.session_days[0].astype("datetime64[D]").item()
        return store.scores_before(job.region, first, [factor.name for factor in factors], now)
    place = np.minimum(np.searchsorted(now, ids), max(len(now) - 1, 0))
    known = now[place] == ids  # one may have been taken away between two chunks
    found = {}
    for factor in factors:
        scores, earlier = np.full(len(now), np.nan), carried.get(factor.name)
        if earlier is not None:
            scores[place[known]] = earlier.scores[known]
        found[factor.name] = Earlier(scores, earlier.day if earlier else 0)
    return found


def _stop_if_cancelled(job: FactorBackfill) -> None:
    if FactorBackfill.objects.filter(pk=job.pk, state=JobState.CANCELLED).exists():
        where = f"stored through {job.done_through}" if job.done_through else "nothing is stored"
        raise Cancelled(f"backfill #{job.pk} was cancelled; {where}")


def _refuse_changed(job: FactorBackfill) -> None:
    """Bars, reports or formulas of the range must still be those of the beginning: chunks of two states do not mix."""
    if _fingerprint(job.region, job.end, job.factor_names) != job.fingerprint:
        where = f"stored through {job.done_through}" if job.done_through else "nothing is stored"
        raise FactorRunError(f"data up to {job.end} (or a formula) changed while it ran; {where}: ask for it again")


def _refuse_mixture(job: FactorBackfill) -> None:
    """A backfill of some factors must be normalised as the other scores of each day are."""
    if not job.factor_names:
        return
    runs = FactorRun.objects.done().filter(region=job.region, date__gte=job.start, date__lte=job.end)
    newest = runs.order_by("date", "-id").distinct("date").values_list("date", "normalisation", "neutralise")
    for date, normalisation, neutralise in newest:
        if (normalisation, sorted(neutralise)) != (job.normalisation, sorted(job.neutralise)):
            raise FactorRunError(
                f"the scores of {job.region} {date} are normalised by {normalisation}"
                f" (neutralised by {', '.join(neutralise) or 'nothing'}): a day is not mixed;"
                " compute all factors this way, or these as the rest"
            )


def _lap(job: FactorBackfill, seconds: dict[str, float]) -> None:
    job.timings = {stage: round(job.timings.get(stage, 0.0) + spent, 3) for stage, spent in seconds.items()}
    job.peak_memory_mb = round(peak_memory_mb(), 1)


def _message(job: FactorBackfill) -> str:
    return "; ".join(f"{name}: {why}" for name, why in job.errors.items())


@dataclass(frozen=True)
class BackfillOutcome:
    """What became of one region: a backfill, or why there is none (``is_request_error``: the request was wrong).

    ``went_on_after``: where an earlier attempt had stopped, ``stored_before`` the scores it had stored.
    """

    region: str
    job: FactorBackfill | None = None
    went_on_after: dt.date | None = None
    stored_before: int = 0
    problem: str = ""
    is_request_error: bool = False


def backfills_compute(
    *, regions: Sequence[str], start: dt.date, end: dt.date | None = None, factor_names: Sequence[str] = (),
    normalisation: str = "zscore", neutralise: Sequence[str] = (), restart: bool = False,
    progress: Callable[[str], Progress] = lambda region: silent,
) -> list[BackfillOutcome]:  # fmt: skip
    """Backfill several regions, one after the other; what goes wrong with one does not stop the others."""
    outcomes = []
    for region in regions:
        try:
            job = backfill_create(
                region=region, start=start, end=end, factor_names=factor_names, normalisation=normalisation,
                neutralise=neutralise, restart=restart,
            )  # fmt: skip
            done = backfill_execute(backfill_id=job.pk, progress=progress(region))
            outcomes.append(BackfillOutcome(region, done, job.done_through, job.score_count))
        except FactorRunError as error:
            outcomes.append(BackfillOutcome(region, problem=str(error), is_request_error=True))
        except (store.RunInProgress, DatabaseError, OSError) as error:
            outcomes.append(BackfillOutcome(region, problem=f"{type(error).__name__}: {str(error).splitlines()[0]}"))
    return outcomes


def backfill_summary(*, job: FactorBackfill) -> dict[str, object]:
    """A backfill as plain data, for JSON."""
    return {name: getattr(job, name) for name in SUMMARY}
