"""Train and test windows of a walk-forward, and the tests put together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from backtests.calc.errors import InputError

LEAST = 2  # sessions of a window: with fewer there is no statistic


class Window(NamedTuple):
    """First and last session of each part, datetime64[D]."""

    train_start: np.datetime64
    train_end: np.datetime64
    test_start: np.datetime64
    test_end: np.datetime64


def windows_of(
    sessions: np.ndarray, start: np.datetime64, train: int, test: int, anchored: bool = False
) -> list[Window]:
    """Windows of ``train`` and ``test`` months over ``sessions`` (datetime64[D], ascending, none before ``start``).

    A test begins where the one before ended. Months count from ``start``, which need not be a session: from a 15th to a
    14th. ``anchored``: every train window begins with it. The last test is as long as the sessions are. InputError
    where there is no window at all.
    """
    last = sessions[-1]
    found: list[Window] = []
    for begin in range(0, 12_000, test):
        turn = _after(start, begin + train)
        if turn > last:
            break
        chosen_on = _within(sessions, start if anchored else _after(start, begin), turn)
        tested_on = _within(sessions, turn, _after(start, begin + train + test))
        if len(chosen_on) >= LEAST and len(tested_on) >= LEAST:
            found.append(Window(chosen_on[0], chosen_on[-1], tested_on[0], tested_on[-1]))
    if not found:
        raise InputError(
            f"train: {train} months to choose on and {test} to test on do not fit into {start} to {last}"
            f" ({len(sessions)} sessions)"
        )
    return found


def _within(sessions: np.ndarray, begin: np.datetime64, end: np.datetime64) -> np.ndarray:
    """From ``begin`` to before ``end``."""
    return sessions[np.searchsorted(sessions, begin) : np.searchsorted(sessions, end)]


def _after(day: np.datetime64, months: int) -> np.datetime64:
    """The same day so many months later, the month's last where it has none."""
    month = day.astype("datetime64[M]")
    place = day - month.astype("datetime64[D]")
    later = month + months
    last = (later + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return min(later.astype("datetime64[D]") + place, last)


def chained(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Series that each begin where the one before ended, as one that begins as the first: float64 [sum(S) + 1].

    ``parts``: levels [S + 1] each. Returns are kept, levels are rescaled; where the level that links two is not known
    (NaN), the scale of the part before stays.
    """
    found, scale = [parts[0]], 1.0
    for part in parts[1:]:
        ends, begins = found[-1][-1], part[0]
        if np.isfinite(ends) and np.isfinite(begins) and begins > 0:
            scale = ends / begins
        found.append(part[1:] * scale)
    return np.concatenate(found)
