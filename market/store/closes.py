"""Adjusted closes of a region by session, for what comes after a score: returns."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from market.calendars import sessions
from market.models import Instrument
from market.regions import region_get
from market.store.arrow import snapshot, table
from market.store.bar_grid import Window, read_grid


@dataclass(frozen=True)
class Closes:
    """Adjusted closes of common stocks: ``close`` float [T, N], NaN where there is no bar on that session.

    ``days`` int32 [T], days since 1970-01-01, the exchange's sessions; ``instrument_ids`` int32 [N], ascending;
    ``tickers`` object [N]; ``delisted_day`` int32 [N], the last listed day, 0 where unknown.
    """

    days: np.ndarray
    instrument_ids: np.ndarray
    tickers: np.ndarray
    delisted_day: np.ndarray
    close: np.ndarray


def closes_read(region: str, start: dt.date, end: dt.date) -> Closes:
    """Closes of ``region`` from ``start`` to ``end`` (both included), up to its newest bar; T = 0 where there are none.

    Stocks without a bar in the range are left out.
    """
    code = region_get(region).code
    with snapshot() as arrow:
        grid = read_grid(arrow, Window(code, end, start, end, 0))
        stocks = table(
            arrow,
            "SELECT id, ticker, coalesce(delisted_on - '1970-01-01'::date, 0) AS delisted_day FROM market_instrument"
            f" WHERE region = '{code}' AND asset_type = '{Instrument.AssetType.STOCK.value}' ORDER BY id",
        )
    close = grid.fields["close"] * grid.fields["adjustment_factor"]
    days = sessions(code, start, end).astype("datetime64[D]").astype(np.int32)
    rows = np.flatnonzero(np.isin(grid.days, days))
    ids = stocks.column("id").to_numpy()
    columns = np.flatnonzero(np.isin(grid.instrument_ids, ids) & np.isfinite(close[rows]).any(axis=0))
    places = np.searchsorted(ids, grid.instrument_ids[columns])
    tickers = np.array(stocks.column("ticker").to_pylist(), dtype=object)
    return Closes(
        days=grid.days[rows].astype(np.int32), instrument_ids=grid.instrument_ids[columns].astype(np.int32),
        tickers=tickers[places], delisted_day=stocks.column("delisted_day").to_numpy()[places].astype(np.int32),
        close=close[np.ix_(rows, columns)],
    )  # fmt: skip
