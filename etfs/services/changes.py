"""What a fund bought, sold, added and dropped between two of its compositions."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from etfs.calc.changes import Change, Changes, compare
from etfs.calc.snapshot import Snapshot as Composition
from etfs.calc.splits import Splits, detect_splits
from etfs.models import ETF, Snapshot
from etfs.services.lookup import NotFound, day_or_today
from etfs.services.runs import EtfError
from etfs.store.reads import lines_described, span_read
from market.models import CorporateAction

FIGURES = (
    "shares_before", "shares_after", "share_change", "weight_before", "weight_after", "weight_change", "value_change",
)  # fmt: skip


@dataclass(frozen=True)
class FundChanges:
    """Changes between the compositions of ``start`` and ``end`` (the fund's own newest ones up to the days asked for).

    ``rows``: status, what it is, the figures of ``etfs.calc.changes.Changes``, and the split ratio in between.
    """

    fund: ETF
    start: dt.date
    end: dt.date
    rows: list[dict[str, Any]]


def changes_get(
    *, fund: ETF, start: dt.date | None = None, end: dt.date | None = None, held: bool = False
) -> FundChanges:
    """Changes from the fund's newest composition up to ``start`` to that up to ``end``; the largest weight change
    first.

    ``start`` None: the composition before that of ``end``. ``held``: also lines nothing happened to. Share counts are
    compared after splits: those of the corporate actions, else those that show in price and share count between two
    neighbouring compositions. NotFound where there are no two compositions.
    """
    if start and end and start >= end:
        raise EtfError(f"from: {start} is not before to ({end})")
    last = _day(fund, day_or_today(end))
    first = _day(fund, start if start else last - dt.timedelta(days=1))
    if first == last:
        raise NotFound(f"{fund.instrument} has no other composition between the two days: both have that of {last}")
    rows = span_read(fund.pk, first, last)
    key = np.where(rows["instrument_id"] > 0, rows["instrument_id"], -rows["line_id"])
    days = np.unique(rows["date"])
    parts = [_composition(rows, key, day) for day in days]
    splits = _splits(fund, parts, days)
    found = compare(parts[0], parts[-1], splits)
    line_of = dict(zip(key[::-1].tolist(), rows["line_id"][::-1].tolist(), strict=True))
    return FundChanges(fund, first, last, _shown(found, splits.of(found.key), line_of, held))


def _day(fund: ETF, on: dt.date) -> dt.date:
    found = Snapshot.objects.latest_of(fund.pk, on)
    if found is None:
        raise NotFound(f"no composition of {fund.instrument} up to {on}")
    return found.as_of_date


def _composition(rows: np.ndarray, key: np.ndarray, day: int) -> Composition:
    of_day = rows["date"] == day
    part = rows[of_day]
    return Composition.of(key[of_day], part["weight"], part["shares"], part["value"])


def _splits(fund: ETF, parts: list[Composition], days: np.ndarray) -> Splits:
    """The ratio of each security over all of ``parts``, from neighbour to neighbour."""
    actions = _actions(parts)
    ratio: dict[int, float] = {}
    for before, after, first, last in zip(parts, parts[1:], days, days[1:], strict=False):
        known = [(one, value) for one, day, value in actions if first < day <= last]
        told = Splits(np.array([one for one, _ in known], dtype=np.int64), np.array([value for _, value in known]))
        found = detect_splits(before, after, told if known else None)
        for one, value in zip(found.key.tolist(), found.ratio.tolist(), strict=True):
            ratio[one] = ratio.get(one, 1.0) * value
    return Splits(np.array(list(ratio), dtype=np.int64), np.array(list(ratio.values()), dtype=float))


def _actions(parts: list[Composition]) -> list[tuple[int, int, float]]:
    """(instrument, day, ratio) of the splits that are known of what the fund held."""
    ids = sorted({int(one) for part in parts for one in part.key if one > 0})
    found = CorporateAction.objects.filter(instrument__in=ids, kind=CorporateAction.Kind.SPLIT)
    epoch = dt.date(1970, 1, 1)
    return [
        (one, (day - epoch).days, ratio) for one, day, ratio in found.values_list("instrument_id", "ex_date", "ratio") if ratio
    ]


def _shown(found: Changes, ratio: np.ndarray, line_of: dict[int, int], held: bool) -> list[dict[str, Any]]:
    described = lines_described([line_of[one] for one in found.key.tolist()])
    order = np.argsort(-np.abs(np.nan_to_num(found.weight_change)), kind="stable")
    shown = []
    for place in order.tolist():
        status = str(found.status[place])
        if status == Change.HELD and not held:
            continue
        what = described[line_of[int(found.key[place])]]
        figures = {name: _known(getattr(found, name)[place]) for name in FIGURES}
        names = {name: what[name] for name in ("kind", "region", "ticker", "name", "identifier", "instrument_id")}
        shown.append({"status": status} | names | figures | {"split_ratio": float(ratio[place])})
    return shown


def _known(value: float) -> float | None:
    return round(float(value), 10) if np.isfinite(value) else None
