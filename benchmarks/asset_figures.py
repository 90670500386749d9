"""Indicators of the universe over five years of bars, and a correlation matrix, beside loops over assets and pairs.

The universe's tables have a year of bars; the indicators' panels get five years of made-up ones, in memory.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import talib
from scipy.stats import pearsonr

from benchmarks.database import BenchDatabase
from benchmarks.job import run_process
from benchmarks.report import Report, Row, seconds, step
from benchmarks.universe import AS_OF, make_bars
from market.calc.stacking import compact_columns
from market.panel import Panel
from portfolio.calc.correlations import Correlations, correlations, spanned_returns
from portfolio.calc.indicators import LOOKBACK, indicators_of

SAMPLE = 200  # assets of the loop
ASSETS, SESSIONS = 500, 757  # three years
PAIRS = 300  # of the loop
SECONDS, MATRIX_SECONDS = 5.0, 0.5
AGREED = 1e-8


def measure(panels: Mapping[str, Panel], database: BenchDatabase, report: Report, runs: int, part: int) -> None:
    """Everything about figures of assets; ``panels`` of all regions, a year deep."""
    _indicators(panels, report, runs)
    _job(database, report, runs)
    _matrix(report, runs, ASSETS // part)


def deep(panel: Panel) -> Panel:
    """The panel with ``LOOKBACK`` sessions of made-up bars, as a panel stacks them."""
    bars = make_bars(panel.region, panel.n + 1, LOOKBACK)
    days = bars.days.astype("datetime64[D]").astype(np.float64)
    own = slice(0, panel.n)
    exists = np.isfinite(bars.close[:, own])
    series = [np.broadcast_to(days[:, None], exists.shape), bars.close, bars.high, bars.low, bars.volume]
    stacked = compact_columns(exists, [one[:, own] for one in series])
    index = np.isfinite(bars.close[:, -1])
    low = stacked[3]
    return replace(
        panel, days=np.nan_to_num(stacked[0]).astype(np.int32), close=stacked[1], high=stacked[2], volume=stacked[4],
        trading_value=stacked[1] * stacked[4], n_bars=exists.sum(axis=0), prices=lambda name: low,
        index_days=days[index].astype(np.int32), index_close=bars.close[index, -1],
    )  # fmt: skip


def _indicators(panels: Mapping[str, Panel], report: Report, runs: int) -> None:
    count = sum(panel.n for panel in panels.values())
    spent, cpu = np.zeros(runs), 0.0
    with step(f"indicators of {count:,} assets, {LOOKBACK:,} bars"):
        for panel in panels.values():  # one at a time, for the memory
            five_years = deep(panel)
            five_years.low  # noqa: B018 - a warm panel has it
            started = time.process_time()
            spent += np.array(seconds(lambda one=five_years: indicators_of(replace(one)), runs))
            cpu += (time.process_time() - started) / runs
    title = f"indicators of {count:,} assets on a date, panels in memory"
    report.add(Row(title, "s", spent.tolist(), SECONDS, f"27 of each, from {LOOKBACK:,} bars; CPU {cpu:.2f} s"))
    sample = deep(panels["US"])
    places = np.linspace(0, sample.n - 1, min(SAMPLE, sample.n)).astype(int)
    with step(f"the same of {len(places)}, one asset at a time"):
        found: list[pd.DataFrame] = []
        loop = seconds(lambda: found.append(_loop(sample, places)), min(3, runs))
    scaled = [one * count / len(places) for one in loop]
    ours = indicators_of(sample)
    worst = max(float(_difference(ours[name][places], found[-1][name].to_numpy())) for name in found[-1])
    note = f"{len(places)} assets, scaled to all; {np.median(scaled) / np.median(spent):.1f} x, in the same run"
    agreed = f"{len(found[-1].columns)} indicators of those assets; relative"
    report.add(
        Row("the same by TA-Lib and pandas, one asset at a time", "s", scaled, None, note),
        Row("indicators and that loop: largest difference", "", [worst], AGREED, agreed),
    )


def _loop(panel: Panel, places: np.ndarray) -> pd.DataFrame:
    """The figures as one would first write them; a row per asset."""
    return pd.DataFrame([_of_asset(panel, place) for place in places])


def _of_asset(panel: Panel, place: int) -> dict[str, float]:
    days = panel.days[:, place]
    rows = days > 0
    series = (panel.high, panel.low, panel.close, panel.volume)
    high, low, close, volume = (np.ascontiguousarray(one[rows, place]) for one in series)
    index = pd.Series(panel.index_close, panel.index_days)
    prices = pd.Series(close, days[rows])
    returns, market = prices.pct_change(), index.reindex(prices.index).pct_change(fill_method=None)
    macd, signal, histogram = talib.MACD(close)
    upper, middle, lower = talib.BBANDS(close, 20)
    k, d = talib.STOCH(high, low, close, 14, 3, 0, 3)
    talib.OBV(close, volume)  # its level depends on where it begins
    returns.iloc[-252:].cov(market.iloc[-252:])  # beta, where both have every date
    found = {f"sma_{n}": talib.SMA(close, n)[-1] for n in (20, 50, 200)}
    found |= {f"ema_{n}": talib.EMA(close, n)[-1] for n in (12, 26)}
    found |= {"macd": macd[-1], "macd_signal": signal[-1], "macd_histogram": histogram[-1]}
    found |= {"bollinger_upper": upper[-1], "bollinger_middle": middle[-1], "bollinger_lower": lower[-1]}
    found |= {"atr_14": talib.ATR(high, low, close, 14)[-1], "stochastic_k": k[-1], "stochastic_d": d[-1]}
    found |= {"rsi_14": talib.RSI(close, 14)[-1]}
    found |= {f"volatility_{n}d": 100 * 252**0.5 * returns.iloc[-n:].std() for n in (20, 60, 252)}
    excess = returns.iloc[-252:] - (1.02 ** (1 / 252) - 1)
    found |= {"sharpe_ratio": 252**0.5 * excess.mean() / excess.std()}
    dated = pd.Series(close, pd.to_datetime(days[rows], unit="D"))
    for name, months in {"1m": 1, "3m": 3, "6m": 6, "1y": 12, "3y": 36, "5y": 60}.items():
        then = dated.asof(dated.index[-1] - pd.DateOffset(months=months))
        found[f"return_{name}"] = 100 * (close[-1] / then - 1)
    return found


def _difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest, relative to theirs or to 1; infinite where one of the two alone is known."""
    if (np.isnan(ours) != np.isnan(theirs)).any():
        return np.inf
    return float(np.nanmax(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1.0), initial=0.0))


def _job(database: BenchDatabase, report: Report, runs: int) -> None:
    """From the tables to the table, as a process."""
    arguments = ["compute_asset_metrics", "--all-regions", "--date", str(AS_OF), "--json"]
    with step("asset metrics of all regions as a process"):
        done = [run_process(arguments, database.scratch / "metrics.json") for _ in range(min(3, runs) + 1)][1:]
    told = json.loads(done[-1].printed)["runs"]
    stages = ", ".join(
        f"{name} {sum(run['timings'][name] for run in told):.2f}" for name in ("read", "compute", "write")
    )
    rows = sum(run["rows"] for run in told)
    note = f"{rows:,} rows, a year of bars, kept by year; seconds by stage: {stages}; {done[-1].peak_mb / 1000:.2f} GB"
    report.add(
        Row("compute_asset_metrics --all-regions, replacing the date", "s", [one.seconds for one in done], None, note)
    )


def _matrix(report: Report, runs: int, assets: int) -> None:
    bars = make_bars("US", assets, SESSIONS)
    found: list[Correlations] = []
    title = f"correlation matrix {assets} x {assets} over three years, with p-values"
    with step(title):
        started = time.process_time()
        ours = seconds(lambda: found.append(correlations(spanned_returns(bars.close).values)), runs + 1)[1:]
        cpu = (time.process_time() - started) / (runs + 1)
    note = f"from closes in memory; returns over the same two days alone; CPU {cpu:.2f} s, all cores"
    report.add(Row(title, "s", ours, MATRIX_SECONDS, note))
    rng, count = np.random.default_rng(5), assets * (assets - 1) // 2
    pairs = [tuple(rng.choice(assets, 2, replace=False)) for _ in range(PAIRS)]
    with step(f"{PAIRS} pairs by scipy.stats.pearsonr"):
        returns = spanned_returns(bars.close).values
        theirs: list[list[tuple[float, float]]] = []
        loop = seconds(lambda: theirs.append([_pearsonr(returns, *pair) for pair in pairs]), min(3, runs))
    scaled = [one * count / PAIRS for one in loop]
    one, other = np.transpose(pairs)
    matrix = np.stack([found[-1].coefficient[one, other], found[-1].p_value[one, other]], axis=1)
    with step("the coefficients alone by pandas"):
        frame = pd.DataFrame(bars.close).pct_change(fill_method=None)
        of_pandas = seconds(lambda: frame.corr(min_periods=20), min(2, runs))
    report.add(
        Row(f"the same by scipy.stats.pearsonr, {count:,} pairs", "s", scaled, None, f"{PAIRS} pairs, scaled to all"),
        Row("the coefficients alone by DataFrame.corr", "s", of_pandas, None, "without p-values and counts"),
        Row("matrix and pearsonr: largest difference", "", [_difference(matrix, np.array(theirs[-1]))], AGREED),
    )


def _pearsonr(returns: np.ndarray, one: int, other: int) -> tuple[float, float]:
    common = ~np.isnan(returns[:, one] + returns[:, other])
    found = pearsonr(returns[common, one], returns[common, other])
    return float(found.statistic), float(found.pvalue)
