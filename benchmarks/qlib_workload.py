"""The workload that qlib publishes: 14 features from the daily bars of 800 stocks, 2007 to 2020.

Its README ("Performance of Qlib Data Server") reports 147.0 s from its own storage without caches and 7.4 s with both
its caches, on one processor; MySQL 365 s, HDF5 184 s. The code and the features of that test are not published (issue
392 of the project), so these are the first 14 of the 20 features that its example models select from its Alpha158 set:
regressions, correlations and deviations over 5 to 60 bars, dearer than plain means. ``+ 1e-12`` against division by
zero is left out: here a division by zero is null.
"""

import datetime as dt
import shutil
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from benchmarks.database import BenchDatabase
from benchmarks.report import Report, Row, seconds, step
from factors.formulas import FormulaFactor, Terms, Vocabulary, compiled
from market.calendars import sessions
from market.models import Instrument
from market.store.changes import change_lock, change_note
from market.store.copying import Column, copy_rows
from market.store.histories import read_history

REGION, STOCKS = "CN", 800
FIRST, LAST = dt.date(2007, 1, 1), dt.date(2020, 12, 31)
TARGET = 7.4
FEATURES = {
    "RESI5": "resi(close, 5) / close",
    "WVMA5": "std(abs(change(close, 1)) * volume, 5) / mean(abs(change(close, 1)) * volume, 5)",
    "RSQR5": "rsquare(close, 5)",
    "KLEN": "(high - low) / open",
    "RSQR10": "rsquare(close, 10)",
    "CORR5": "corr(close, log(volume + 1), 5)",
    "CORD5": "corr(close / lag(close, 1), log(volume / lag(volume, 1) + 1), 5)",
    "CORR10": "corr(close, log(volume + 1), 10)",
    "ROC60": "lag(close, 60) / close",
    "RESI10": "resi(close, 10) / close",
    "VSTD5": "std(volume, 5) / volume",
    "RSQR60": "rsquare(close, 60)",
    "CORR60": "corr(close, log(volume + 1), 60)",
    "WVMA60": "std(abs(change(close, 1)) * volume, 60) / mean(abs(change(close, 1)) * volume, 60)",
}


@dataclass(frozen=True)
class Dataset:
    """``features`` float32 [14, n]; ``day`` int32, days since 1970-01-01, and ``instrument_id`` int32 [n]: its rows."""

    features: np.ndarray
    day: np.ndarray
    instrument_id: np.ndarray


def features() -> list[FormulaFactor]:
    words = Vocabulary()
    return [FormulaFactor(Terms(name, text), compiled(text, words), words) for name, text in FEATURES.items()]


def dataset(days: list[dt.date]) -> Dataset:
    """From the database (or the years cached from it) to the features of every stock and session."""
    factors = features()
    lookback = max(factor.lookback for factor in factors)
    history = read_history(REGION, days, lookback, levels=any(factor.needs_levels for factor in factors))
    table = np.empty((len(factors), history.n), dtype=np.float32)
    for place, factor in enumerate(factors):
        table[place] = factor.compute(history)
    count = len(history.instrument_ids)
    return Dataset(
        table, np.repeat(history.session_days, count), np.tile(history.instrument_ids, len(history.session_days))
    )


def measure(database: BenchDatabase, report: Report, runs: int, part: int) -> None:
    """Warm (bars cached by year, as every backfill leaves them) and cold (from the tables); its stocks are removed."""
    days: list[dt.date] = sessions(REGION, FIRST, LAST).tolist()
    stocks = STOCKS // part
    with step(f"filling it with {stocks} stocks x {len(days):,} sessions, {FIRST.year} to {LAST.year}"):
        ids = fill(days, stocks)
    years = database.caches / REGION / "years"
    try:
        with step("14 features of them all, year caches removed before each run"):
            cold = seconds(lambda: dataset(days), runs, before=lambda: shutil.rmtree(years, ignore_errors=True))
        with step("14 features of them all, years cached"):
            found = dataset(days)
            warm = seconds(lambda: dataset(days), runs)
    finally:
        remove(ids)
        shutil.rmtree(years, ignore_errors=True)
    known = np.isfinite(found.features).sum()
    note = f"{known:,} numbers; qlib's own figures: 7.4 s with both caches, 147.0 s without, on its authors' machine"
    report.add(
        Row("qlib's workload (14 features, 800 stocks, 2007-2020), warm", "s", warm, TARGET, note),
        Row("qlib's workload, cold: from the tables", "s", cold),
    )


def fill(days: list[dt.date], stocks: int = STOCKS) -> np.ndarray:
    """Random walks; a third of the stocks is listed later, one bar in two hundred is missing. Instrument ids."""
    rng = np.random.default_rng(14)
    shape = (len(days), stocks)
    close = np.round(20 * np.exp(np.cumsum(rng.normal(0.0, 0.02, shape), axis=0)), 2) + 0.01
    listed = np.where(rng.random(stocks) < 1 / 3, rng.integers(0, len(days) * 3 // 4, stocks), 0)
    close[(np.arange(len(days))[:, None] < listed) | (rng.random(shape) < 0.005)] = np.nan
    with transaction.atomic(), connection.cursor() as cursor:
        change_lock(cursor, REGION, "bars")
        rows = [Instrument(region=REGION, ticker=f"Q{i:05d}", currency="CNY") for i in range(stocks)]
        ids = np.array([row.pk for row in Instrument.objects.bulk_create(rows)], dtype=np.int32)
        copy_rows(cursor, "market_pricebar", _columns(close, np.array(days, dtype="datetime64[D]"), ids, rng))
        change_note(cursor, REGION, "bars", days[0])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE market_pricebar")
    return ids


def _columns(close: np.ndarray, days: np.ndarray, ids: np.ndarray, rng: np.random.Generator) -> dict[str, Column]:
    column, row = np.nonzero(np.isfinite(close.T))
    price, count = close[row, column], len(row)
    opened = price * rng.uniform(0.98, 1.02, count)
    floats = {
        "open": opened, "high": np.maximum(price, opened) * 1.01, "low": np.minimum(price, opened) * 0.99,
        "close": price, "volume": np.round(rng.lognormal(11, 1.5, count)), "adjustment_factor": np.ones(count),
    }  # fmt: skip
    no = np.zeros(count, dtype=bool)
    return (
        {"instrument_id": Column("int4", ids[column]), "date": Column("date", days[row])}
        | {name: Column("float8", values) for name, values in floats.items()}
        | {name: Column("bool", no) for name in ("factor_is_given", "close_is_adjusted", "no_trade", "suspect")}
    )


def remove(ids: np.ndarray) -> None:
    """Take the stocks away again: the other figures are of a market without them."""
    with transaction.atomic(), connection.cursor() as cursor:
        change_lock(cursor, REGION, "bars")
        cursor.execute("DELETE FROM market_pricebar WHERE instrument_id = ANY(%s)", [ids.tolist()])
        cursor.execute("DELETE FROM market_instrument WHERE id = ANY(%s)", [ids.tolist()])
        change_note(cursor, REGION, "bars", FIRST)
