"""Adjusted closes of a region by session, or across regions by day, for what is made of them: returns."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from market.calendars import sessions
from market.models import Instrument
from market.regions import region_get
from market.store.arrow import batches, snapshot, table


@dataclass(frozen=True)
class Closes:
    """Adjusted closes: ``close`` float [T, N], NaN where there is no bar on that session.

    ``days`` int32 [T], days since 1970-01-01, the exchange's sessions; ``instrument_ids`` int32 [N], ascending;
    ``tickers`` object [N]; ``delisted_day`` int32 [N], the last listed day, 0 where unknown.
    """

    days: np.ndarray
    instrument_ids: np.ndarray
    tickers: np.ndarray
    delisted_day: np.ndarray
    close: np.ndarray


@dataclass(frozen=True)
class RegionCloses:
    """Adjusted closes of several regions: ``close`` float [T, N], NaN where there is no bar.

    ``days`` int32 [T], days since 1970-01-01 on which one of E exchanges is open; ``instrument_ids`` int32 [N],
    ascending; ``exchange_of`` int [N]: which of them is each one's; ``is_open`` bool [T, E].
    """

    days: np.ndarray
    instrument_ids: np.ndarray
    close: np.ndarray
    exchange_of: np.ndarray
    is_open: np.ndarray


def closes_read(region: str, start: dt.date, end: dt.date, ids: Sequence[int] | None = None) -> Closes:
    """Closes of ``region`` from ``start`` to ``end`` (both included), up to its newest bar; T = 0 where there are none.

    Of all its common stocks, on the sessions that any of them traded; or of the instruments ``ids`` alone, whatever
    their type, on all sessions from their first bar to their last. What has no bar in the range is left out.
    """
    code = region_get(region).code
    (instrument, day, close), stocks = _read(start, end, f"region = '{code}' AND {_wanted(ids)}")
    exchange = sessions(code, start, end).astype("datetime64[D]").astype(np.int32)
    traded = np.isin(day, exchange)
    days = np.unique(day[traded])
    if ids is not None and len(days):  # a few names may all miss a session
        days = exchange[(exchange >= days[0]) & (exchange <= days[-1])]
    return _on_days(days, instrument[traded], day[traded], close[traded], stocks)


def closes_across(ids: Sequence[int], start: dt.date, end: dt.date) -> RegionCloses:
    """Closes of the instruments ``ids``, of any regions and types, from ``start`` to ``end`` (both included), by one
    query. A bar of a day on which its exchange was closed is left out; what has no bar in the range is, too.
    """
    (instrument, day, close), stocks = _read(start, end, _wanted(ids))
    codes = np.array(stocks.column("region").to_pylist(), dtype=str)
    of = codes[np.searchsorted(stocks.column("id").to_numpy(), instrument)]
    regions = np.unique(of)
    open_days = [_open_days(region, start, end, day[of == region]) for region in regions.tolist()]
    traded = np.zeros(len(day), dtype=bool)
    for region, exchange in zip(regions, open_days, strict=True):
        traded |= (of == region) & np.isin(day, exchange)
    days = np.unique(np.concatenate(open_days)) if open_days else day[:0]
    found = _on_days(days, instrument[traded], day[traded], close[traded], stocks)
    place = codes[np.searchsorted(stocks.column("id").to_numpy(), found.instrument_ids)]
    is_open = np.stack([np.isin(days, exchange) for exchange in open_days] or [np.zeros(0, bool)], axis=1)
    return RegionCloses(found.days, found.instrument_ids, found.close, np.searchsorted(regions, place), is_open)


def _open_days(region: str, start: dt.date, end: dt.date, bar_days: np.ndarray) -> np.ndarray:
    """Sessions of a region from its first to its last bar; before its calendar begins, and without one, the days with
    bars. int32."""
    exchange = sessions(region, start, end).astype("datetime64[D]").astype(np.int32)
    if not len(exchange):
        return np.unique(bar_days)
    within = exchange[(exchange >= bar_days.min()) & (exchange <= bar_days.max())]
    return np.r_[np.unique(bar_days[bar_days < exchange[0]]), within]


def _read(start: dt.date, end: dt.date, wanted: str) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], pa.Table]:
    """(instrument, day, adjusted close) of the bars in a range, and the instruments, by id, that meet ``wanted``."""
    with snapshot() as arrow:
        parts = list(
            batches(
                arrow,
                "SELECT instrument_id, date, close * adjustment_factor AS close FROM market_pricebar"
                f" WHERE date BETWEEN '{start}' AND '{end}' AND close IS NOT NULL"
                f" AND instrument_id = ANY(ARRAY(SELECT id FROM market_instrument WHERE {wanted}))",
            )
        )
        stocks = table(
            arrow,
            "SELECT id, region, ticker, coalesce(delisted_on - '1970-01-01'::date, 0) AS delisted_day"
            f" FROM market_instrument WHERE {wanted} ORDER BY id",
        )
    instrument, day, close = _columns(parts)
    finite = np.isfinite(close)
    return (instrument[finite], day[finite], close[finite]), stocks


def _on_days(days: np.ndarray, instrument: np.ndarray, day: np.ndarray, close: np.ndarray, stocks: pa.Table) -> Closes:
    """Bars, all of them on ``days``, as a grid."""
    found, columns = np.unique(instrument, return_inverse=True)
    grid = np.full((len(days), len(found)), np.nan)
    grid[np.searchsorted(days, day), columns] = close
    places = np.searchsorted(stocks.column("id").to_numpy(), found)
    tickers = np.array(stocks.column("ticker").to_pylist(), dtype=object)
    return Closes(
        days=days.astype(np.int32), instrument_ids=found.astype(np.int32), tickers=tickers[places],
        delisted_day=stocks.column("delisted_day").to_numpy()[places].astype(np.int32), close=grid,
    )  # fmt: skip


def _wanted(ids: Sequence[int] | None) -> str:
    """A condition on instruments, of typed values only."""
    if ids is None:
        return f"asset_type = '{Instrument.AssetType.STOCK.value}'"
    return f"id = ANY('{{{','.join(str(int(one)) for one in ids)}}}'::int[])"


def _columns(parts: Sequence[pa.RecordBatch]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(instrument, day, close) of all rows."""
    if not parts:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)
    rows = pa.Table.from_batches(parts)
    close = rows.column("close").cast(pa.float64()).to_numpy(zero_copy_only=False)
    return rows.column("instrument_id").to_numpy(), rows.column("date").cast(pa.int32()).to_numpy(), close
