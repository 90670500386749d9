"""Where a portfolio's risk comes from, and whether its VaR held."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio.calc.common import CommonReturns, common_pace, common_returns
from portfolio.calc.risk import (
    Contributions,
    VarBacktest,
    backtest_var,
    cvar_contributions,
    diversification_of,
    normal_var_contributions,
    var_forecasts,
    volatility_contributions,
)
from portfolio.calc.risk.figures import WINDOW, recent
from portfolio.calc.statistics import Track, statistics_of
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.risk import held_closes, risk_inputs
from portfolio.services.risk_report_explain import backtest_explain, contributions_explain
from portfolio.services.standing import Standing, standing_of

SHARES = {95: 0.05, 99: 0.01}
METHODS = {"historical": "var_{}_1d", "normal": "var_{}_1d_normal", "cornish_fisher": "var_{}_1d_cornish_fisher"}


@dataclass(frozen=True)
class HeldReturns:
    """``returns`` of what is held on common ``dates`` [n + 1], ``pace`` of them for a session (``common_pace``);
    ``weights`` [k] fractions of the value; ``left_out``: what has too few closes.
    """

    standing: Standing
    returns: np.ndarray
    dates: np.ndarray
    pace: float
    names: tuple[str, ...]
    weights: np.ndarray
    left_out: dict[str, float]

    @property
    def covariance(self) -> np.ndarray:
        """Of the returns of a session, of which a year has 252: [k, k]."""
        return np.asarray(self.pace * np.atleast_2d(np.cov(self.returns, rowvar=False)))

    @property
    def returns_a_year(self) -> float:
        return SESSIONS_A_YEAR * self.pace


def held_returns(standing: Standing) -> HeldReturns:
    """The last 252 returns common to what is held. PortfolioError where there are none, or nothing is held."""
    if not standing.held or not standing.value > 0:
        raise PortfolioError(f"portfolio: holds nothing on {standing.as_of} whose risk could be told apart")
    closes = held_closes(standing)
    found: CommonReturns = common_returns(closes.close)
    if len(found.values) < 2:
        raise PortfolioError(f"portfolio: what it holds has no returns in common up to {standing.as_of}")
    names = [str(one.instrument) for one in standing.held]
    weights = np.array([one.value / standing.value for one in standing.held])
    rows = found.rows[-WINDOW - 1 :]
    return HeldReturns(
        standing, found.values[-WINDOW:], closes.dates[rows], common_pace(closes.close, rows, found.columns),
        tuple(names[at] for at in found.columns.tolist()), weights[found.columns],
        {names[at]: 100.0 * float(weights[at]) for at in found.left_out.tolist()},
    )  # fmt: skip


def risk_contributions(
    *, portfolio: Portfolio, as_of: dt.date | None = None, explain: bool = False
) -> dict[str, Any]:  # fmt: skip
    """What each asset adds to volatility (a year), normal VaR 95 and CVaR 95 (a session): today's weights over the last
    252 common returns; rows of marginal, component and percent, without cash. Volatility is that of ``returns_a_year``;
    VaR and CVaR are of a common return. PortfolioError as ``held_returns``.
    """
    held = held_returns(standing_of(portfolio=portfolio, as_of=as_of))
    spread = diversification_of(held.weights, held.covariance)
    found = {
        "volatility": volatility_contributions(held.weights, held.covariance),
        "var_95_normal": normal_var_contributions(held.weights, held.returns),
        "cvar_95": cvar_contributions(held.weights, held.returns),
    }
    answer = {
        "date": held.standing.as_of,
        "first": held.dates[0].item(), "last": held.dates[-1].item(), "returns": len(held.returns),
        "returns_a_year": held.returns_a_year,
        "totals": {name: None if parts is None else parts.total for name, parts in found.items()},
        "diversification_ratio": spread.ratio,
        "effective_risks": spread.effective_risks,
        "left_out": held.left_out,
        "results": [_row(held, at, found) for at in range(len(held.names))],
    }  # fmt: skip
    return answer | ({"explain": contributions_explain(answer, held.returns, held.dates)} if explain else {})


def _row(held: HeldReturns, at: int, found: dict[str, Contributions | None]) -> dict[str, Any]:
    row: dict[str, Any] = {"asset": held.names[at], "weight": 100.0 * float(held.weights[at])}
    for name, parts in found.items():
        row[name] = None if parts is None else {
            "marginal": float(parts.marginal[at]), "component": float(parts.component[at]),
            "percent": float(parts.percent[at]),
        }  # fmt: skip
    return row


def var_backtest(*, portfolio: Portfolio, as_of: dt.date | None = None, explain: bool = False) -> dict[str, Any]:
    """VaR by three methods at 95 and 99 %, beside how the forecast of every evening held on the next session: Kupiec
    and Christoffersen. ``results`` empty without a record; ``tests`` None while it has no more than 252 returns.
    """
    inputs = risk_inputs(portfolio=portfolio, as_of=as_of)
    track = inputs.track
    forecasts = {} if track is None else {
        (method, percent): var_forecasts(track.returns, method, SHARES[percent], WINDOW)
        for percent in SHARES for method in METHODS
    }  # fmt: skip
    answer = {
        "date": inputs.standing.as_of,
        "window": WINDOW,
        "returns": 0 if track is None else track.sessions,
        "results": [] if track is None else [
            _tested(track, method, percent, found) for (method, percent), found in forecasts.items()
        ],
    }  # fmt: skip
    if explain:
        named = {f"{method}_{percent}": found for (method, percent), found in forecasts.items()}
        answer["explain"] = backtest_explain(answer, track, named)
    return answer


def _tested(track: Track, method: str, percent: int, forecasts: np.ndarray) -> dict[str, Any]:
    name = METHODS[method].format(percent)
    tests = backtest_var(track.returns, forecasts, SHARES[percent])
    return {
        "method": method,
        "level": percent,
        "var": statistics_of(recent(track), [name])[name],
        "tests": None if tests is None else _shown(tests),
        "exceptions": exceptions(track, forecasts),
    }


def _shown(tests: VarBacktest) -> dict[str, Any]:
    told: dict[str, Any] = {"sessions": tests.sessions, "exceptions": tests.exceptions, "expected": tests.expected}
    for name in ("failures", "independence", "coverage"):
        one = getattr(tests, name)
        told[name] = None if one is None else {"statistic": one.statistic, "p_value": one.p_value}
    return told


def exceptions(track: Track, forecasts: np.ndarray) -> list[dict[str, Any]]:
    """Sessions that lost more than the VaR of the evening before, oldest first, percent."""
    rows = np.flatnonzero(100.0 * track.returns < -forecasts)
    return [
        {"date": track.dates[at + 1].item(), "return": 100.0 * float(track.returns[at]), "var": float(forecasts[at])}
        for at in rows.tolist()
    ]
