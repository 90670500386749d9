"""The other way round: what is the most likely way to lose that much?"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from market.calc.windows import ZERO

LOST = -1.0  # nothing falls by more than all of it
SLACK = 1e-9
PIVOTS = 50  # times the number of assets


class NoSuchLoss(ValueError):
    """The portfolio cannot lose that much; says why."""


@dataclass(frozen=True)
class ReverseStress:
    """The smallest shock that loses ``loss`` percent. ``changes`` [k] percent by asset; ``contributions`` [k] percent
    points (they sum to -loss). ``distance``: its Mahalanobis distance, in standard deviations; ``probability``,
    normal, of a loss as great over the horizon. ``limited``: assets that would fall by more than all of it and are
    held at -100 %.
    """

    assets: tuple[str, ...]
    loss: float
    changes: np.ndarray
    contributions: np.ndarray
    distance: float
    probability: float
    limited: tuple[str, ...]


def reverse_stress(
    assets: Sequence[str], weights: np.ndarray, covariance: np.ndarray, *, loss: float, sessions: int = 1
) -> ReverseStress:
    """The changes s of least s' C^-1 s with w's = -``loss`` %, no asset losing more than 100 %.

    ``weights`` [k] percent, ``covariance`` [k, k] of the returns of a session, C that times ``sessions``. Without the
    limit s = -loss x C w / (w'C w), at a distance of loss / volatility; assets beyond the limit are then held there
    and the rest found anew, given them. NoSuchLoss for what the weights cannot lose; ValueError for a loss that is
    not above zero.
    """
    part = np.asarray(weights, dtype=np.float64) / 100.0
    table = np.asarray(covariance, dtype=np.float64) * sessions
    if part.shape != (len(assets),) or table.shape != (len(part), len(part)):
        raise ValueError(f"{len(assets)} assets need as many weights, and a covariance of as many rows and columns")
    if not (np.isfinite(part).all() and np.isfinite(table).all() and 0.0 < loss < np.inf and sessions >= 1):
        raise ValueError("weights, covariance, loss, sessions: a figure is missing, infinite or not above zero")
    if (part < 0).any():
        raise ValueError("weights: short positions have no greatest loss")
    variance = float(part @ table @ part)
    if variance <= ZERO * float(part @ np.sqrt(np.diag(table))) ** 2:
        raise NoSuchLoss("the portfolio has no risk")
    if loss / 100.0 > part.sum() + SLACK:
        raise NoSuchLoss(f"{loss:g} % is more than the {100.0 * part.sum():g} % that is invested")
    shock, distance, held = _least_shock(part, table, loss / 100.0)
    return ReverseStress(
        assets=tuple(assets),
        loss=loss,
        changes=100.0 * shock,
        contributions=100.0 * part * shock,
        distance=distance,
        probability=NormalDist().cdf(-loss / 100.0 / variance**0.5),
        limited=tuple(name for name, limited in zip(assets, held, strict=True) if limited),
    )


def _least_shock(part: np.ndarray, table: np.ndarray, loss: float) -> tuple[np.ndarray, float, np.ndarray]:
    """The shock [k], its distance, and which assets are held at the limit, bool [k].

    Assets change sides one at a time, the first that is wrong where it is: beyond the limit, or held although it would
    rise by itself. So no set comes twice (Murty 1974).
    """
    held = np.zeros(len(part), dtype=bool)
    for _ in range(PIVOTS * len(part)):
        shock, distance, force = _given(part, table, loss, held)
        wrong = (~held & (shock < LOST - SLACK)) | (held & (force < -SLACK))
        if not wrong.any():
            if abs(part @ shock + loss) > SLACK:
                raise NoSuchLoss("these assets do not fall together: their covariance has directions without risk")
            return shock, distance, held
        first = int(np.argmax(wrong))
        held[first] = not held[first]
    raise NoSuchLoss("no smallest shock was found")


def _given(part: np.ndarray, table: np.ndarray, loss: float, held: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """The least shock of this loss with ``held`` assets at the limit, its distance, and what keeps each there [k]."""
    rows = np.vstack([part, np.eye(len(part))[held]])
    wanted = np.r_[-loss, np.full(int(held.sum()), LOST)]
    pull = np.linalg.pinv(rows @ table @ rows.T, hermitian=True) @ wanted
    force = np.zeros(len(part))
    force[held] = pull[1:] * table.diagonal()[held]
    return table @ rows.T @ pull, float(max(wanted @ pull, 0.0) ** 0.5), force
