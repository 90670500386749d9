"""Figures of factors on any sessions of the past, computed anew from the bars and reports known on each.

What a backtest decides with. Nothing is read from stored scores, so that what is found does not depend on which days
somebody computed, when, and with which formulas.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from factors.base import Factor
from factors.services.catalogue import factors_resolved
from factors.services.cross_sections import PLAIN, Scale, cross_sections
from factors.services.jobs import JobError
from market.store.histories import read_source

SPAN = dt.timedelta(days=366)  # of the sessions computed together: their bars are in memory at once
CELLS = 12_000_000  # instrument-sessions x factors computed together: about 400 MB with all that is made of them


class FiguresError(JobError):
    """Figures that cannot be computed; begins with the field that is wrong."""


@dataclass(frozen=True)
class Layer:
    """One factor on T sessions for N instruments, [T, N], NaN where there is none: ``value`` float64; ``score`` and
    ``percentile`` float32, as they are stored.
    """

    value: np.ndarray
    score: np.ndarray
    percentile: np.ndarray


def figures_compute(
    *, region: str, names: Sequence[str], on: Sequence[dt.date], ids: np.ndarray, scale: Scale = PLAIN,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Layer]:  # fmt: skip
    """Each factor of ``names`` on the sessions ``on`` (ascending) for the instruments ``ids`` (ascending), by name.

    ``tick`` is told how many sessions are done; what it raises ends the work. FiguresError for a factor that fails.
    """
    factors = factors_resolved(names)
    layers = {factor.name: _empty(len(on), len(ids)) for factor in factors}
    done = 0
    for chunk in _chunks(on, len(ids) * max(len(factors), 1)):
        rows = slice(done, done + len(chunk))
        for name, (columns, found) in _computed(factors, region, chunk, ids, scale).items():
            for kind, part in found.items():
                getattr(layers[name], kind)[rows, columns] = part
        done += len(chunk)
        tick(done, len(on))
    return layers


def _empty(sessions: int, instruments: int) -> Layer:
    shape = (sessions, instruments)
    return Layer(np.full(shape, np.nan), np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32))


def _chunks(on: Sequence[dt.date], cells: int) -> list[list[dt.date]]:
    """Sessions that are computed together: within a year, and as many as memory bears."""
    most, chunks = max(1, CELLS // max(cells, 1)), list[list[dt.date]]()
    for day in on:
        if not chunks or len(chunks[-1]) >= most or day - chunks[-1][0] > SPAN:
            chunks.append([])
        chunks[-1].append(day)
    return chunks


def _computed(
    factors: Sequence[Factor], region: str, on: list[dt.date], ids: np.ndarray, scale: Scale
) -> dict[str, tuple[np.ndarray, dict[str, np.ndarray]]]:
    """By factor: which of ``ids`` have figures int [M], and value, score and percentile [len(on), M] of those."""
    depth = max(factor.lookback for factor in factors)
    fields = {name for factor in factors for name in (*factor.inputs, *factor.fallback)}
    source = read_source(region, on, depth, fields)
    history = source.history(on, depth)
    result = cross_sections(source, history, depth, factors, scale)
    for name, why in (result.errors | result.waiting).items():
        raise FiguresError(f"{name}: {why}")
    columns = np.flatnonzero(np.isin(ids, history.instrument_ids))
    found = np.searchsorted(history.instrument_ids, ids[columns])
    kinds = ("value", "score", "percentile")
    return {
        cross.factor.name: (columns, {kind: history.by_session(getattr(cross, kind))[:, found] for kind in kinds})
        for cross in result.crosses
    }
