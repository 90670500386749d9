"""Is it a value series? Every refusal is a ValueError that names the row and its date."""

import numpy as np


def rising_dates(dates: np.ndarray) -> np.ndarray:
    """``dates`` as datetime64[D] [m], read-only; refused when empty, missing or not ascending."""
    found = np.array(dates, dtype="datetime64[D]")
    if found.ndim != 1 or not len(found):
        raise ValueError(f"dates must be one row of days, V_0's first; found shape {found.shape}")
    _refuse(np.isnat(found), found, "has no date")
    _refuse(np.r_[False, found[1:] <= found[:-1]], found, "is not after the date before it: dates must ascend")
    found.flags.writeable = False
    return found


def known_values(values: np.ndarray, dates: np.ndarray) -> np.ndarray:
    """``values`` as float64 [m], read-only; refused when one is missing, infinite or negative, the first is not above
    zero, or something grows out of a total loss (then money came from outside, and these are no returns).
    """
    found = _as_long_as(values, dates, "values")
    _refuse(~np.isfinite(found), dates, "has no finite value")
    _refuse(found < 0, dates, "has a negative value: returns on it have no meaning")
    if found[0] == 0:
        raise ValueError(f"the first value ({dates[0]}) is zero: there is nothing to measure returns on")
    _refuse(np.r_[False, (found[:-1] == 0) & (found[1:] > 0)], dates, "grows out of a value of zero: remove deposits")
    return found


def known_levels(levels: np.ndarray, dates: np.ndarray) -> np.ndarray:
    """Benchmark ``levels`` as float64 [m], read-only, NaN where there is none; refused if infinite or not positive."""
    found = _as_long_as(levels, dates, "benchmark levels")
    _refuse((found <= 0) | np.isinf(found), dates, "has a benchmark level that is not a positive number")
    return found


def money_and_flows(values: np.ndarray, flows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64 [m]; refused when a number is missing or infinite, or when there is not one flow per value."""
    money, paid = np.asarray(values, dtype=np.float64), np.asarray(flows, dtype=np.float64)
    if money.shape != paid.shape or money.ndim != 1 or not len(money):
        raise ValueError(f"one flow per value is needed: {paid.shape} against {money.shape}")
    if not (np.isfinite(money).all() and np.isfinite(paid).all()):
        raise ValueError("a value or flow is missing or infinite")
    return money, paid


def _as_long_as(figures: np.ndarray, dates: np.ndarray, what: str) -> np.ndarray:
    found = np.array(figures, dtype=np.float64)
    if found.shape != dates.shape:
        raise ValueError(f"{what} must be one per date: {found.shape} against {dates.shape}")
    found.flags.writeable = False
    return found


def _refuse(wrong: np.ndarray, dates: np.ndarray, why: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"row {row} ({dates[row]}) {why}")
