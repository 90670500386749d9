"""What a region's stocks traded at: raw opens, closes and volumes by session, and what happened to their shares."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from market.calendars import sessions
from market.models import CorporateAction, Instrument
from market.regions import region_get
from market.store.arrow import snapshot, table
from market.store.bar_years import fields_between

FIELDS = ("close", "open", "volume", "close_is_adjusted")


@dataclass(frozen=True)
class Quotes:
    """T sessions of the exchange x N common stocks with a bar on any of them.

    ``days`` datetime64[D] [T]; ``instrument_ids`` int [N], ascending; ``tickers``, ``names``, ``sectors`` object [N];
    ``delisted_day`` int [N], days since 1970-01-01 of the last listed day, a far one where it is not known; raw
    ``open``, ``close`` and ``volume`` float64 [T, N], NaN without a bar; ``is_adjusted`` bool [T, N]: the close is not
    the traded one.
    """

    days: np.ndarray
    instrument_ids: np.ndarray
    tickers: np.ndarray
    names: np.ndarray
    sectors: np.ndarray
    delisted_day: np.ndarray
    open: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    is_adjusted: np.ndarray


@dataclass(frozen=True)
class Actions:
    """Corporate actions: ``instrument`` and ``ex_day`` int [E]; ``figure`` float [E], ratio or amount per share;
    ``is_dividend`` bool [E]: cash; the others multiply the shares.
    """

    instrument: np.ndarray
    ex_day: np.ndarray
    figure: np.ndarray
    is_dividend: np.ndarray


def quotes_read(region: str, start: dt.date, end: dt.date) -> tuple[Quotes, Actions]:
    """Quotes and corporate actions of ``region`` from ``start`` to ``end``, both included, as of one moment."""
    code = region_get(region).code
    with snapshot() as arrow:
        grid = fields_between(arrow, code, start, end, FIELDS)
        stocks = table(arrow, _STOCKS.format(region=code, stock=Instrument.AssetType.STOCK.value))
        actions = table(arrow, _ACTIONS.format(region=code, start=start, end=end))
    days = sessions(code, start, end).astype("datetime64[D]")
    rows = np.searchsorted(grid.days, days.astype(np.int64))
    known = np.flatnonzero(np.isin(days.astype(np.int64), grid.days))
    ids = stocks.column("id").to_numpy()
    columns = np.flatnonzero(np.isin(grid.instrument_ids, ids))
    close = grid.fields["close"][np.ix_(rows[known], columns)]
    columns = columns[np.isfinite(close).any(axis=0)]
    of = np.searchsorted(ids, grid.instrument_ids[columns])

    def field(name: str) -> np.ndarray:
        found = np.full((len(days), len(columns)), np.nan)
        found[known] = grid.fields[name][np.ix_(rows[known], columns)]
        return found

    def text(name: str) -> np.ndarray:
        return np.array(stocks.column(name).to_pylist(), dtype=object)[of]

    quotes = Quotes(
        days, ids[of], text("ticker"), text("name"), text("sector"), stocks.column("delisted_day").to_numpy()[of],
        field("open"), field("close"), field("volume"), field("close_is_adjusted") == 1.0,
    )  # fmt: skip
    return quotes, _actions(actions)


_STOCKS = (
    "SELECT id, ticker, name, sector, coalesce(delisted_on - '1970-01-01'::date, 1073741824) AS delisted_day"
    " FROM market_instrument WHERE region = '{region}' AND asset_type = '{stock}' ORDER BY id"
)
_ACTIONS = (
    "SELECT a.instrument_id, a.ex_date, a.kind, a.ratio, a.amount FROM market_corporateaction a"
    " JOIN market_instrument i ON i.id = a.instrument_id WHERE i.region = '{region}'"
    " AND a.ex_date BETWEEN '{start}' AND '{end}' ORDER BY a.ex_date, a.instrument_id, a.kind"
)


def _actions(rows: pa.Table) -> Actions:
    is_dividend = np.array([kind == CorporateAction.Kind.CASH_DIVIDEND for kind in rows.column("kind").to_pylist()])
    ratio, amount = (
        rows.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False) for name in ("ratio", "amount")
    )
    figure = np.where(is_dividend.astype(bool), amount, ratio)
    usable = np.isfinite(figure) & (figure > 0)
    return Actions(
        rows.column("instrument_id").to_numpy()[usable], rows.column("ex_date").cast(pa.int32()).to_numpy()[usable],
        figure[usable], is_dividend.astype(bool)[usable],
    )  # fmt: skip
