"""What funds cost to hold, side by side."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Costs:
    """By fund [F], in the currency of the amount: ``first_year``; ``total`` over the whole time; ``extra``: total above
    that of the cheapest fund. NaN where the expense ratio is not known.
    """

    first_year: np.ndarray
    total: np.ndarray
    extra: np.ndarray


def holding_costs(expense_ratio: np.ndarray, amount: float, years: float) -> Costs:
    """Cost of holding ``amount`` for ``years`` at ``expense_ratio`` percent a year [F], compounded.

    The amount stands still but for the fee, which takes its part of what is left every year: after y years it has cost
    amount x (1 - (1 - e)^y). ``first_year`` = amount x e. ValueError for ratios beyond 0 to 100 percent.
    """
    if np.any((expense_ratio < 0) | (expense_ratio > 100)):
        raise ValueError("an expense ratio is a percentage between 0 and 100")
    fee = expense_ratio / 100.0
    total = amount * (1.0 - (1.0 - fee) ** years)
    cheapest = np.min(total[np.isfinite(total)], initial=np.inf)
    return Costs(amount * fee, total, total - cheapest)
