"""28 US ETFs to August 2026: what is stored is what TA-Lib and pandas make of the whole history."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import talib
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from market.models import Instrument, PriceBar
from market.store.copying import Column, copy_rows
from portfolio.models import AssetCorrelation, AssetPerformanceMetrics
from portfolio.services.asset_metrics import asset_metrics_compute
from portfolio.services.correlations import assets_of, correlations_compute, rolling_of
from tests.portfolio.real_prices import etf_prices

LAST = dt.date(2026, 8, 21)


def bars_load(prices: dict[str, pd.DataFrame]) -> None:
    """The fund's bars as they are in the file: adjusted for splits, which is a factor of 1."""
    symbols = list(prices["close"].columns)
    made = Instrument.objects.bulk_create(
        Instrument(region="US", ticker=name, currency="USD", asset_type="ETF") for name in symbols
    )
    ids = np.array([one.pk for one in made])
    row, column = np.nonzero(prices["close"].notna().to_numpy())
    days = prices["close"].index.to_numpy().astype("datetime64[D]")
    figures = {name: Column("float8", frame.to_numpy(float)[row, column]) for name, frame in prices.items()}
    flags = ("factor_is_given", "close_is_adjusted", "no_trade", "suspect")
    columns = {
        "instrument_id": Column("int4", ids[column]), "date": Column("date", days[row]), **figures,
        "adjustment_factor": Column("float8", np.ones(len(row))),
        **{name: Column("bool", np.zeros(len(row), bool)) for name in flags},
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        copy_rows(cursor, PriceBar._meta.db_table, columns)


@pytest.fixture(scope="module")
def funds(shared_data, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[SimpleNamespace]:
    prices = etf_prices(shared_data)
    with django_db_blocker.unblock(), override_settings(PANEL_CACHE_DIR=tmp_path_factory.mktemp("panels")):
        bars_load(prices)
        metrics = asset_metrics_compute(region="US")
        pairs = correlations_compute(instrument_ids=assets_of(region="US", asset_type="ETF"))
    yield SimpleNamespace(prices=prices, metrics=metrics, pairs=pairs)
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


def stored(name: str) -> pd.Series:
    rows = AssetPerformanceMetrics.objects.filter(date=LAST).values_list("instrument__ticker", name)
    return pd.Series(dict(rows), dtype=float).sort_index()


def last_of_each(funds: SimpleNamespace, figure) -> pd.Series:
    """The last value of ``figure(high, low, close)`` over a fund's whole history."""
    bars = {
        name: [funds.prices[field][name].dropna().to_numpy() for field in ("high", "low", "close")]
        for name in funds.prices["close"]
    }
    return pd.Series({name: figure(*of)[-1] for name, of in bars.items()}).sort_index()


TECHNICAL = {
    "sma_200": lambda high, low, close: talib.SMA(close, 200),
    "ema_26": lambda high, low, close: talib.EMA(close, 26),
    "macd": lambda high, low, close: talib.MACD(close)[0],
    "macd_signal": lambda high, low, close: talib.MACD(close)[1],
    "bollinger_upper": lambda high, low, close: talib.BBANDS(close, 20)[0],
    "rsi_14": lambda high, low, close: talib.RSI(close, 14),
    "stochastic_d": lambda high, low, close: talib.STOCH(high, low, close, 14, 3, 0, 3)[1],
}


def test_all_funds_have_a_row(db, funds):
    assert (funds.metrics.date, funds.metrics.rows) == (LAST, 28)
    assert funds.metrics.known["return_5y"] == 28
    assert (funds.pairs.pairs, set(funds.pairs.known.values())) == (378, {378})


@pytest.mark.parametrize("name", TECHNICAL)
def test_technical_figures_are_those_of_talib_since_1993(db, funds, name):
    pd.testing.assert_series_equal(stored(name), last_of_each(funds, TECHNICAL[name]), rtol=1e-8, atol=1e-9)


def test_volatilities_and_returns_are_those_of_pandas(db, funds):
    close = funds.prices["close"]
    # every fund traded on each of the last years' sessions
    for window in (20, 60, 252):
        expected = 100 * close.pct_change(fill_method=None).iloc[-window:].std() * np.sqrt(252)
        pd.testing.assert_series_equal(stored(f"volatility_{window}d"), expected, check_names=False, rtol=1e-9)
    for name, months in {"1m": 1, "3m": 3, "6m": 6, "1y": 12, "3y": 36, "5y": 60}.items():
        then = close[: pd.Timestamp(LAST) - pd.DateOffset(months=months)].iloc[-1]
        expected = 100 * (close.iloc[-1] / then - 1)
        pd.testing.assert_series_equal(stored(f"return_{name}"), expected, check_names=False, rtol=1e-9)


@pytest.mark.parametrize("window", ["1m", "3m", "6m", "1y", "3y", "20d", "60d"])
def test_correlations_are_those_of_pandas(db, funds, window):
    returns = funds.prices["close"].pct_change(fill_method=None)
    if window.endswith("d"):
        part = returns.iloc[-int(window[:-1]) :]
    else:
        months = {"1m": 1, "3m": 3, "6m": 6, "1y": 12, "3y": 36}[window]
        part = returns[returns.index > pd.Timestamp(LAST) - pd.DateOffset(months=months)]
    expected = part.corr()
    fields = ("instrument_a__ticker", "instrument_b__ticker", f"correlation_{window}", f"n_{window}")
    rows = list(AssetCorrelation.objects.filter(date=LAST).values_list(*fields))
    assert len(rows) == 378
    assert {count for *_, count in rows} == {len(part)}
    assert max(abs(value - expected.loc[a, b]) for a, b, value, _ in rows) < 1e-10


def test_rolling_correlation_of_shares_and_bonds_since_2003(db, funds):
    found = rolling_of(a="US:SPY", b="US:AGG", window=60)
    both = funds.prices["close"][["SPY", "AGG"]].dropna().pct_change().dropna()
    expected = both["SPY"].rolling(60).corr(both["AGG"]).dropna()
    ours = pd.Series(found.values, pd.to_datetime(found.dates), dtype=float).dropna()
    assert len(ours) == len(expected) > 5_000
    assert np.abs(ours.to_numpy() - expected.to_numpy()).max() < 1e-8
