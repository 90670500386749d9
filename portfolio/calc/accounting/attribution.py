"""Why a portfolio did better or worse than its benchmark: allocation, selection, interaction.

G. P. Brinson and N. Fachler, "Measuring non-US equity portfolio performance", Journal of Portfolio Management 11(3),
1985; sessions linked after Carino (``linking``).
"""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.accounting.contribution import daily_contributions, grouped, worth_of
from portfolio.calc.accounting.days import Days
from portfolio.calc.accounting.errors import AccountingError
from portfolio.calc.accounting.linking import compounded, linked, period_starts
from portfolio.calc.accounting.performance import daily_returns

WHOLE = 1e-6  # by which weights of a benchmark may miss 1


@dataclass(frozen=True, eq=False)
class Sleeves:
    """Groups of a portfolio, session by session: float64 [T, G] ``weights`` (of the money that earned the return; sum 1
    while there is any) and ``parts``, contributions to the return, all fractions.
    """

    weights: np.ndarray
    parts: np.ndarray


@dataclass(frozen=True, eq=False)
class Attribution:
    """P periods, G groups: float64 [P, G] ``allocation``, ``selection``, ``interaction``, fractions, whose sum over
    groups is ``excess`` [P] = ``returns`` - ``benchmark``.
    """

    first: np.ndarray
    last: np.ndarray
    allocation: np.ndarray
    selection: np.ndarray
    interaction: np.ndarray
    returns: np.ndarray
    benchmark: np.ndarray

    @property
    def excess(self) -> np.ndarray:
        return self.returns - self.benchmark


def sleeves(days: Days, groups: np.ndarray, count: int) -> Sleeves:
    """``groups`` int [N] of the assets, ``count`` of them; one more, the last, is cash and what is no asset's. Weights
    within a session: what was bought counts from its start, what was sold until its end.
    """
    base = worth_of(days).base
    start = np.vstack([days.opening_holdings, days.holdings[:-1]]) + days.bought
    weights = np.divide(start, base[:, None], out=np.zeros_like(start), where=base[:, None] > 0)
    cash = np.where(base > 0, 1.0 - weights.sum(axis=1), 0.0)
    return Sleeves(
        grouped(np.column_stack([weights, cash]), groups, count), grouped(daily_contributions(days), groups, count)
    )


def brinson_fachler(
    portfolio: Sleeves, weights: np.ndarray, returns: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Allocation (w_p - w_b)(b_g - b), selection w_b (r_g - b_g) and interaction (the rest of the group's part:
    (w_p - w_b)(r_g - b_g)) of one session or many: three float64 [T, G].

    ``weights`` w_b and ``returns`` b_g of the benchmark's groups [T, G] at the start of and over each session; b_g may
    be NaN where w_b is 0: such a group is an allocation alone. A group that is not held has nothing selected.
    AccountingError for other missing figures and for weights that are not 1 together.
    """
    if weights.shape != portfolio.weights.shape or returns.shape != weights.shape:
        raise AccountingError(f"weights and returns of the benchmark: expected shape {portfolio.weights.shape}")
    if np.isnan(weights).any() or np.isnan(returns[weights != 0]).any():
        raise AccountingError("the benchmark lacks a weight, or the return of a group that it holds")
    if np.any(np.abs(weights.sum(axis=1) - 1.0) > WHOLE):
        raise AccountingError("the weights of the benchmark must be 1 together")
    held = portfolio.weights != 0
    whole = np.nansum(weights * returns, axis=1)[:, None]
    own = np.divide(portfolio.parts, portfolio.weights, out=np.full(weights.shape, np.nan), where=held)
    theirs = np.where(np.isnan(returns), np.where(held, own, whole), returns)
    own = np.where(held, own, theirs)
    allocation = (portfolio.weights - weights) * (theirs - whole)
    selection = weights * (own - theirs)
    return allocation, selection, portfolio.parts - portfolio.weights * theirs - selection


def attribution(
    days: Days, groups: np.ndarray, count: int, *, weights: np.ndarray, returns: np.ndarray, unit: str | None = None
) -> Attribution | None:
    """Of a run against a benchmark of ``count`` groups and cash (``brinson_fachler``), by period; sessions without
    money have no effects. None where there is no time-weighted return, or everything was lost.
    """
    own, starts = daily_returns(worth_of(days)), period_starts(days.dates, unit)
    if own is None:
        return None
    invested = worth_of(days).base > 0
    effects = brinson_fachler(sleeves(days, groups, count), weights, returns)
    benchmark = np.where(invested, np.nansum(weights * returns, axis=1), 0.0)
    found = [linked(effect * invested[:, None], own, benchmark, starts) for effect in effects]
    allocation, selection, interaction = found
    if allocation is None or selection is None or interaction is None:
        return None
    last = np.r_[starts[1:] - 1, len(own) - 1]
    return Attribution(
        days.dates[starts], days.dates[last], allocation, selection, interaction, compounded(own, starts),
        compounded(benchmark, starts),
    )  # fmt: skip
