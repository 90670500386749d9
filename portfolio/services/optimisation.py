"""Targets that a method proposes for a portfolio, and its efficient frontier. Nothing is stored unless asked for."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from portfolio.calc.optimisation import (
    ConstraintError,
    Infeasible,
    Proposal,
    SolverFailed,
    efficient_frontier,
    equal_weight,
    hierarchical_risk_parity,
    maximum_sharpe,
    mean_variance,
    minimum_variance,
    risk_parity,
)
from portfolio.models import Portfolio
from portfolio.services.allocations import allocations_set, allocations_told
from portfolio.services.errors import PortfolioError
from portfolio.services.standing import standing_of
from portfolio.services.wishes import Prepared, Wish, wish_prepared

METHODS: dict[str, Callable[..., Proposal]] = {
    "mean_variance": mean_variance,
    "minimum_variance": minimum_variance,
    "maximum_sharpe": maximum_sharpe,
    "risk_parity": risk_parity,
    "hierarchical_risk_parity": hierarchical_risk_parity,
    "black_litterman": maximum_sharpe,  # of the estimates that views have bent
    "equal_weight": equal_weight,
}
METHOD_NAMES = tuple(METHODS)
WITH_VIEWS = ("black_litterman", "maximum_sharpe", "mean_variance")
CASH = "cash"


def targets_propose(
    *,
    portfolio: Portfolio,
    method: str,
    wish: Wish | None = None,
    risk_aversion: float | None = None,
    target_return: float | None = None,
    apply: bool = False,
) -> dict[str, Any]:
    """Target weights by ``method`` (one of ``METHODS``) that sum to 100, cash among them, with expected return and
    volatility (percent a year), Sharpe ratio, risk shares and the turnover from the current weights.

    ``risk_aversion`` or ``target_return`` belong to mean_variance; ``apply`` makes them the portfolio's targets
    (``targets_apply``). PortfolioError for unknown methods, assets without
    enough prices, constraints that make no sense or clash (which are named: nothing falls back to another method).
    """
    wish = wish or Wish()
    if method not in METHODS:
        raise PortfolioError(f"method: must be one of {', '.join(METHOD_NAMES)}, not {method!r}")
    if wish.views and method not in WITH_VIEWS:
        raise PortfolioError(f"views: {method} does not look at expected returns; use {', '.join(WITH_VIEWS)}")
    given = {"risk_aversion": risk_aversion, "target_return": target_return}
    options = {name: figure for name, figure in given.items() if figure is not None}
    if options and method != "mean_variance":
        raise PortfolioError(f"{next(iter(options))}: belongs to mean_variance, not to {method}")
    with refused():
        ready = wish_prepared(portfolio=portfolio, wish=wish, bent=method == "black_litterman")
        found = METHODS[method](ready.estimates, ready.constraints, risk_free=portfolio.risk_free_rate, **options)
    shown = _shown(found, ready.notes)
    if apply:
        targets_apply(portfolio=portfolio, targets=shown["targets"])
    return _told(ready) | {"method": method, "applied": apply} | shown


def weights_held(*, portfolio: Portfolio) -> dict[str, float]:
    """What targets that are proposed stand beside: percent held now, cash among it; nothing without a value."""
    if not portfolio.valued_to:
        return {}
    standing = standing_of(portfolio=portfolio)
    if not standing.value > 0:
        return {}
    cash = {CASH: 100.0 * standing.cash_value / standing.value}
    return {str(one.instrument): one.weight or 0.0 for one in standing.held} | cash


def targets_apply(*, portfolio: Portfolio, targets: Mapping[str, float]) -> None:
    """Make ``targets`` (percent by symbol, ``cash`` among them) those of the portfolio, in place of all others. What an
    asset had beside its target stays: threshold, frequency, and limits that the new target keeps. Errors as
    ``allocations_set``.
    """
    known = {row["asset"] or CASH: row for row in allocations_told(portfolio=portfolio)}
    rows = []
    for name, target in targets.items():
        row = {**known.get(name, {}), "asset": None if name == CASH else name, "target": target, "is_active": True}
        if row.get("minimum") is not None and row["minimum"] > target:
            row["minimum"] = None
        if row.get("maximum") is not None and row["maximum"] < target:
            row["maximum"] = None
        rows.append(row)
    allocations_set(portfolio=portfolio, targets=rows)


def frontier(*, portfolio: Portfolio, wish: Wish | None = None, points: int = 20) -> dict[str, Any]:
    """``points`` portfolios from the least variance to the greatest return, and beside them each asset alone. Errors as
    ``targets_propose``.
    """
    if not 2 <= points <= 100:
        raise PortfolioError("points: must be from 2 to 100")
    wish = wish or Wish()
    with refused():
        ready = wish_prepared(portfolio=portfolio, wish=wish, bent=False)
        found = efficient_frontier(
            ready.estimates, ready.constraints, points=points, risk_free=portfolio.risk_free_rate
        )
    mean, covariance = ready.estimates.mean, ready.estimates.covariance
    alone = zip(ready.estimates.assets, mean.tolist(), np.sqrt(np.diag(covariance)).tolist(), strict=True)
    return _told(ready) | {
        "points": [_shown(one) for one in found],
        "assets": [
            {"asset": name, "expected_return": 25_200.0 * one, "volatility": 100.0 * 252**0.5 * deviation}
            for name, one, deviation in alone
        ],
    }


@contextmanager
def refused() -> Iterator[None]:
    """What the methods refuse as a PortfolioError with a field."""
    try:
        yield
    except PortfolioError:
        raise
    except Infeasible as error:
        raise PortfolioError(f"constraints: {error}") from error
    except SolverFailed as error:
        raise PortfolioError(f"method: {error}") from error
    except (ConstraintError, ValueError) as error:
        raise PortfolioError(str(error)) from error


def _told(ready: Prepared) -> dict[str, Any]:
    return {
        "first": ready.first, "last": ready.last, "returns": ready.returns, "returns_a_year": ready.returns_a_year,
        "notes": list(ready.notes),
    }  # fmt: skip


def _shown(found: Proposal, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    targets = found.targets()
    rest = round(100.0 - sum(targets.values()), 2)
    shares = dict(zip(found.assets, found.risk_shares.tolist(), strict=True))
    return {
        "targets": targets | ({CASH: rest} if rest else {}),
        "expected_return": found.expected_return,
        "volatility": found.volatility,
        "sharpe_ratio": found.sharpe_ratio,
        "turnover": found.turnover,
        "risk_shares": shares,
        "notes": [*notes, *found.notes],
    }
