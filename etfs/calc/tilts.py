"""Which way a fund leans: factor scores of its stocks, by weight."""

from dataclasses import dataclass

import numpy as np

from etfs.calc.holdings import holdings


@dataclass(frozen=True)
class Tilts:
    """``score`` float64 [F, K] per fund and factor, NaN where none of its stocks has one; ``coverage`` percent [F, K]:
    weight with a score over the weight of the stock lines, NaN for a fund without any.
    """

    score: np.ndarray
    coverage: np.ndarray


def tilts(fund: np.ndarray, stock: np.ndarray, weight: np.ndarray, score: np.ndarray, funds: int) -> Tilts:
    """sum(w x score) / sum(w with a score) from the stock lines of ``funds`` funds.

    Flat lines: ``fund`` index [n], ``stock`` index [n] (row of ``score``; -1: not one of them, it counts as without a
    score), ``weight`` percent [n]. ``score`` [N, K]. Lines of one stock are added; long-only: a stock the fund is short
    of (net) is left out altogether, a mean with negative weights being no mean.
    """
    from scipy import sparse  # noqa: PLC0415 - a twentieth of a second that only tilts need

    held = holdings(fund, stock, weight, funds).held()
    total = np.bincount(held.fund, weights=held.weight, minlength=funds)
    listed = held.key >= 0
    lines = (held.weight[listed], (held.fund[listed], held.key[listed]))
    by_stock = sparse.csr_array(lines, shape=(funds, len(score)))
    known = np.isfinite(score)
    scored, weighted = by_stock @ known.astype(np.float64), by_stock @ np.where(known, score, 0.0)
    return Tilts(_ratio(weighted, scored), _ratio(100.0 * scored, np.broadcast_to(total[:, None], scored.shape)))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
