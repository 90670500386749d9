"""Adjustment factors, from adjusted closes or from corporate actions."""

import numpy as np


def factors_given(close: np.ndarray, adj_close: np.ndarray) -> np.ndarray:
    """adj_close / close; NaN where either is missing or not above 0."""
    usable = (close > 0) & (adj_close > 0)
    return np.divide(adj_close, close, out=np.full(len(close), np.nan), where=usable)


def factors_from_actions(dates: np.ndarray, ex_dates: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """Factor of each of one instrument's ``dates``: the product of 1/ratio over the actions with ex_date > date."""
    order = np.argsort(ex_dates, kind="stable")
    later = np.concatenate((np.cumprod((1.0 / ratios[order])[::-1])[::-1], [1.0]))
    return later[np.searchsorted(ex_dates[order], dates, side="right")]
