"""From a valuation to the rows that are kept of each session."""

import numpy as np

from portfolio.calc.accounting import Valuation, worth_of
from portfolio.calc.accounting.performance import daily_returns, known_part
from portfolio.calc.trailing import WINDOW, trailing
from portfolio.models import Portfolio, PortfolioBenchmark
from portfolio.services.markets import asset_closes
from portfolio.services.starting import Start
from portfolio.store.books import Daily, daily_read


def daily_of(portfolio: Portfolio, run: Valuation, start: Start) -> Daily:
    """The sessions of ``run``, with statistics that also look at the rows before them."""
    days, after = run.days, start.state.day
    before = daily_read(portfolio.pk, until=after, last=WINDOW) if after is not None else None
    returns = daily_returns_known(run)
    index = 1.0 if before is None or not len(before.date) else float(before.twr_index[-1])
    dates = days.dates if before is None else np.r_[before.date[-1:], days.dates]
    benchmark = benchmark_returns(portfolio, dates)[-len(days.dates) :]
    own = np.r_[np.zeros(0) if before is None else before.daily_return / 100.0, returns]
    other = np.r_[np.zeros(0) if before is None else before.benchmark_return / 100.0, benchmark]
    last_year = trailing(own, other, risk_free=portfolio.risk_free_rate / 100.0, first=len(own) - len(returns))
    held = days.quantity > 0
    return Daily(
        date=days.dates, value=days.value, cash=days.cash_value.sum(axis=1), inflow=days.inflow, outflow=days.outflow,
        income=days.income, fees=days.fees, taxes=days.taxes, daily_return=100.0 * returns,
        twr_index=np.cumprod(np.r_[index, 1.0 + returns])[1:],
        carried=(held & (days.price_age > 0)).sum(axis=1), volatility=last_year.volatility,
        sharpe_ratio=last_year.sharpe_ratio, var_95=last_year.var_95, benchmark_return=100.0 * benchmark,
        beta=last_year.beta, alpha=last_year.alpha,
    )  # fmt: skip


def daily_returns_known(run: Valuation) -> np.ndarray:
    """Fractions [T]; NaN from the first session on that no return leads to (debts, a value out of nothing)."""
    worth = worth_of(run.days)
    known = known_part(worth)
    returns = np.full(len(worth.dates), np.nan)
    found = daily_returns(known) if len(known.dates) else None
    if found is not None:
        returns[: len(found)] = found
    return returns


def benchmark_returns(portfolio: Portfolio, dates: np.ndarray) -> np.ndarray:
    """Of the primary benchmark in the portfolio's currency, from each of ``dates`` [T] to the next, where it has a
    level on both: float64 [T], the first NaN.
    """
    found = np.full(len(dates), np.nan)
    row = PortfolioBenchmark.objects.filter(portfolio=portfolio, is_primary=True).select_related("instrument").first()
    if row is not None and len(dates):
        closes = asset_closes(
            instruments=[row.instrument], base_currency=portfolio.base_currency, start=dates[0].item(),
            end=dates[-1].item(),
        )  # fmt: skip
        level = closes.at(dates)[:, 0]
        found[1:] = level[1:] / level[:-1] - 1.0
    return found
