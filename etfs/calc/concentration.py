"""How much of a fund hangs on few lines, and how much of a stock list on few funds."""

from dataclasses import dataclass

import numpy as np

from etfs.calc.holdings import holdings

AT_LEAST = 2  # stocks of the list a fund holds to be shown
HIGH_FROM = 3  # stocks of the list one fund holds to make the level HIGH


def hhi_percent(weight: np.ndarray) -> float:
    """Herfindahl-Hirschman index: sum of squared percent weights [n], 10,000 for a single line.

    All lines as they are (sections 6 and 9): cash and short lines count, two lines of one stock stay two. Lines without
    a weight are left out; NaN where no line has one.
    """
    known = weight[np.isfinite(weight)]
    return float(known @ known) if len(known) else float("nan")


def effective_holdings(hhi: np.ndarray | float) -> np.ndarray:
    """How many lines of equal weight would be as concentrated: 1 / sum of squared fractions = 10,000 / ``hhi_percent``.

    Weights as given, not scaled to 100. NaN where the index is 0 or not known.
    """
    index = np.asarray(hhi, dtype=np.float64)
    return np.divide(10_000.0, index, out=np.full(index.shape, np.nan), where=index > 0)


def top_share(weight: np.ndarray, count: int = 10) -> float:
    """Percent of the fund in the ``count`` largest lines of ``weight`` [n]; short lines are never among them.

    NaN where no line has a weight.
    """
    known = weight[np.isfinite(weight)]
    return float(np.sort(np.maximum(known, 0.0))[::-1][:count].sum()) if len(known) else float("nan")


@dataclass(frozen=True)
class ConcentrationRisk:
    """Funds that hold at least two stocks of a list: ``fund`` index [k], ``count`` of the stocks, ``weight`` of them
    together in percent of the fund; most stocks first, then the larger weight, then the lower index.
    ``level``: HIGH if any fund holds at least three, else LOW.
    """

    fund: np.ndarray
    count: np.ndarray
    weight: np.ndarray
    level: str


def concentration_risk(fund: np.ndarray, stock: np.ndarray, weight: np.ndarray, funds: int) -> ConcentrationRisk:
    """Which funds hold several stocks of a list, from the lines of those stocks alone.

    ``fund`` index [n], ``stock`` key [n], ``weight`` percent [n]. Two lines of one stock are added and counted once; a
    fund that is short of a stock does not hold it.
    """
    held = holdings(fund, stock, weight, funds).held()
    count = np.bincount(held.fund, minlength=funds)
    total = np.bincount(held.fund, weights=held.weight, minlength=funds)
    order = np.lexsort((-total, -count))  # stable: equal funds stay in the order of their index
    order = order[count[order] >= AT_LEAST]
    level = "HIGH" if np.any(count >= HIGH_FROM) else "LOW"
    return ConcentrationRisk(order, count[order], total[order], level)
