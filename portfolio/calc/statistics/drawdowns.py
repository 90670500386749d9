"""What was lost from the highest value so far, and how long it took to get it back."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.statistics.episodes import deepest_first
from portfolio.calc.statistics.registry import statistic
from portfolio.calc.statistics.track import Track


@statistic("max_drawdown", "%")
def max_drawdown(track: Track) -> float | None:
    """100 x the largest of 1 - V / (highest V so far), V_0 included; positive, 0 without a fall."""
    return 100.0 * track.fallen.max()


@statistic("current_drawdown", "%")
def current_drawdown(track: Track) -> float | None:
    """100 x (1 - V_n / highest V); 0 at the highest value."""
    return 100.0 * track.fallen[-1]


@statistic("drawdown_duration", "sessions")
def drawdown_duration(track: Track) -> float | None:
    """Sessions from peak to recovery (without one: to the end) of the deepest fall, first of equals; 0 without one."""
    order = deepest_first(track.episodes)
    return float(track.episodes.sessions[order[0]]) if len(order) else 0.0


@statistic("longest_drawdown_duration", "sessions")
def longest_drawdown_duration(track: Track) -> float | None:
    """Sessions from peak to recovery (without one: to the end) of the fall that lasted longest; 0 without one."""
    return float(track.episodes.sessions.max(initial=0))


@dataclass(frozen=True)
class Drawdown:
    """One fall: ``start`` is the last date at the peak, ``trough`` the first at the bottom, ``recovery`` the first at
    the peak again or above, None so far. ``depth`` in percent, positive; ``sessions`` from start to recovery or end.
    """

    start: np.datetime64
    trough: np.datetime64
    recovery: np.datetime64 | None
    depth: float
    sessions: int


def deepest_drawdowns(track: Track, count: int = 5) -> list[Drawdown]:
    """The ``count`` deepest falls, deepest first, the earlier of equals first; fewer where there are fewer."""
    return [_drawdown(track, int(one)) for one in deepest_first(track.episodes)[:count]]


def _drawdown(track: Track, one: int) -> Drawdown:
    peak, end, never, depth = (column[one] for column in track.episodes)
    trough = peak + int(np.argmax(track.fallen[peak : end + 1]))
    recovery = None if never else track.dates[end]
    return Drawdown(track.dates[peak], track.dates[trough], recovery, 100.0 * float(depth), int(end - peak))
