"""The analyser beside alphalens-reloaded: the same scores and closes, the same figures, both from memory."""

from statistics import median

import numpy as np

from benchmarks.environments import ALPHALENS, NoEnvironment
from benchmarks.report import Report, Row, seconds, step
from factors.calc.analysis import Daily, Plan, Summary, daily_figures, summarise
from factors.calc.analysis.returns import carried

STOCKS, SESSIONS = 5000, 250
AGREED = 1e-9
AT_MOST = 0.1  # of alphalens' time: ten times as fast
PLAN = Plan(decay=())  # the decay is ours alone


def measure(report: Report, runs: int, part: int = 1) -> None:
    """Ours and alphalens' time for a factor of 5,000 stocks x 250 days, their ratio, and the largest difference."""
    stocks = STOCKS // part
    score, close, days = universe(stocks)
    found: list[tuple[Daily, Summary]] = []
    title = f"analyser: one factor, {stocks:,} stocks x {SESSIONS} sessions"
    with step(title):
        ours = seconds(lambda: found.append(_ours(score, close, days)), max(runs, 3))
    report.add(Row(title, "s", ours, None, "ICs, quantile returns, turnover, autocorrelation, from arrays in memory"))
    try:
        with step("the same figures by alphalens-reloaded"):
            theirs = [_theirs(score, close, days) for _ in range(runs)]
    except NoEnvironment as error:
        report.add(Row("analyser / alphalens", "", [], AT_MOST, str(error)))
        return
    spent = [float(one["seconds"]) for one in theirs]
    worst, count = agreement(*found[-1], theirs[-1])
    note = f"alphalens / analyser: {median(spent) / median(ours):.1f} x, in the same run, one core each"
    agreed = f"{count:,} rank ICs, quantile returns and their errors, turnovers, autocorrelations"
    report.add(
        Row("alphalens-reloaded: the same figures", "s", spent),
        Row("analyser / alphalens", "", [median(ours) / median(spent)], AT_MOST, note),
        Row("analyser and alphalens: largest difference", "", [worst], AGREED, agreed),
    )


def universe(stocks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(scores [250, N], closes [271, N], days [271]): some names come late, some stop trading, 2 % have no score."""
    rng, rows = np.random.default_rng(17), SESSIONS + max(PLAN.horizons)
    weekdays = np.arange(np.datetime64("2023-01-02"), np.datetime64("2025-01-01"))
    days = weekdays[np.is_busday(weekdays)][:rows]
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (rows, stocks)), axis=0))
    at = np.arange(rows)[:, None]
    close[(at < rng.integers(-200, 125, stocks)) | (at > rng.integers(125, 1000, stocks))] = np.nan
    score = rng.normal(size=(SESSIONS, stocks)).astype(np.float32)
    score[np.isnan(close[:SESSIONS]) | (rng.random(score.shape) < 0.02)] = np.nan
    return score, close, days


def _ours(score: np.ndarray, close: np.ndarray, days: np.ndarray) -> tuple[Daily, Summary]:
    filled = carried(close, days.astype(np.int64), np.zeros(close.shape[1], dtype=np.int64))
    daily = daily_figures(score, filled, 0, PLAN)
    return daily, summarise(daily, PLAN)


def _theirs(score: np.ndarray, close: np.ndarray, days: np.ndarray) -> dict[str, np.ndarray]:
    return ALPHALENS.ask(
        score=score.astype(np.float64), close=close, days=days, horizons=PLAN.horizons, quantiles=PLAN.quantiles,
        window=PLAN.window,
    )  # fmt: skip


def agreement(daily: Daily, summary: Summary, theirs: dict[str, np.ndarray]) -> tuple[float, int]:
    """(largest absolute difference, figures compared); infinite where only one of the two has a figure."""
    pairs = [
        (daily.rank_ic.T, theirs["ic"]),
        (daily.quantile_return.transpose(1, 0, 2), theirs["by_date"]),
        (np.array([[one.mean for one in row] for row in summary.quantiles]), theirs["mean"]),
        (np.array([[one.standard_error for one in row] for row in summary.quantiles]), theirs["error"]),
    ]
    names = ("turnover_top", "turnover_bottom", "autocorrelation", "autocorrelation_1")
    pairs += [(getattr(daily, name), theirs[name]) for name in names]
    worst, count = 0.0, 0
    for one, other in pairs:
        gap = np.where(np.isnan(one) & np.isnan(other), 0.0, np.abs(one - other))
        worst = max(worst, float(np.where(np.isnan(gap), np.inf, gap).max()))
        count += int(np.isfinite(one).sum())
    return worst, count
