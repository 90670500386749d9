"""Splits of what a fund held, from its first composition of several to the last."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from etfs.calc.snapshot import Snapshot
from etfs.calc.splits import Splits, detect_splits, split_shows
from etfs.store.splits import splits_known

EPOCH = dt.date(1970, 1, 1)
LATE = 3  # days after an ex-date up to which a list may be one of before the split
Action = tuple[int, int, float]  # instrument, ex-date in days since 1970, ratio


def splits_between(parts: Sequence[Snapshot], days: np.ndarray, actions: Sequence[Action]) -> Splits:
    """The ratio of each security over all of ``parts`` (of ``days``), from neighbour to neighbour; ``actions``: the
    known ones between the first day and the last, by ex-date.

    Lists as of the start of a day show a split a day after its ex-date: until it shows, it is waited for.
    """
    waiting = list(actions)
    ratio: dict[int, float] = {}
    for before, after, day in zip(parts, parts[1:], days[1:].tolist(), strict=False):
        due = _due(waiting, day)
        shown = split_shows(before, after, _as_splits({one: value for one, (value, _) in due.items()}))
        late = {
            one for one, is_there in zip(due, shown, strict=True) if not is_there and day - due[one][1] <= LATE
        }  # fmt: skip
        waiting = [action for action in waiting if action[1] > day or action[0] in late]
        told = {one: 1.0 if one in late else value for one, (value, _) in due.items()}
        found = detect_splits(before, after, _as_splits(told) if told else None)
        for one, value in (dict(zip(found.key.tolist(), found.ratio.tolist(), strict=True)) | told).items():
            ratio[one] = ratio.get(one, 1.0) * value
    return _as_splits(ratio)


def _due(actions: list[Action], day: int) -> dict[int, tuple[float, int]]:
    """Instrument -> (ratio of its splits up to ``day`` together, the ex-date of the last of them)."""
    found: dict[int, tuple[float, int]] = {}
    for one, ex_date, value in actions:
        if ex_date <= day:
            found[one] = (found.get(one, (1.0, 0))[0] * value, ex_date)
    return found


def _as_splits(ratio: dict[int, float]) -> Splits:
    return Splits(np.array(list(ratio), dtype=np.int64), np.array(list(ratio.values()), dtype=float))


def actions_known(keys: np.ndarray, days: np.ndarray) -> list[Action]:
    """The splits of the instruments among ``keys`` after the first of ``days`` up to the last, by ex-date."""
    ids = np.unique(keys[keys > 0]).tolist()
    first, last = (EPOCH + dt.timedelta(int(day)) for day in (days.min(), days.max()))
    return [(one, (day - EPOCH).days, ratio) for one, day, ratio in splits_known(ids, after=first, until=last)]
