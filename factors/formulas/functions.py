"""The functions of formulas: one table, which the checker, the evaluator, the documentation and the admin read.

Numbers that do not exist (a division by zero, the logarithm of a loss) are NaN, never infinite; NaN goes through
everything but ``coalesce`` and the branch of ``where`` that is not taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from factors.calc.normalise import MINIMUM, percentile_ranks, zscore
from market.calc import full_windows as windows

Value = Any  # a float or an array of floats
LONGEST_WINDOW = 2000
EMA_SPANS = 4  # an ema looks back four times its n: what lies before weighs 0.03 %


@dataclass(frozen=True)
class Parameter:
    """``what`` is ``value`` (anything), ``series``, ``window`` (a whole number) or ``number``; its bounds."""

    name: str
    what: str = "value"
    least: float = -np.inf
    most: float = np.inf


@dataclass(frozen=True)
class Function:
    """``compute`` takes what ``parameters`` say and gives what ``group`` says; ``bars`` it looks back from a window n.

    ``steps``: about how many operations one number costs, given n.
    """

    name: str
    group: str
    parameters: tuple[Parameter, ...]
    compute: Callable[..., Value]
    doc: str
    bars: Callable[[int], int] = lambda n: 0
    steps: Callable[[int], int] = lambda n: 1

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(parameter.name for parameter in self.parameters)})"


EACH, WINDOW, ACROSS, OPERATOR = "each number", "the last n bars", "all instruments of a session", "operators"
X, Y = Parameter("x"), Parameter("y")
SERIES_X, SERIES_Y = Parameter("x", "series"), Parameter("y", "series")


def n(least: int = 1, most: int = LONGEST_WINDOW) -> Parameter:
    return Parameter("n", "window", least, most)


def finite(values: Value) -> Value:
    """NaN in place of what is not a number."""
    return np.where(np.isfinite(values), values, np.nan)


def known(x: Value, y: Value, result: Value) -> Value:
    """The truth of a condition as 1 or 0; NaN where one of its sides is."""
    return np.where(np.isnan(x) | np.isnan(y), np.nan, result)


def where(condition: Value, x: Value, y: Value) -> Value:
    return np.where(np.isnan(condition), np.nan, np.where(np.not_equal(condition, 0), x, y))


def rank(rows: np.ndarray) -> np.ndarray:
    return _across(rows, percentile_ranks)


def zscores(rows: np.ndarray) -> np.ndarray:
    return _across(rows, zscore)


def winsorize(rows: np.ndarray, percent: float) -> np.ndarray:
    """Each row [T, N] clipped to its quantiles, linear between neighbours."""

    def clipped(some: np.ndarray) -> np.ndarray:
        low, high = np.nanquantile(some, [percent / 100, 1 - percent / 100], axis=1, keepdims=True)
        return np.clip(some, low, high)

    return _across(rows, clipped)


def demean(rows: np.ndarray) -> np.ndarray:
    return _across(rows, lambda some: some - np.nanmean(some, axis=1, keepdims=True))


def _across(rows: np.ndarray, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """``function`` of the rows that are a cross-section: at least 10 instruments have a number; NaN elsewhere."""
    out = np.full(rows.shape, np.nan)
    enough = np.flatnonzero(np.isfinite(rows).sum(axis=1) >= MINIMUM)
    if len(enough):
        out[enough] = function(rows[enough])
    return out


def _operators() -> list[Function]:
    table: list[tuple[str, Callable[..., Value], str]] = [
        ("+", lambda x, y: x + y, "sum"),
        ("-", lambda x, y: x - y, "difference"),
        ("*", lambda x, y: x * y, "product"),
        ("/", lambda x, y: finite(np.divide(x, y)), "quotient; NaN over zero"),
        (
            "^",
            lambda x, y: finite(np.power(np.asarray(x, dtype=float), y)),
            "power; NaN for a root of a negative number",
        ),
        ("<", lambda x, y: known(x, y, np.less(x, y)), "1 where it holds, else 0"),
        ("<=", lambda x, y: known(x, y, np.less_equal(x, y)), "1 where it holds, else 0"),
        (">", lambda x, y: known(x, y, np.greater(x, y)), "1 where it holds, else 0"),
        (">=", lambda x, y: known(x, y, np.greater_equal(x, y)), "1 where it holds, else 0"),
        ("==", lambda x, y: known(x, y, np.equal(x, y)), "1 where it holds, else 0"),
        ("!=", lambda x, y: known(x, y, np.not_equal(x, y)), "1 where it holds, else 0"),
        ("and", lambda x, y: known(x, y, np.logical_and(x, y)), "1 where both are other than 0"),
        ("or", lambda x, y: known(x, y, np.logical_or(x, y)), "1 where one is other than 0"),
    ]
    return [Function(name, OPERATOR, (X, Y), compute, doc) for name, compute, doc in table] + [
        Function("negative", OPERATOR, (X,), np.negative, "minus x; written -x"),
        Function("not", OPERATOR, (X,), lambda x: known(x, x, np.equal(x, 0)), "1 where x is 0; written not x"),
    ]


def _each() -> list[Function]:
    low, high = Parameter("low"), Parameter("high")
    table: list[tuple[str, tuple[Parameter, ...], Callable[..., Value], str]] = [
        ("abs", (X,), np.abs, "x without its sign"),
        ("sign", (X,), np.sign, "-1, 0 or 1"),
        ("log", (X,), lambda x: finite(np.log(x)), "natural logarithm; NaN for x <= 0"),
        ("exp", (X,), lambda x: finite(np.exp(x)), "e to the power of x"),
        ("sqrt", (X,), lambda x: finite(np.sqrt(x)), "square root; NaN for x < 0"),
        ("minimum", (X, Y), np.minimum, "the smaller of x and y"),
        ("maximum", (X, Y), np.maximum, "the larger of x and y"),
        ("clip", (X, low, high), lambda x, a, b: np.minimum(np.maximum(x, a), b), "x, but at least low, at most high"),
        ("where", (Parameter("condition"), X, Y), where, "x where the condition is other than 0, y where it is 0"),
        ("coalesce", (X, Y), lambda x, y: np.where(np.isnan(x), y, x), "x, or y where x is not known"),
    ]
    return [Function(name, EACH, parameters, compute, doc) for name, parameters, compute, doc in table]


def _windows() -> list[Function]:
    q = Parameter("q", "number", 0.0, 1.0)

    def change(x: np.ndarray, bars: int) -> np.ndarray:
        return finite(x / windows.lag(x, bars) - 1.0)

    def ema(x: np.ndarray, span: int) -> np.ndarray:
        return windows.window_ema(x, EMA_SPANS * span, span)

    one, pair = (SERIES_X, n()), (SERIES_X, SERIES_Y, n(2))
    table: list[tuple[str, tuple[Parameter, ...], Callable[..., Value], str]] = [
        ("sum", one, windows.window_sum, "sum"),
        ("mean", one, windows.window_mean, "mean"),
        ("std", (SERIES_X, n(2)), windows.window_std, "standard deviation (ddof 1)"),
        ("min", one, windows.window_min, "the smallest"),
        ("max", one, windows.window_max, "the largest"),
        (
            "argmin",
            one,
            lambda x, w: windows.window_argmax(-x, w),
            "as argmax, of the smallest",
        ),
        ("argmax", one, windows.window_argmax, "bars since the largest, the latest of equals; 0: now"),
        ("wma", one, windows.window_wma, "mean with weights 1 (oldest) to n (newest)"),
        ("corr", pair, windows.window_corr, "Pearson correlation; NaN where one does not vary"),
        ("cov", pair, windows.window_cov, "covariance (ddof 1)"),
        ("slope", (SERIES_X, n(2)), windows.window_slope, "change per bar of the least-squares line"),
        ("rsquare", (SERIES_X, n(3)), windows.window_rsquare, "R2 of that line, 0 to 1; NaN where x does not vary"),
        ("resi", (SERIES_X, n(3)), windows.window_resi, "the last x less its place on that line"),
    ]
    slow: list[tuple[str, tuple[Parameter, ...], Callable[..., Value], str]] = [
        ("median", one, lambda x, w: windows.window_quantile(x, w, 0.5), "median"),
        ("quantile", (SERIES_X, n(), q), windows.window_quantile, "quantile q (0 to 1), linear between neighbours"),
        ("ts_rank", one, windows.window_rank, "percentile of the last x among the n, in (0, 100]"),
    ]
    rest, whole = (lambda bars: bars - 1), (lambda bars: bars)
    return [
        Function("lag", WINDOW, one, windows.lag, "x of n bars before", whole),
        Function("delta", WINDOW, one, lambda x, w: x - windows.lag(x, w), "x less x of n bars before", whole),
        Function("change", WINDOW, one, change, "x / x of n bars before - 1, a fraction", whole),
        Function(
            "ema", WINDOW, (SERIES_X, n(1, LONGEST_WINDOW // EMA_SPANS)), ema,
            "mean with weights falling by 1 - 2/(n + 1) a bar into the past, over the last 4n bars",
            lambda bars: EMA_SPANS * bars - 1, lambda bars: 10,
        ),
        *(Function(name, WINDOW, parameters, compute, doc, rest, lambda bars: 15)
          for name, parameters, compute, doc in table),
        *(Function(name, WINDOW, parameters, compute, doc, rest, whole) for name, parameters, compute, doc in slow),
    ]  # fmt: skip


def _across_instruments() -> list[Function]:
    p = Parameter("p", "number", 0.0, 49.0)
    return [
        Function("rank", ACROSS, (X,), rank, "100 x average rank / number of instruments, in (0, 100]"),
        Function("zscore", ACROSS, (X,), zscores, "(x - mean) / std after clipping x to mean +/- 3 std; within +/- 3"),
        Function("winsorize", ACROSS, (X, p), winsorize, "x clipped to the p-th and (100 - p)-th percentile"),
        Function("demean", ACROSS, (X,), demean, "x less the mean"),
    ]


FUNCTIONS: dict[str, Function] = {
    function.name: function for function in (*_operators(), *_each(), *_windows(), *_across_instruments())
}

ELSEWHERE = {  # what others call them
    "ref": "lag", "delay": "lag", "shift": "lag", "ts_mean": "mean", "sma": "mean", "ma": "mean", "average": "mean",
    "avg": "mean", "ts_sum": "sum", "stddev": "std", "ts_std": "std", "ts_std_dev": "std", "stdev": "std",
    "ts_max": "max", "ts_min": "min", "less": "minimum", "greater": "maximum", "if": "where", "iff": "where",
    "idxmax": "argmax", "idxmin": "argmin", "ts_argmax": "argmax", "ts_argmin": "argmin", "correlation": "corr",
    "covariance": "cov", "ts_corr": "corr", "ts_cov": "cov", "decay_linear": "wma", "ewm": "ema", "ln": "log",
    "power": "^", "pow": "^", "roc": "change", "returns": "change", "pct_change": "change",
    "scale": "zscore", "med": "median", "ts_delta": "delta", "diff": "delta",
}  # fmt: skip
