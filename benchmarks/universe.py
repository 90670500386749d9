"""A synthetic universe, for speed only: random numbers in the shape of the real thing, never shown as data.

18,661 instruments over six regions, 253 sessions, five years of quarterly and yearly reports. Some instruments are
young, some miss bars, as in life.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from market.calendars import sessions_before
from market.models import Instrument
from market.regions import REGIONS
from market.store.changes import change_lock, change_note
from market.store.copying import Column, copy_rows

SIZES = {"KR": 2661, "US": 5500, "CN": 5000, "HK": 2000, "JP": 3000, "VN": 500}
AS_OF = dt.date(2025, 10, 21)
SESSIONS = 253
YEARS = 5


@dataclass(frozen=True)
class Bars:
    """Bars of one region: ``days`` datetime64[D] [T]; prices and volumes float [T, N]; NaN close where there is no
    bar.
    """

    days: np.ndarray
    close: np.ndarray
    high: np.ndarray
    low: np.ndarray
    volume: np.ndarray
    shares: np.ndarray


def days_of(region: str, count: int = SESSIONS) -> np.ndarray:
    """The sessions used, the last one AS_OF (Vietnam borrows Hong Kong's calendar)."""
    return sessions_before("HK" if region == "VN" else region, AS_OF, count)


def make_bars(region: str, count: int, sessions: int = SESSIONS) -> Bars:
    """Random walks; 5 % of the names are young, 5 % miss a tenth of their bars."""
    rng = np.random.default_rng(sorted(REGIONS).index(region))
    days = days_of(region, sessions)
    drift = rng.normal(0.0, 0.02, (len(days), count)) + rng.normal(0.0, 0.01, (len(days), 1))
    close = np.round(np.exp(np.cumsum(drift, axis=0) + rng.uniform(2, 10, count)), 2) + 0.01
    young, holed = rng.random(count) < 0.05, rng.random(count) < 0.05
    close[: len(days) // 2, young] = np.nan
    close[:-1, holed] = np.where(rng.random((len(days) - 1, holed.sum())) < 0.1, np.nan, close[:-1, holed])
    volume = np.round(rng.lognormal(11, 1.5, close.shape))
    return Bars(days, close, close * 1.01, close * 0.99, volume, np.round(rng.lognormal(17, 1, count)))


def fill(sizes: dict[str, int] = SIZES, tell: Callable[[str], None] = print) -> None:
    """Write the universe, or one of other ``sizes``, into the (empty) default database."""
    for region, size in sizes.items():
        fill_region(region, size)
        tell(f"    {region}: {size:,} instruments")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE market_pricebar, market_fundamental, market_instrument")


def fill_region(region: str, size: int, sessions: int = SESSIONS) -> None:
    """Write one region of ``size`` stocks, an index and their reports."""
    place = REGIONS[region]
    names = [f"{region}{i:05d}" for i in range(size)]
    rows = [Instrument(region=region, ticker=name, name=f"Synthetic {name}", currency=place.currency) for name in names]
    rows.append(Instrument(region=region, ticker=place.index, currency=place.currency, asset_type="INDEX"))
    with transaction.atomic(), connection.cursor() as cursor:
        change_lock(cursor, region, "bars")
        change_lock(cursor, region, "fundamentals")
        ids = np.array([row.pk for row in Instrument.objects.bulk_create(rows, batch_size=2000)], dtype=np.int32)
        bars = make_bars(region, size + 1, sessions)
        copy_rows(cursor, "market_pricebar", _bar_columns(ids, bars))
        copy_rows(cursor, "market_fundamental", _report_columns(region, ids[:-1]))
        change_note(cursor, region, "bars", bars.days[0].item())
        change_note(cursor, region, "fundamentals", dt.date(2000, 1, 1))


def _bar_columns(ids: np.ndarray, bars: Bars) -> dict[str, Column]:
    column, row = np.nonzero(np.isfinite(bars.close.T))
    at = (row, column)
    no = np.zeros(len(row), dtype=bool)
    close = bars.close[at]
    floats = {
        "open": close, "high": bars.high[at], "low": bars.low[at], "close": close, "volume": bars.volume[at],
        "trading_value": close * bars.volume[at], "market_cap": close * bars.shares[column],
        "shares_outstanding": bars.shares[column], "adjustment_factor": np.ones(len(row)),
    }  # fmt: skip
    flags = ("factor_is_given", "close_is_adjusted", "no_trade", "suspect")
    return (
        {"instrument_id": Column("int4", ids[column]), "date": Column("date", bars.days[row])}
        | {name: Column("float8", values) for name, values in floats.items()}
        | {name: Column("bool", no) for name in flags}
    )


def _report_columns(region: str, ids: np.ndarray) -> dict[str, Column]:
    """Q1, Q2, Q3 and FY of five years for every instrument."""
    rng = np.random.default_rng(100 + sorted(REGIONS).index(region))
    quarters = [(year, month) for year in range(AS_OF.year - YEARS, AS_OF.year + 1) for month in (3, 6, 9, 12)]
    ends = [np.datetime64(f"{year}-{month:02d}", "M") + 1 for year, month in quarters]
    days = np.array([end.astype("datetime64[D]") - 1 for end in ends])
    days = days[days + 60 < np.datetime64(AS_OF)]
    is_year = np.array([day.item().month == 12 for day in days])
    instrument, period = np.repeat(ids, len(days)), np.tile(np.arange(len(days)), len(ids))
    n, scale = len(instrument), np.where(is_year, 4.0, 1.0)[period]
    size = np.repeat(rng.lognormal(20, 1.5, len(ids)), len(days))
    figure = lambda low, high: size * rng.uniform(low, high, n)  # noqa: E731
    floats = {
        "revenue": scale * figure(0.1, 0.3), "operating_income": scale * figure(-0.01, 0.05),
        "net_income": scale * figure(-0.01, 0.04), "ebitda": scale * figure(0.0, 0.06),
        "operating_cash_flow": scale * figure(-0.01, 0.05), "capital_expenditure": scale * figure(0.0, 0.02),
        "eps_basic": scale * rng.normal(1, 1, n), "dividends_per_share": scale * rng.uniform(0, 0.5, n),
        "total_assets": figure(0.9, 1.1), "total_equity": figure(0.4, 0.6), "total_debt": figure(0.1, 0.3),
        "cash": figure(0.01, 0.1), "free_float_shares": np.round(rng.lognormal(16, 1, n)),
    }  # fmt: skip
    text = lambda value: Column("text", np.full(n, value, dtype=object))  # noqa: E731
    no = np.zeros(n, dtype=bool)
    return {
        "instrument_id": Column("int4", instrument), "period_end": Column("date", days[period]),
        "period": Column("text", np.where(is_year[period], "FY", "Q").astype(object)),
        "available_on": Column("date", days[period] + np.where(is_year[period], 90, 45)),
        "available_is_estimated": Column("bool", no), "period_end_is_estimated": Column("bool", no),
        "source": text("csv"), "consolidated": Column("bool", ~no), "currency": text(REGIONS[region].currency),
    } | {name: Column("float8", values) for name, values in floats.items()}  # fmt: skip
