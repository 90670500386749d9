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
    held = holdings(fund, stock, weight, funds).held()
    total = np.bincount(held.fund, weights=held.weight, minlength=funds)
    listed = held.key >= 0
    of_fund, of_stock, percent = held.fund[listed], held.key[listed], held.weight[listed]
    shape = (funds, score.shape[1])
    scored, weighted = np.zeros(shape), np.zeros(shape)
    for factor in range(score.shape[1]):
        figure = score[:, factor][of_stock]
        known = np.isfinite(figure)
        rows, part = of_fund[known], percent[known]
        scored[:, factor] = np.bincount(rows, weights=part, minlength=funds)
        weighted[:, factor] = np.bincount(rows, weights=part * figure[known], minlength=funds)
    return Tilts(_ratio(weighted, scored), _ratio(100.0 * scored, np.broadcast_to(total[:, None], shape)))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
