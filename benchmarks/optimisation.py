"""Weights for many assets: maximum Sharpe from returns in memory, beside skfolio's on the same returns."""

import time
from collections.abc import Callable

import numpy as np
from skfolio.moments import EmpiricalMu, LedoitWolf
from skfolio.optimization import MeanRisk, ObjectiveFunction
from skfolio.prior import EmpiricalPrior

from benchmarks.report import Report, Row, step
from portfolio.calc.optimisation import Constraints, Group, estimate, maximum_sharpe, minimum_variance, risk_parity
from portfolio.calc.optimisation.estimates import Estimates, session_rate

ASSETS, SESSIONS, SECTORS, MOST = 500, 756, 10, 5.0  # MOST: percent of an asset
AGREED = 1e-4


def measure(report: Report, runs: int) -> None:
    """Estimating and solving together, as a proposal does; the first call of each, which imports, is not counted."""
    returns = made_up_returns()
    names = [f"S{number:03d}" for number in range(ASSETS)]
    groups = tuple(Group(f"sector {number}", frozenset(names[number::SECTORS]), 0.0, 20.0) for number in range(SECTORS))
    bounded, grouped = Constraints(maximum=MOST), Constraints(maximum=MOST, groups=groups)
    with step(f"weights of {ASSETS} assets"):
        believed = estimate(names, returns)
        own = [_seconds(lambda: maximum_sharpe(estimate(names, returns), bounded)) for _ in range(1 + runs)][1:]
        sectors = [_seconds(lambda: maximum_sharpe(estimate(names, returns), grouped)) for _ in range(runs)]
        least = [_seconds(lambda: minimum_variance(believed, bounded)) for _ in range(runs)]
        parity = [_seconds(lambda: risk_parity(believed)) for _ in range(runs)]
        theirs = [_seconds(lambda: skfolio_weights(returns)) for _ in range(1 + runs)][1:]
    ours = maximum_sharpe(believed, bounded).sharpe_ratio or 0.0
    reached = sharpe_of(skfolio_weights(returns), believed)
    count = f"{ASSETS} assets, {SESSIONS} sessions"
    report.add(
        Row(f"maximum Sharpe: {count}, at most {MOST:g} % each", "s", own, 2.0),
        Row(f"maximum Sharpe: {count}, {SECTORS} sectors of at most 20 %, too", "s", sectors, 2.0),
        Row("minimum variance, estimates known", "s", least),
        Row("risk parity, estimates known", "s", parity),
        Row("baseline: skfolio's MeanRisk on the same returns", "s", theirs),
        Row("Sharpe ratio that the baseline reaches above ours", "", [max(reached - ours, 0.0)], AGREED),
    )


def made_up_returns() -> np.ndarray:
    """Five factors and noise: float64 [SESSIONS, ASSETS]."""
    random = np.random.default_rng(1)
    factors = random.normal(0.0004, 0.01, (SESSIONS, 5))
    return factors @ random.normal(0.6, 0.4, (5, ASSETS)) + random.normal(0.0002, 0.015, (SESSIONS, ASSETS))


def skfolio_weights(returns: np.ndarray) -> np.ndarray:
    """The same by a library: Ledoit-Wolf, sample means, Clarabel behind CVXPY. Fractions [k]."""
    model = MeanRisk(
        objective_function=ObjectiveFunction.MAXIMIZE_RATIO, max_weights=MOST / 100.0, risk_free_rate=session_rate(2.0),
        prior_estimator=EmpiricalPrior(covariance_estimator=LedoitWolf(), mu_estimator=EmpiricalMu()),
    )  # fmt: skip
    return np.asarray(model.fit(returns).weights_)


def sharpe_of(weights: np.ndarray, believed: Estimates) -> float:
    """Of weights that sum to 1, a year's."""
    excess = (believed.mean - session_rate(2.0)) @ weights
    return float(252**0.5 * excess / (weights @ believed.covariance @ weights) ** 0.5)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
