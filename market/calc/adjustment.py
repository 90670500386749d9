"""Adjustment factors and what they say about corporate actions."""

import numpy as np

INFERRED_CHANGE = 0.01  # a given factor that changes by more than this without an action is a split


def factors_given(close: np.ndarray, adj_close: np.ndarray) -> np.ndarray:
    """adj_close / close; NaN where either is missing or not above 0."""
    usable = (close > 0) & (adj_close > 0)
    return np.divide(adj_close, close, out=np.full(len(close), np.nan), where=usable)


def factors_from_actions(dates: np.ndarray, ex_dates: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """Factor of each of one instrument's ``dates``: the product of 1/ratio over the actions with ex_date > date."""
    order = np.argsort(ex_dates, kind="stable")
    later = np.concatenate((np.cumprod((1.0 / ratios[order])[::-1])[::-1], [1.0]))
    return later[np.searchsorted(ex_dates[order], dates, side="right")]


def splits_inferred(ticker: np.ndarray, date: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows, ratios) where the given factor changes by more than 1 % from the bar before it.

    Rows must be ordered by ticker and date; ratio = factor / factor before, so that old price / ratio is comparable.
    """
    same = ticker[1:] == ticker[:-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = factor[1:] / factor[:-1]
    found = same & (np.abs(ratio - 1.0) > INFERRED_CHANGE)
    return np.flatnonzero(found) + 1, ratio[found]
