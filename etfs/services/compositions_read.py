"""What is inside a fund, as of any day; what it weighed over time; which funds hold a stock."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from etfs.calc.concentration import effective_holdings, hhi_percent, top_share
from etfs.models import ETF, Snapshot
from etfs.services.ages import freshness, sessions_old
from etfs.services.errors import NotFound
from etfs.services.lookup import day_or_today
from etfs.store.assets import assets_on
from etfs.store.heavy import heavy_read
from etfs.store.reads import holders_read, lines_read, weights_read
from market.models import Instrument

RESOLVABLE = ("STOCK", "ETF", "UNKNOWN")
Row = dict[str, Any]


@dataclass(frozen=True)
class CompositionView:
    """A fund's composition on a day: ``lines`` by rank, and what it adds up to."""

    fund: ETF
    snapshot: Snapshot
    lines: list[Row]
    figures: dict[str, float | None]
    unresolved_weight: Decimal


def composition_get(*, fund: ETF, as_of: dt.date | None = None, limit: int | None = None) -> CompositionView:
    """The fund's own newest composition up to ``as_of`` (None: today). NotFound where there is none by then.

    ``figures`` are of all lines, whatever ``limit``.
    """
    snapshot = Snapshot.objects.latest_of(fund.pk, day_or_today(as_of))
    if snapshot is None:
        raise NotFound(f"no composition of {fund.instrument}{f' up to {as_of}' if as_of else ''}")
    lines = lines_read(fund.pk, snapshot.as_of_date)
    unresolved = sum(
        (row["weight"] or Decimal(0) for row in lines if row["kind"] in RESOLVABLE and row["instrument_id"] is None),
        Decimal(0),
    )
    return CompositionView(fund, snapshot, lines[:limit], _figures(lines), unresolved)


def _figures(lines: Sequence[Row]) -> dict[str, float | None]:
    weights = np.array([np.nan if row["weight"] is None else float(row["weight"]) for row in lines])
    hhi = hhi_percent(weights)
    found = {
        "hhi_percent": hhi, "effective_holdings": float(effective_holdings(hhi)), "top_10_percent": top_share(weights),
    }  # fmt: skip
    return {name: float(value) if np.isfinite(value) else None for name, value in found.items()}


def holders_get(
    *, stock: Instrument, as_of: dt.date | None = None, region: str = "", min_weight: Decimal | None = None,
    max_age: int | None = None,
) -> list[Row]:  # fmt: skip
    """The funds whose own latest composition has ``stock``, heaviest first (``store.reads.holders_read``), those at
    most ``max_age`` sessions old. ``sessions_old`` and ``freshness``: of the composition, on the day. On a day that is
    asked for, ``total_assets`` are those known on it."""
    rows = holders_read([stock.pk], day_or_today(as_of), region)
    ages = sessions_old(newest={row["etf_id"]: (row["region"], row["as_of_date"]) for row in rows}, on=as_of)
    if max_age is not None:
        rows = [row for row in rows if ages[row["etf_id"]] <= max_age]
    for row in rows:
        row["sessions_old"] = ages[row["etf_id"]]
        row["freshness"] = freshness(old=ages[row["etf_id"]])
    if as_of is not None:
        assets = assets_on(as_of, [row["etf_id"] for row in rows])
        rows = [row | {"total_assets": assets.get(row["etf_id"])} for row in rows]
    if min_weight is None:
        return rows
    return [row for row in rows if row["weight"] is not None and row["weight"] >= min_weight]


def weights_get(*, fund: ETF, stock: Instrument, start: dt.date | None = None, end: dt.date | None = None) -> list[Row]:
    """The fund's weight in a stock by composition, oldest first; 0 where it did not hold it."""
    return weights_read(fund.pk, stock.pk, start, end)


def heavy_get(*, threshold: float = 5.0, as_of: dt.date | None = None, region: str = "") -> list[Row]:
    """What weighs at least ``threshold`` percent in latest compositions, with the money in it
    (``store.heavy.heavy_read``)."""
    return heavy_read(threshold, day_or_today(as_of), region)
