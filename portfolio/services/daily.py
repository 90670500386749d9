"""From a valuation to the rows that are kept of each session."""

import numpy as np

from portfolio.calc.accounting import Valuation, worth_of
from portfolio.calc.accounting.performance import session_returns
from portfolio.calc.trailing import WINDOW, trailing
from portfolio.models import Portfolio
from portfolio.services.markets import asset_closes
from portfolio.services.performance import primary_benchmark
from portfolio.services.starting import Start
from portfolio.store.books import Daily, daily_read
from portfolio.store.prices import Prices


def daily_of(portfolio: Portfolio, run: Valuation, start: Start, prices: Prices | None = None) -> Daily:
    """The sessions of ``run``, with statistics that also look at the rows before them. ``prices``: already read."""
    days, after = run.days, start.state.day
    before = daily_read(portfolio.pk, until=after, last=WINDOW) if after is not None else None
    broken, index = _ended(before)
    returns = session_returns(worth_of(days), broken=broken)
    dates = days.dates if before is None else np.r_[before.date[-1:], days.dates]
    benchmark = benchmark_returns(portfolio, dates, prices)[-len(days.dates) :]
    own = np.r_[np.zeros(0) if before is None else before.daily_return / 100.0, returns]
    other = np.r_[np.zeros(0) if before is None else before.benchmark_return / 100.0, benchmark]
    last_year = trailing(own, other, risk_free=portfolio.risk_free_rate / 100.0, first=len(own) - len(returns))
    held = days.quantity > 0
    return Daily(
        date=days.dates, value=days.value, cash=days.cash_value.sum(axis=1), inflow=days.inflow, outflow=days.outflow,
        income=days.income, fees=days.fees, taxes=days.taxes, daily_return=100.0 * returns,
        twr_index=np.cumprod(np.r_[index, 1.0 + np.nan_to_num(returns)])[1:],
        carried=(held & (days.price_age > 0)).sum(axis=1), volatility=last_year.volatility,
        sharpe_ratio=last_year.sharpe_ratio, var_95=last_year.var_95, benchmark_return=100.0 * benchmark,
        beta=last_year.beta, alpha=last_year.alpha,
    )  # fmt: skip


def _ended(before: Daily | None) -> tuple[bool, float]:
    """Whether the record is broken after the rows ``before``, and its index."""
    if before is None or not len(before.date):
        return False, 1.0
    return bool(np.isnan(before.daily_return[-1])), float(before.twr_index[-1])


def benchmark_returns(portfolio: Portfolio, dates: np.ndarray, prices: Prices | None = None) -> np.ndarray:
    """Of the primary benchmark in the portfolio's currency, from each of ``dates`` [T] to the next, where it has a
    level on both: float64 [T], the first NaN.
    """
    found = np.full(len(dates), np.nan)
    benchmark = primary_benchmark(portfolio)
    if benchmark is not None and len(dates):
        closes = asset_closes(
            instruments=[benchmark], base_currency=portfolio.base_currency, start=dates[0].item(),
            end=dates[-1].item(),
            prices=prices if prices and prices.covers([benchmark.pk], dates[0].item()) else None,
        )  # fmt: skip
        level = closes.at(dates)[:, 0]
        found[1:] = level[1:] / level[:-1] - 1.0
    return found
