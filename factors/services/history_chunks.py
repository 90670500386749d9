"""One chunk of a backfill: read the history of its sessions, compute, write, note. See ``history``."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from factors import store
from factors.base import Factor, Reason
from factors.calc.factor_returns import Earlier
from factors.engine import Cross, Result
from factors.models import FactorBackfill, FactorRun, JobState
from factors.models.runs import OF_BACKFILL
from factors.registry import all_factors
from factors.services.catalogue import changed_drop, library_sync
from factors.services.cross_sections import Scale, cross_sections
from factors.services.returns import returns_of
from factors.timescale import RETURNS, SCORES
from market.history import History
from market.store.histories import read_source
from market.timescale.chunks import chunks_make

CELLS = 60_000_000  # numbers of a chunk in memory, about 480 MB; two are, one computed while the other is written
OF_BAR, OF_SCORE = 16, 3  # numbers kept of a bar (as read, as stacked), and of a factor's instrument-session
LONGEST, SHORTEST = 252, 10  # sessions of a chunk


@dataclass(frozen=True)
class Chunk:
    """The sessions of one chunk computed: their history and cross-sections; seconds to read and to compute."""

    history: History
    result: Result
    seconds: dict[str, float]


def chunks_of(sessions: Sequence[dt.date], instruments: int, factors: Sequence[Factor]) -> list[list[dt.date]]:
    """Sessions in chunks: long ones, since each reads all that ``factors`` look back on before it, but no more than
    memory bears. (Half of it is for the sessions: what lies before them must be read however few they are.)
    """
    of_bars, of_scores = OF_BAR * max(instruments, 1), OF_SCORE * len(factors) * max(instruments, 1)
    before = max(_own_depth(), *(factor.lookback for factor in factors)) * of_bars
    length = (CELLS - min(before, CELLS // 2)) // (of_bars + of_scores)
    length = min(LONGEST, max(SHORTEST, length))
    return [list(sessions[i : i + length]) for i in range(0, len(sessions), length)]


def _own_depth() -> int:
    """Bars that the library's factors look back on: what a formula may use without making the history deeper."""
    return max(factor.lookback for factor in all_factors())


def chunk_compute(job: FactorBackfill, factors: Sequence[Factor], sessions: list[dt.date]) -> Chunk:
    """Cross-sections of all ``factors`` on ``sessions``; NoBars where the region has none."""
    names = {name for factor in factors for name in (*factor.inputs, *factor.fallback)}
    shared = _own_depth()
    clock = time.perf_counter()
    try:
        source = read_source(job.region, sessions, max(shared, *(factor.lookback for factor in factors)), names)
        history = source.history(sessions, shared)
        read = time.perf_counter() - clock
        result = cross_sections(source, history, shared, factors, Scale(job.normalisation, tuple(job.neutralise)))
        return Chunk(history, result, {"read": read, "compute": time.perf_counter() - clock - read})
    finally:
        connection.close()  # it may be a thread's own


def chunk_write(
    job: FactorBackfill, factors: Sequence[Factor], chunk: Chunk, before: dict[str, Earlier]
) -> dict[str, Earlier]:
    """Replace the chunk's scores, factor returns and runs, and note how far the job is, in one transaction.

    before: by factor the newest scores before the chunk; returns those before the session after it.
    """
    history = chunk.history
    dates = [_date(day) for day in history.session_days]
    earned, after = returns_of(history, chunk.result.crosses, before)
    for table in (SCORES, RETURNS):
        chunks_make(table, dates)
    library_sync(factors)
    with transaction.atomic():
        ids = store.factors_sync(changed_drop(factors, chunk.result))
        earned = {name: found for name, found in earned.items() if name in ids}
        job.score_count += store.scores_write(
            job.region, history.session_days, history.instrument_ids, chunk.result.crosses, ids
        )
        by_id = {ids[name]: found for name, found in earned.items()}
        store.returns_write(job.region, history.session_days, by_id, history.in_universe, ids.values())
        FactorRun.objects.bulk_create(_runs(job, chunk, dates))
        job.errors = job.errors | chunk.result.errors
        job.done_through = dates[-1]
        job.session_count += len(dates)
        job.save(update_fields=["score_count", "session_count", "errors", "done_through", "timings", "peak_memory_mb"])
    return after


def _runs(job: FactorBackfill, chunk: Chunk, dates: list[dt.date]) -> list[FactorRun]:
    """A run per session, as the daily job leaves it."""
    counts = {cross.factor.name: _counts(chunk.history, cross) for cross in chunk.result.crosses}
    message = "; ".join(f"{name}: {why}" for name, why in (chunk.result.errors | chunk.result.waiting).items())
    universe = chunk.history.by_session(chunk.history.in_universe).sum(axis=1)
    now = timezone.now()
    return [
        FactorRun(
            region=job.region, date=date, state=JobState.PARTLY if chunk.result.errors else JobState.DONE,
            message=message, factor_names=job.factor_names, normalisation=job.normalisation, neutralise=job.neutralise,
            universe_size=int(universe[row]), counts={name: found[row] for name, found in counts.items()},
            score_count=sum(found[row]["valued"] for found in counts.values()), errors=chunk.result.errors,
            cache=OF_BACKFILL, started_at=job.started_at, finished_at=now,
        )
        for row, date in enumerate(dates)
    ]  # fmt: skip


def _counts(history: History, cross: Cross) -> list[dict[str, int]]:
    """By session what ``Cross.counts`` says of one; instruments without any bar yet are not counted."""
    reason, exists = history.by_session(cross.reason), history.by_session(history.n_bars > 0)
    scored = np.isfinite(history.by_session(cross.score)).sum(axis=1)
    valued = np.isfinite(history.by_session(cross.value)).sum(axis=1)
    by_code = {code: ((reason == code) & exists).sum(axis=1) for code in Reason if code is not Reason.NONE}
    return [
        {"scored": int(scored[row]), "valued": int(valued[row])}
        | {code.code: int(found[row]) for code, found in by_code.items() if found[row]}
        for row in range(len(reason))
    ]


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(day))
