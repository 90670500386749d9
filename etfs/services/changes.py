"""What a fund bought, sold, added and dropped between two of its compositions."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from etfs.calc.changes import Change, Changes, compare, turnover
from etfs.calc.snapshot import Snapshot as Composition
from etfs.calc.trade_values import trade_values
from etfs.models import ETF, Snapshot
from etfs.services.errors import EtfError, NotFound
from etfs.services.lookup import day_or_today
from etfs.services.splits_between import actions_known, splits_between
from etfs.store.reads import lines_described, span_read

FIGURES = (
    "shares_before", "shares_after", "share_change", "weight_before", "weight_after", "weight_change", "value_change",
)  # fmt: skip


@dataclass(frozen=True)
class FundChanges:
    """Changes between the compositions of ``start`` and ``end`` (the fund's own newest ones up to the days asked for),
    money in ``currency``, that of the later one.

    ``rows``: status, what it is, the figures of ``etfs.calc.changes.Changes``, what the trade was worth
    (``trade_value``) and the split ratio in between. ``turnover``: percent, of all lines, those held included.
    """

    fund: ETF
    start: dt.date
    end: dt.date
    currency: str
    turnover: float
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
    newest = _newest(fund, day_or_today(end))
    last = newest.as_of_date
    first = _newest(fund, start if start else last - dt.timedelta(days=1)).as_of_date
    if first == last:
        raise NotFound(f"{fund.instrument} has no other composition between the two days: both have that of {last}")
    rows = span_read(fund.pk, first, last)
    key = np.where(rows["instrument_id"] > 0, rows["instrument_id"], -rows["line_id"])
    days, begins = np.unique(rows["date"], return_index=True)
    parts = [
        _composition(part, keys)
        for part, keys in zip(np.split(rows, begins[1:]), np.split(key, begins[1:]), strict=True)
    ]
    splits = splits_between(parts, days, actions_known(np.concatenate([part.key for part in parts]), days))
    found = compare(parts[0], parts[-1], splits)
    worth = trade_values(parts[0], parts[-1], found)
    line_of = dict(zip(key[::-1].tolist(), rows["line_id"][::-1].tolist(), strict=True))
    shown = _shown(found, worth, splits.of(found.key), line_of, held)
    return FundChanges(fund, first, last, newest.currency, turnover(found.weight_change), shown)


def _newest(fund: ETF, on: dt.date) -> Snapshot:
    found = Snapshot.objects.latest_of(fund.pk, on)
    if found is None:
        raise NotFound(f"no composition of {fund.instrument} up to {on}")
    return found


def _composition(rows: np.ndarray, key: np.ndarray) -> Composition:
    return Composition.of(key, rows["weight"], rows["shares"], rows["value"])


def _shown(
    found: Changes, worth: np.ndarray, ratio: np.ndarray, line_of: dict[int, int], held: bool
) -> list[dict[str, Any]]:
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
        shown.append(
            {"status": status}
            | names
            | figures
            | {"trade_value": _known(worth[place]), "split_ratio": float(ratio[place])}
        )
    return shown


def _known(value: float) -> float | None:
    return round(float(value), 10) if np.isfinite(value) else None
