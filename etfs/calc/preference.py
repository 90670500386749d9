"""etf_preference: how much the large ETFs hold of a stock, 0 to 5."""

import numpy as np

from etfs.calc.holdings import holdings

FULL_COUNT = 5.0  # funds that give all 3 points
FULL_EXPOSURE = 1e10  # KRW that give all 2 points


def etf_preference(count: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """min(3, 3 n / 5) + min(2, 2 E / 1e10) of n funds [N] and E KRW [N]; section 6. 0 where no fund holds the stock."""
    return np.minimum(3.0, 3.0 * count / FULL_COUNT) + np.minimum(2.0, 2.0 * exposure / FULL_EXPOSURE)


def large_holders(
    *, stock: np.ndarray, fund: np.ndarray, weight: np.ndarray, assets: np.ndarray, stocks: int
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(how many large funds hold each stock, int [N]; what they hold of it: sum of assets x weight / 100, KRW [N]).

    Flat lines: ``fund`` index [n], ``stock`` index [n] (0 to ``stocks`` - 1), ``weight`` percent [n]. By fund:
    ``assets`` KRW [F]; the caller passes funds above the threshold that are neither inverse nor leveraged (section 9).
    Two lines of one stock in a fund are added and the fund is counted once; a fund short of the stock is not
    counted, nor is one whose assets are not known (NaN).
    """
    rows = np.isfinite(assets)[fund]
    held = holdings(fund[rows], stock[rows], weight[rows], len(assets)).held()
    amount = assets[held.fund] * held.weight / 100.0
    return np.bincount(held.key, minlength=stocks), np.bincount(held.key, weights=amount, minlength=stocks)
