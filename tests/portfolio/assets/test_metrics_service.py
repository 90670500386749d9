"""Indicators of a region's assets: computed from the tables, stored, replaced."""

import datetime as dt

import numpy as np
import psycopg
import pytest
import talib
from django.db import IntegrityError, transaction

from factors.services.jobs import JobError
from market.jobs.locks import RunInProgress
from market.models import Instrument, PriceBar
from market.store.arrow import dsn
from portfolio import tasks
from portfolio.calc.indicators import INDICATORS
from portfolio.models import AssetPerformanceMetrics, AssetPerformanceMetricsRow
from portfolio.services import asset_metrics
from portfolio.services.asset_metrics import asset_metrics_compute, asset_metrics_compute_regions
from portfolio.store import asset_metrics as asset_metrics_store
from tests.factors.market_tables import SESSION, sessions
from tests.portfolio.assets.market import BARS, closes_of

BEFORE = sessions(2)[0]
approx = pytest.approx


def of(ticker: str, date: dt.date = SESSION) -> AssetPerformanceMetrics:
    return AssetPerformanceMetrics.objects.get(instrument__ticker=ticker, date=date)


def rows() -> list[dict]:
    return list(AssetPerformanceMetrics.objects.order_by("date", "instrument_id").values())


def test_a_column_per_indicator():
    columns = [field.name for field in AssetPerformanceMetrics._meta.fields]
    assert set(columns) - {"pk", "date", "bar_date", "instrument"} == set(INDICATORS)


def test_stocks_funds_and_preferred_lines_that_are_quoted(market):
    run = asset_metrics_compute(region="kr")
    stored = {row.instrument.ticker: row.bar_date for row in AssetPerformanceMetrics.objects.with_names()}
    assert stored == dict.fromkeys(("A", "B", "F", "P", "SPLIT"), SESSION) | {"PAUSED": sessions(4)[0]}
    assert (run.region, run.date, run.rows, run.instruments) == ("KR", SESSION, 6, 7)
    assert (run.known["sma_200"], run.known["beta"], run.known["return_1y"], run.known["return_5y"]) == (6, 6, 6, 0)
    assert set(run.timings) == {"read", "compute", "write"}


@pytest.mark.parametrize("ticker", ["A", "F", "SPLIT"])
def test_the_figures_are_those_of_talib_on_the_adjusted_bars(market, ticker):
    asset_metrics_compute(region="KR")
    found = of(ticker)
    bars = list(PriceBar.objects.filter(instrument__ticker=ticker).order_by("date"))
    last = bars[-1].adjustment_factor
    high, low, close = (
        np.array([getattr(bar, name) * bar.adjustment_factor / last for bar in bars])
        for name in ("high", "low", "close")
    )
    assert found.sma_200 == approx(talib.SMA(close, 200)[-1], rel=1e-12)
    assert found.ema_26 == approx(talib.EMA(close, 26)[-1], rel=1e-9)
    assert found.macd_signal == approx(talib.MACD(close)[1][-1], rel=1e-9)
    assert found.atr_14 == approx(talib.ATR(high, low, close, 14)[-1], rel=1e-9)
    assert found.rsi_14 == approx(talib.RSI(close, 14)[-1], rel=1e-9)
    assert found.volatility_60d == approx(100 * np.std(close[-60:] / close[-61:-1] - 1, ddof=1) * 252**0.5, rel=1e-9)
    year_ago = max(bar.date for bar in bars if bar.date <= dt.date(2023, 6, 28))
    assert found.return_1y == approx(100 * (close[-1] / closes_of(ticker)[year_ago] - 1), rel=1e-9)


def test_a_second_run_stores_the_same_and_leaves_other_days_and_regions(market):
    asset_metrics_compute(region="KR", as_of=BEFORE)
    asset_metrics_compute(region="US")
    asset_metrics_compute(region="KR")
    first = rows()
    asset_metrics_compute(region="KR")
    assert rows() == first
    assert {(row["date"]) for row in first} == {BEFORE, SESSION}
    assert len(first) == 6 + 6 + 2


def test_a_session_of_the_past_does_not_know_what_came_after(market):
    asset_metrics_compute(region="KR", as_of=sessions(100)[0])
    close = list(closes_of("A").values())[: BARS - 99]
    assert of("A", sessions(100)[0]).sma_20 == approx(np.mean(close[-20:]), rel=1e-12)
    assert of("GONE", sessions(100)[0]).bar_date == sessions(100)[0]


def fails(*args: object) -> None:
    raise ArithmeticError("no such thing")


def test_what_fails_leaves_the_rows_of_before(market, monkeypatch):
    asset_metrics_compute(region="KR")
    before = rows()
    with monkeypatch.context() as broken:
        broken.setattr(asset_metrics, "indicators_of", fails)
        with pytest.raises(ArithmeticError):
            asset_metrics_compute(region="KR")
    assert rows() == before
    monkeypatch.setattr(asset_metrics_store, "copy_rows", fails)  # the old rows are deleted by then
    with pytest.raises(ArithmeticError):
        asset_metrics_compute(region="KR")
    assert rows() == before


@pytest.mark.parametrize(
    ("region", "as_of", "why"),
    [
        ("XX", None, "region: unknown region 'XX'"),
        ("JP", None, "region: JP has no prices"),
        ("KR", dt.date(2024, 6, 29), "date: 2024-06-29 is not a session"),
        ("KR", dt.date(2100, 6, 29), "date: 2100-06-29 is in the future"),
        ("KR", dt.date(2024, 7, 1), "date: KR has no bars on 2024-07-01; the last ones before it are of 2024-06-28"),
        ("KR", dt.date(2010, 6, 28), "date: KR has no bars from"),
    ],
)
def test_what_cannot_be_computed_is_told(market, region, as_of, why):
    with pytest.raises(JobError) as refused:
        asset_metrics_compute(region=region, as_of=as_of)
    assert str(refused.value).startswith(why)
    assert not AssetPerformanceMetrics.objects.exists()


def test_one_computation_of_a_region_and_session_at_a_time(market):
    with psycopg.connect(dsn()) as other:
        other.execute("SELECT pg_advisory_lock(7422, hashtext(%s))", [f"asset metrics:KR:{SESSION}"])
        with pytest.raises(RunInProgress, match="asset metrics of KR 2024-06-28 are being computed"):
            asset_metrics_compute(region="KR")
        asset_metrics_compute(region="US")
    assert asset_metrics_compute(region="KR").rows == 6


def test_what_goes_wrong_with_one_region_does_not_stop_the_others(market):
    done, wrong = asset_metrics_compute_regions(regions=["US", "JP"])
    assert (done.run.rows, done.problem) == (2, "")
    assert (wrong.run, wrong.problem.partition(":")[0], wrong.is_request_error) == (None, "region", True)
    assert tasks.compute_asset_metrics_all() == {"KR": 6, "US": 2}


def test_the_database_keeps_the_key_and_the_order_of_days(market):
    one = Instrument.objects.get(ticker="A")
    AssetPerformanceMetrics.objects.create(date=SESSION, bar_date=SESSION, instrument=one)
    for date, bar_date in ((SESSION, SESSION), (BEFORE, SESSION)):
        with pytest.raises(IntegrityError), transaction.atomic():
            AssetPerformanceMetrics.objects.create(date=date, bar_date=bar_date, instrument=one)


def test_rows_of_the_admin_s_view_by_key(market):
    asset_metrics_compute(region="US")
    spy = Instrument.objects.get(ticker="SPY")
    views = AssetPerformanceMetricsRow.objects
    assert views.by_key(f"2024-06-28_{spy.pk}").sma_20 == of("SPY").sma_20
    assert [views.by_key(key) for key in ("2024-06-28_0", "2024-06-31_1", "x", "")] == [None] * 4
