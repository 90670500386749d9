"""What today's weights would have done in bad times of the past."""

from collections.abc import Mapping, Sequence

import numpy as np

from portfolio.calc.stress.holdings import Stress, checked_weights, stress_of
from portfolio.calc.stress.windows import HISTORICAL, Window

STALE = 7  # calendar days before a window's edge that a level may be old
NO_DATA = "no data"


def historical_stress(
    weights: Mapping[str, float],
    levels: Mapping[str, np.ndarray],
    dates: np.ndarray,
    *,
    windows: Sequence[Window] = HISTORICAL,
    proxies: Mapping[str, Sequence[str]] | None = None,
) -> list[Stress]:
    """One result per window for today's ``weights`` (percent), held without trading through it.

    ``levels``: by name, float64 [T] of adjusted closes in the portfolio's currency, NaN where there is none; ``dates``
    datetime64[D] [T], ascending. An asset without a level within 7 days before both edges of a window takes the
    change of the first of its proxies (names in ``levels``) that has them, which the row names; one without any has no
    data. ValueError for unknown proxies.
    """
    held, proxies = checked_weights(weights), proxies or {}
    _check(levels, dates, proxies)
    found = []
    for window in windows:
        edges = _rows(dates, window)
        changes = {name: _change(levels, name, proxies.get(name, ()), edges) for name in held}
        found.append(stress_of(window.name, held, changes))
    return found


def _change(
    levels: Mapping[str, np.ndarray], name: str, proxies: Sequence[str], edges: tuple[slice, slice]
) -> tuple[float | None, str]:
    own = _between(levels.get(name), edges)
    if own is not None:
        return own, "own prices"
    for proxy in proxies:
        other = _between(levels[proxy], edges)
        if other is not None:
            return other, f"proxy {proxy}"
    return None, NO_DATA


def _between(level: np.ndarray | None, edges: tuple[slice, slice]) -> float | None:
    """The change in percent between the last known levels in the two slices of rows; None where one has none."""
    if level is None:
        return None
    known = [part[np.isfinite(part)] for part in (level[edges[0]], level[edges[1]])]
    if not len(known[0]) or not len(known[1]):
        return None
    return float(100.0 * (known[1][-1] / known[0][-1] - 1.0))


def _rows(dates: np.ndarray, window: Window) -> tuple[slice, slice]:
    """The rows of the days up to each edge of ``window`` that are not stale."""

    def up_to(day: object) -> slice:
        last = np.datetime64(day, "D")  # type: ignore[call-overload]
        begin = np.searchsorted(dates, last - np.timedelta64(STALE, "D"), side="left")
        return slice(int(begin), int(np.searchsorted(dates, last, side="right")))

    return up_to(window.first), up_to(window.last)


def _check(levels: Mapping[str, np.ndarray], dates: np.ndarray, proxies: Mapping[str, Sequence[str]]) -> None:
    unknown = sorted({proxy for several in proxies.values() for proxy in several} - set(levels))
    if unknown:
        raise ValueError(f"proxies: there are no levels of {', '.join(unknown)}")
    if (np.diff(dates) <= np.timedelta64(0, "D")).any():
        raise ValueError("dates: must ascend")
    for name, level in levels.items():
        if level.shape != dates.shape or (level <= 0).any() or np.isinf(level).any():
            raise ValueError(f"levels: {name} needs one positive level or NaN per date")
