"""How much of a benchmark's good and bad sessions a portfolio went along with."""

from typing import NamedTuple

import numpy as np

from market.calc.windows import ZERO


class Capture(NamedTuple):
    """Percent: ``up`` on the sessions on which the benchmark rose, ``down`` on those on which it fell (below 100 the
    portfolio lost less); None where there are none.
    """

    up: float | None
    down: float | None


def capture_of(own: np.ndarray, benchmark: np.ndarray) -> Capture:
    """100 x mean compounded return / that of the benchmark on the same sessions. Returns float64 [n], fractions.

    The mean compounded return of n sessions is (product of (1 + r))^(1/n) - 1.
    """
    return Capture(_captured(own, benchmark, benchmark > ZERO), _captured(own, benchmark, benchmark < -ZERO))


def _captured(own: np.ndarray, benchmark: np.ndarray, chosen: np.ndarray) -> float | None:
    if not chosen.any():
        return None
    return 100.0 * _mean_growth(own[chosen]) / _mean_growth(benchmark[chosen])


def _mean_growth(returns: np.ndarray) -> float:
    return float(np.prod(1.0 + returns) ** (1.0 / len(returns)) - 1.0)
