"""Weights that a method proposes, with what they promise."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.optimisation.constraints import WHOLE, Constraints
from portfolio.calc.optimisation.estimates import SESSIONS, Estimates, session_rate

DUST = 1e-6  # of the whole: an interior point stays this far off a limit it means to touch
RISK_FREE = 2.0  # percent a year


@dataclass(frozen=True)
class Proposal:
    """``weights`` in percent, in the order of ``assets``; they sum to the budget. ``expected_return`` and
    ``volatility`` percent a year (252 sessions) of the whole, what is not invested earning the risk-free rate;
    ``sharpe_ratio`` None without volatility. ``risk_shares``: percent of the variance that each asset contributes.
    ``turnover``: half the summed change from the current weights, percent. ``notes``: what a reader must know.
    """

    method: str
    assets: tuple[str, ...]
    weights: np.ndarray
    expected_return: float
    volatility: float
    sharpe_ratio: float | None
    risk_shares: np.ndarray
    turnover: float
    notes: tuple[str, ...] = ()

    def targets(self, places: int = 2) -> dict[str, float]:
        """Weights with ``places`` decimals that still sum to the rounded sum: the largest remainders are rounded up."""
        scaled = self.weights * 10**places
        whole = np.floor(scaled + 1e-6)
        missing = round(float(scaled.sum())) - int(whole.sum())
        whole[np.argsort(whole - scaled, kind="stable")[:missing]] += 1
        return {name: round(float(w) / 10**places, places) for name, w in zip(self.assets, whole, strict=True)}


def proposal(
    method: str,
    estimates: Estimates,
    constraints: Constraints,
    weights: np.ndarray,
    *,
    risk_free: float,
    notes: tuple[str, ...] = (),
) -> Proposal:
    """The figures of ``weights`` [k] (fractions), which are first freed of a solver's dust."""
    clean = _without_dust(weights, constraints, estimates.assets)
    rate = session_rate(risk_free)
    covered = estimates.covariance @ clean
    variance = float(clean @ covered)
    excess, deviation = float((estimates.mean - rate) @ clean), max(variance, 0.0) ** 0.5
    now = constraints.current_weights(estimates.assets)
    return Proposal(
        method=method,
        assets=estimates.assets,
        weights=WHOLE * clean,
        expected_return=WHOLE * SESSIONS * (excess + rate),
        volatility=WHOLE * SESSIONS**0.5 * deviation,
        sharpe_ratio=SESSIONS**0.5 * excess / deviation if deviation > 0 else None,
        risk_shares=WHOLE * clean * covered / variance if variance > 0 else np.zeros_like(clean),
        turnover=float(WHOLE * np.abs(clean - now).sum() / 2.0),
        notes=notes,
    )


def _without_dust(weights: np.ndarray, constraints: Constraints, assets: tuple[str, ...]) -> np.ndarray:
    """``weights`` on the limits that they nearly touch; what that changed is spread over the room of the others."""
    low, high = constraints.bounds(assets)
    clean = np.clip(weights, low, high)
    clean = np.where(clean - low < DUST, low, np.where(high - clean < DUST, high, clean))
    missing = constraints.budget / WHOLE - clean.sum()
    inside = (clean > low) & (clean < high)
    room = np.where(inside, high - clean if missing > 0 else clean - low, 0.0)
    if room.sum() <= abs(missing):  # everything is on a limit: the dust belongs where there is room at all
        room = high - clean if missing > 0 else clean - low
    return clean + missing * room / room.sum() if room.sum() > 0 else clean
