"""Adjusted closes of a region by session, for what is made of them: returns."""

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


def closes_read(region: str, start: dt.date, end: dt.date, ids: Sequence[int] | None = None) -> Closes:
    """Closes of ``region`` from ``start`` to ``end`` (both included), up to its newest bar; T = 0 where there are none.

    Of all its common stocks, on the sessions that any of them traded; or of the instruments ``ids`` alone, whatever
    their type, on all sessions from their first bar to their last. What has no bar in the range is left out.
    """
    code = region_get(region).code
    stock = f"region = '{code}' AND {_wanted(ids)}"
    with snapshot() as arrow:
        parts = list(
            batches(
                arrow,
                "SELECT instrument_id, date, close * adjustment_factor AS close FROM market_pricebar"
                f" WHERE date BETWEEN '{start}' AND '{end}' AND close IS NOT NULL"
                f" AND instrument_id = ANY(ARRAY(SELECT id FROM market_instrument WHERE {stock}))",
            )
        )
        stocks = table(
            arrow,
            "SELECT id, ticker, coalesce(delisted_on - '1970-01-01'::date, 0) AS delisted_day FROM market_instrument"
            f" WHERE {stock} ORDER BY id",
        )
    instrument, day, close = _columns(parts)
    exchange = sessions(code, start, end).astype("datetime64[D]").astype(np.int32)
    traded = np.isin(day, exchange) & np.isfinite(close)
    days = np.unique(day[traded])
    if ids is not None and len(days):  # a few names may all miss a session
        days = exchange[(exchange >= days[0]) & (exchange <= days[-1])]
    found, columns = np.unique(instrument[traded], return_inverse=True)
    grid = np.full((len(days), len(found)), np.nan)
    grid[np.searchsorted(days, day[traded]), columns] = close[traded]
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
