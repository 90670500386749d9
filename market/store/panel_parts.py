"""What one panel and a history of panels are both made from: the region's stocks, their columns, the index."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from market.calc.stacking import OlderBars
from market.models import Instrument
from market.regions import region_get
from market.store.arrow import table
from market.store.bar_grid import BarGrid

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

ALWAYS = 2**30  # a day number after every other
STOCKS: tuple[str, ...] = (Instrument.AssetType.STOCK.value,)


@dataclass(frozen=True)
class Stocks:
    """The region's common stocks (or other instruments asked for) that had a bar in a grid or before it, and where they
    stand in it.

    ``listed_day``, ``delisted_day`` int32: first and last day of the listing, far away where unknown.
    """

    ids: np.ndarray
    columns: np.ndarray
    tickers: np.ndarray
    sectors: np.ndarray
    company: np.ndarray
    currency: np.ndarray
    listed_day: np.ndarray
    delisted_day: np.ndarray

    def active(self, days: np.ndarray | int) -> np.ndarray:
        """Listed on ``days``; bool [N], or [T, N] for [T, 1]."""
        listed: np.ndarray = (self.listed_day <= days) & (days <= self.delisted_day)
        return listed


def stocks_read(
    arrow: "adbc.Connection", region: str, grid: BarGrid, last: int, asset_types: Sequence[str] = STOCKS
) -> Stocks:
    """Common stocks (or ``asset_types``) with a bar in the first ``last`` rows of the grid or before it: what comes
    later does not count."""
    kinds = ", ".join(f"'{Instrument.AssetType(kind).value}'" for kind in asset_types)
    rows = table(
        arrow,
        "SELECT id, ticker, sector, company, currency,"
        f" coalesce(listed_on - '1970-01-01'::date, {-ALWAYS}) AS listed_day,"
        f" coalesce(delisted_on - '1970-01-01'::date, {ALWAYS}) AS delisted_day"
        f" FROM market_instrument WHERE region = '{region_get(region).code}'"
        f" AND asset_type IN ({kinds}) ORDER BY id",
    )
    ids = rows.column("id").to_numpy()
    has_bar = np.isfinite(grid.fields["close"][:last]).any(axis=0)
    has_bar[grid.older.column] = True
    found = np.flatnonzero(np.isin(ids, grid.instrument_ids[has_bar]))
    text = {
        name: np.array(rows.column(name).to_pylist(), dtype=object)[found] for name in ("ticker", "sector", "company")
    }
    return Stocks(
        ids=ids[found].astype(np.int32),
        columns=np.searchsorted(grid.instrument_ids, ids[found]),
        tickers=text["ticker"],
        sectors=text["sector"],
        company=_company_numbers(text["company"]),
        currency=np.array(rows.column("currency").to_pylist(), dtype="S3")[found],
        listed_day=rows.column("listed_day").to_numpy()[found],
        delisted_day=rows.column("delisted_day").to_numpy()[found],
    )


def _company_numbers(names: np.ndarray) -> np.ndarray:
    """A number per company; a blank name is a company of its own."""
    keys = np.array([name or f"\0{i}" for i, name in enumerate(names)], dtype=object)
    return np.unique(keys, return_inverse=True)[1] if len(keys) else np.zeros(0, dtype=np.int64)


def columns_of(grid: BarGrid, columns: np.ndarray) -> BarGrid:
    """The grid of some instruments: a view where they stand side by side."""
    side_by_side = len(columns) and columns[-1] - columns[0] + 1 == len(columns)
    pick = slice(int(columns[0]), int(columns[-1]) + 1) if side_by_side else columns
    fields = {name: values[:, pick] for name, values in grid.fields.items()}
    place = np.full(len(grid.instrument_ids), -1)
    place[columns] = np.arange(len(columns))
    older = grid.older
    kept = np.flatnonzero(place[older.column] >= 0)
    return BarGrid(grid.days, grid.instrument_ids[columns], fields, OlderBars(
        place[older.column[kept]], older.rank[kept], older.day[kept],
        {name: values[kept] for name, values in older.fields.items()},
    ))  # fmt: skip


def trading_value(raw: dict[str, np.ndarray], adjusted: np.ndarray) -> np.ndarray:
    """The source's trading value, else close x volume where the close is the traded one."""
    product = np.where(adjusted, np.nan, raw["close"] * raw["volume"])
    return np.where(np.isnan(raw["trading_value"]), product, raw["trading_value"])


def index_read(
    arrow: "adbc.Connection", region: str, grid: BarGrid, last: int, oldest_day: int
) -> tuple[np.ndarray, np.ndarray]:
    """Days and adjusted closes of the region's index up to grid row ``last``, without gaps; empty: not loaded.

    They reach back to ``oldest_day``, which may lie before the grid: an instrument that paused is compared with the
    index on all its own days.
    """
    place = region_get(region)
    index = Instrument.objects.filter(region=place.code, ticker=place.index).values_list("id", flat=True).first()
    if index is None or index not in grid.instrument_ids:
        return np.zeros(0, dtype=np.int32), np.zeros(0)
    fields, column = grid.fields, int(np.searchsorted(grid.instrument_ids, index))
    close = np.asarray(fields["close"][:last, column] * fields["adjustment_factor"][:last, column])
    exists = np.isfinite(close)
    days, close = np.asarray(grid.days[:last])[exists], close[exists]
    if oldest_day < grid.days[0]:
        older_days, older_close = _index_before(arrow, index, oldest_day, int(grid.days[0]))
        days, close = np.r_[older_days, days], np.r_[older_close, close]
    return days.astype(np.int32), close


def _index_before(arrow: "adbc.Connection", index: int, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Days and adjusted closes of instrument ``index`` from day ``start`` to the day before ``end``."""
    rows = table(
        arrow,
        "SELECT date - '1970-01-01'::date AS day, close * adjustment_factor AS close FROM market_pricebar"
        f" WHERE instrument_id = {int(index)} AND date >= '1970-01-01'::date + {start}"
        f" AND date < '1970-01-01'::date + {end} ORDER BY date",
    )
    return rows.column("day").to_numpy(), rows.column("close").to_numpy()


def day_of(date: dt.date) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))
