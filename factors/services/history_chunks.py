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
from factors.engine import Cross, Result, run
from factors.models import FactorBackfill, FactorRun, JobState
from factors.registry import all_factors
from factors.services.catalogue import changed_drop, library_sync
from factors.services.returns import returns_of
from factors.timescale import RETURNS, SCORES
from market.history import History
from market.store.histories import Source, read_source
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
    """Cross-sections of all ``factors`` on ``sessions``; NoBars where the region has none.

    Factors that need price levels as of each session are computed over a history that has them, formulas that look back
    further than the library over a deeper one.
    """
    names = {name for factor in factors for name in (*factor.inputs, *factor.fallback)}
    shared = _own_depth()
    deepest = max(shared, *(factor.lookback for factor in factors))
    clock = time.perf_counter()
    try:
        source = read_source(job.region, sessions, deepest, names)
        history = source.history(sessions, shared)
        read, result = time.perf_counter() - clock, Result()
        for depth, group in ((shared, [f for f in factors if f.lookback <= shared]),
                             (deepest, [f for f in factors if f.lookback > shared])):  # fmt: skip
            plain, by_level = ([f for f in group if f.needs_levels == level] for level in (False, True))
            if plain:
                over = history if depth == shared else source.history(sessions, depth)
                _add(result, run(over, plain, job.normalisation, job.neutralise))
            if by_level:
                _add(result, _with_levels(job, source, by_level))
        return Chunk(history, result, {"read": read, "compute": time.perf_counter() - clock - read})
    finally:
        connection.close()  # it may be a thread's own


def _with_levels(job: FactorBackfill, source: Source, factors: Sequence[Factor]) -> Result:
    """Factors that depend on price levels: every adjustment makes a column of its own, in the worst case every session
    of every instrument, so that it is done a few sessions at a time."""
    lookback = max(factor.lookback for factor in factors)
    step = max(SHORTEST, lookback)
    parts = []
    for first in range(0, len(source.on), step):
        history = source.history(source.on[first : first + step], lookback, levels=True)
        parts.append(run(history, factors, job.normalisation, job.neutralise))
    whole = Result()
    for part in parts:
        whole.waiting |= part.waiting
        whole.errors |= part.errors
    for factor in factors:
        if factor.name not in whole.errors:
            whole.crosses.append(_joined([c for part in parts for c in part.crosses if c.factor is factor]))
    return whole


def _joined(crosses: Sequence[Cross]) -> Cross:
    """The cross-sections of one factor over pieces of a range, one after the other."""
    names = ("value", "score", "percentile", "reason")
    return Cross(crosses[0].factor, *(np.concatenate([getattr(cross, name) for cross in crosses]) for name in names))


def _add(whole: Result, part: Result) -> None:
    whole.crosses += part.crosses
    whole.waiting |= part.waiting
    whole.errors |= part.errors
    whole.seconds |= part.seconds


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
            cache="history", started_at=job.started_at, finished_at=now,
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
