"""Factors over many sessions at once, each over a history as deep and as adjusted as it needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from factors.base import Factor
from factors.engine import Cross, Result, run
from market.history import History
from market.store.histories import Source

SHORTEST = 10  # sessions computed at a time where price levels must be those of each session


@dataclass(frozen=True)
class Scale:
    """How signals become scores: the method, and what is taken out of them before."""

    method: str = "zscore"
    neutralise: tuple[str, ...] = ()


PLAIN = Scale()


def cross_sections(
    source: Source, history: History, depth: int, factors: Sequence[Factor], scale: Scale = PLAIN
) -> Result:
    """Cross-sections of ``factors`` on the sessions of ``source``, of which ``history`` is the one ``depth`` bars deep.

    Factors that need price levels as of each session are computed over a history that has them, those that look back
    further over a deeper one.
    """
    result = Result()
    deepest = max(depth, *(factor.lookback for factor in factors))
    for reach, group in ((depth, [f for f in factors if f.lookback <= depth]),
                         (deepest, [f for f in factors if f.lookback > depth])):  # fmt: skip
        plain, by_level = ([f for f in group if f.needs_levels == level] for level in (False, True))
        if plain:
            over = history if reach == depth else source.history(source.on, reach)
            _add(result, run(over, plain, scale.method, scale.neutralise))
        if by_level:
            _add(result, _with_levels(source, by_level, scale))
    return result


def _with_levels(source: Source, factors: Sequence[Factor], scale: Scale) -> Result:
    """Factors that depend on price levels: every adjustment makes a column of its own, in the worst case every session
    of every instrument, so that it is done a few sessions at a time."""
    lookback = max(factor.lookback for factor in factors)
    step = max(SHORTEST, lookback)
    parts = []
    for first in range(0, len(source.on), step):
        history = source.history(source.on[first : first + step], lookback, levels=True)
        parts.append(run(history, factors, scale.method, scale.neutralise))
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
