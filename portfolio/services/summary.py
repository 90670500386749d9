"""A portfolio on one page: value, gains, returns, risk, positions, and what to look at."""

import datetime as dt
from typing import Any

from portfolio.calc.risk.figures import tail_figures
from portfolio.calc.statistics import risk_level
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.findings import findings_of
from portfolio.services.performance import Performance, performance_of, period_returns, returns_of
from portfolio.services.standing import Held, Standing, standing_of

STATISTICS = (
    "volatility", "sharpe_ratio", "sortino_ratio", "max_drawdown", "current_drawdown", "calmar_ratio", "beta", "alpha",
    "excess_return", "tracking_error", "information_ratio",
)  # fmt: skip
TAILS = ("var_95_1d",)  # of the last 252 returns, as among the risk metrics


def portfolio_summary(*, portfolio: Portfolio, as_of: dt.date | None = None) -> dict[str, Any]:
    """As of the last valued session, or the last on or before ``as_of``. Money in the base currency.

    What is stored is shown even while newer transactions wait for their values (``is_stale``) or could not be valued
    (``error``). Returns and statistics are None where no return leads through the record. PortfolioError where there is
    no value at all.
    """
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    found = performance_of(portfolio=portfolio, end=standing.as_of)
    findings = findings_of(standing, found.record)
    try:
        returns = returns_of(found) | {"periods": period_returns(found.record)}
        statistics = {name: found.statistics[name] for name in STATISTICS} | tail_figures(found.track, TAILS)
    except PortfolioError as error:
        returns, statistics = {}, {}
        if not any(one.startswith(str(error)) for one in findings):
            findings.append(str(error))
    return {
        **state_of(portfolio), "as_of": standing.as_of, "currency": portfolio.base_currency, "value": standing.value,
        "cash_value": standing.cash_value, "cash": standing.cash, "gains": gains_of(standing, found),
        "returns": returns, "statistics": statistics, "risk_level": risk_level(statistics.get("volatility")),
        "benchmark": str(found.benchmark) if found.benchmark else None,
        "positions": [position(one) for one in sorted(standing.held, key=lambda one: -one.value)],
        "findings": findings,
    }  # fmt: skip


def state_of(portfolio: Portfolio) -> dict[str, Any]:
    """How far the values are."""
    return {
        "id": portfolio.pk, "name": portfolio.name, "valued_to": portfolio.valued_to, "valued_at": portfolio.valued_at,
        "is_stale": portfolio.is_stale, "stale_from": portfolio.stale_from, "error": portfolio.valuation_error,
    }  # fmt: skip


def gains_of(standing: Standing, found: Performance) -> dict[str, float]:
    """``total`` = value - paid in + paid out. By average cost and by lots: realised and unrealised gains (trading costs
    in them), ``income`` before tax, ``fees`` and ``taxes`` of everything; ``other``: what is left of the total, that is
    exchange rates of cash, and costs that are in the gains as well.
    """
    daily = found.record.daily
    total = standing.value - float(daily.inflow.sum()) + float(daily.outflow.sum())
    unrealised = sum(one.unrealised_average for one in standing.held)
    income = float(daily.income.sum())
    return {
        "paid_in": float(daily.inflow.sum()), "paid_out": float(daily.outflow.sum()), "total": total,
        "realised_average": standing.realised_average, "unrealised_average": unrealised,
        "realised_fifo": standing.realised_fifo,
        "unrealised_fifo": sum(one.unrealised_fifo for one in standing.held),
        "income": income, "fees": float(daily.fees.sum()), "taxes": float(daily.taxes.sum()),
        "other": total - standing.realised_average - unrealised - income,
    }  # fmt: skip


def position(held: Held) -> dict[str, Any]:
    """A row of a table of positions."""
    gain = held.unrealised_average
    return vars(held) | {
        "instrument": str(held.instrument), "name": held.instrument.name, "currency": held.instrument.currency,
        "sector": held.instrument.sector, "asset_type": held.instrument.asset_type,
        "gain_percent": 100.0 * gain / held.cost_average if held.cost_average > 0 else None,
    }  # fmt: skip
