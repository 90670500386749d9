"""Sharing money among shortfalls."""

import numpy as np


def fill_shortfalls(shortfall: np.ndarray, money: float, cost: np.ndarray) -> np.ndarray:
    """What each of ``shortfall`` [k] gets of ``money`` when a unit of value costs 1 + ``cost`` [k]: float64 [k].

    All of it where the money suffices. Else the greatest shortfalls are lowered to a common level that uses the money
    up, which makes the sum of squares of what is left the least.
    """
    wanted = np.maximum(shortfall, 0.0)
    if money <= 0.0:
        return np.zeros_like(wanted)
    if (wanted * (1.0 + cost)).sum() <= money:
        return wanted
    order = np.argsort(-wanted, kind="stable")
    height, price = wanted[order], (1.0 + cost)[order]
    # With the first n lowered to a level L: sum(price x (height - L)) = money.
    level = ((height * price).cumsum() - money) / price.cumsum()
    below = np.r_[height[1:], 0.0]
    chosen = level[np.argmax(level >= below - 1e-12 * height[0])]
    return np.maximum(wanted - chosen, 0.0)
