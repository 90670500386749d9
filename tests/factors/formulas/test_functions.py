"""Every function and operator of the table against pandas, or by hand."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from factors.formulas import FUNCTIONS
from factors.formulas.functions import ACROSS, OPERATOR, WINDOW
from market.panel import Panel
from tests.factors.formulas.helpers import formula, prices, value
from tests.factors.market_builder import make_panel

NAN = np.nan
N = 10  # the window


@pytest.fixture(scope="module")
def panel() -> Panel:
    return prices()


def last(frame: pd.DataFrame) -> np.ndarray:
    return frame.iloc[-1].to_numpy()


def fit(values: np.ndarray) -> tuple[float, float, float]:
    slope, start = np.polyfit(np.arange(len(values)), values, 1)
    fitted = start + slope * np.arange(len(values))
    return slope, values[-1] - fitted[-1], np.corrcoef(values, fitted)[0, 1] ** 2


OVER_BARS: dict[str, tuple[str, Callable[[pd.DataFrame, pd.DataFrame], np.ndarray]]] = {
    "lag": ("lag(close, 10)", lambda c, v: last(c.shift(N))),
    "delta": ("delta(close, 10)", lambda c, v: last(c.diff(N))),
    "change": ("change(close, 10)", lambda c, v: last(c.pct_change(N, fill_method=None))),
    "sum": ("sum(volume, 10)", lambda c, v: last(v.rolling(N).sum())),
    "mean": ("mean(close, 10)", lambda c, v: last(c.rolling(N).mean())),
    "std": ("std(close, 10)", lambda c, v: last(c.rolling(N).std())),
    "min": ("min(close, 10)", lambda c, v: last(c.rolling(N).min())),
    "max": ("max(close, 10)", lambda c, v: last(c.rolling(N).max())),
    "median": ("median(close, 10)", lambda c, v: last(c.rolling(N).median())),
    "quantile": ("quantile(close, 10, 0.2)", lambda c, v: last(c.rolling(N).quantile(0.2))),
    "ts_rank": ("ts_rank(close, 10)", lambda c, v: 100 * last(c.rolling(N).rank(pct=True))),
    "argmax": ("argmax(close, 10)", lambda c, v: last(c[::-1][:N].reset_index(drop=True).idxmax().to_frame().T)),
    "argmin": ("argmin(close, 10)", lambda c, v: last(c[::-1][:N].reset_index(drop=True).idxmin().to_frame().T)),
    "wma": ("wma(close, 10)", lambda c, v: last(c[-N:].mul(np.arange(1, 11), axis=0).sum().to_frame().T / 55)),
    "ema": ("ema(close, 3)", lambda c, v: last(c[-12:].ewm(span=3, adjust=True).mean())),
    "corr": ("corr(close, volume, 10)", lambda c, v: last(c.rolling(N).corr(v))),
    "cov": ("cov(close, volume, 10)", lambda c, v: last(c.rolling(N).cov(v))),
    "slope": ("slope(close, 10)", lambda c, v: last(c.rolling(N).apply(lambda x: fit(x)[0], raw=True))),
    "resi": ("resi(close, 10)", lambda c, v: last(c.rolling(N).apply(lambda x: fit(x)[1], raw=True))),
    "rsquare": ("rsquare(close, 10)", lambda c, v: last(c.rolling(N).apply(lambda x: fit(x)[2], raw=True))),
}


@pytest.mark.parametrize("name", OVER_BARS)
def test_over_bars(panel, name):
    text, by_pandas = OVER_BARS[name]
    expected = by_pandas(pd.DataFrame(panel.close), pd.DataFrame(panel.volume))
    np.testing.assert_allclose(value(text, panel), expected, rtol=1e-10)


@pytest.mark.parametrize("name", OVER_BARS)
def test_inside_one_another_and_on_few_bars(panel, name):
    """Of a lagged series, and where an instrument has too few bars (the young one has 30)."""
    text, by_pandas = OVER_BARS[name]
    moved = text.replace("close", "lag(close, 15)").replace("volume", "lag(volume, 15)")
    close, volume = (pd.DataFrame(part).shift(15) for part in (panel.close, panel.volume))
    np.testing.assert_allclose(value(moved, panel), by_pandas(close, volume), rtol=1e-10)
    far = text.replace("close", "lag(close, 25)").replace("volume", "lag(volume, 25)")
    assert np.isnan(value(far, panel)[3])


X = [4.0, -9.0, 0.0, NAN]
Y = [2.0, 0.5, 0.0, 1.0]
EACH: dict[str, tuple[str, list[float]]] = {
    "+": ("x + y", [6, -8.5, 0, NAN]),
    "-": ("x - y", [2, -9.5, 0, NAN]),
    "*": ("x * y", [8, -4.5, 0, NAN]),
    "/": ("x / y", [2, -18, NAN, NAN]),
    "^": ("x ^ y", [16, NAN, 1, NAN]),
    "negative": ("-x", [-4, 9, 0, NAN]),
    "<": ("x < y", [0, 1, 0, NAN]),
    "<=": ("x <= y", [0, 1, 1, NAN]),
    ">": ("x > y", [1, 0, 0, NAN]),
    ">=": ("x >= y", [1, 0, 1, NAN]),
    "==": ("x == y", [0, 0, 1, NAN]),
    "!=": ("x != y", [1, 1, 0, NAN]),
    "and": ("x and y", [1, 1, 0, NAN]),
    "or": ("x or y", [1, 1, 0, NAN]),
    "not": ("not x", [0, 0, 1, NAN]),
    "abs": ("abs(x)", [4, 9, 0, NAN]),
    "sign": ("sign(x)", [1, -1, 0, NAN]),
    "log": ("log(x)", [np.log(4), NAN, NAN, NAN]),
    "exp": ("exp(x)", [np.exp(4), np.exp(-9), 1, NAN]),
    "sqrt": ("sqrt(x)", [2, NAN, 0, NAN]),
    "minimum": ("minimum(x, y)", [2, -9, 0, NAN]),
    "maximum": ("maximum(x, y)", [4, 0.5, 0, NAN]),
    "clip": ("clip(x, -1, y)", [2, -1, 0, NAN]),
    "where": ("where(x > 0, x, y)", [4, 0.5, 0, NAN]),
    "coalesce": ("coalesce(x, y)", [4, -9, 0, 1]),
}


@pytest.mark.parametrize("name", EACH)
def test_each_number_by_hand(name):
    """As figures, and the same as series."""
    text, expected = EACH[name]
    panel = make_panel(np.array([X]), high=np.array([Y]), market_cap=[1.0] * 4)
    of_series = re.sub(r"\by\b", "high", re.sub(r"\bx\b", "close", text))
    of_figures = of_series.replace("close", "(close * line_market_cap)").replace("high", "(high * line_market_cap)")
    np.testing.assert_allclose(value(of_series, panel), expected)
    np.testing.assert_allclose(value(of_figures, panel), expected)


def test_the_branch_not_taken_may_be_unknown():
    panel = make_panel(np.array([X]), high=np.array([Y]))
    np.testing.assert_allclose(value("where(high >= 1, 7, log(close))", panel), [7, NAN, NAN, 7])


SCORES = [3.0, 1.0, 2.0, 2.0, 10.0, 5.0, 6.0, 7.0, 8.0, 9.0, 4.0, 100.0]
ACROSS_INSTRUMENTS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "rank": ("rank(close)", lambda x: 100 * pd.Series(x).rank().to_numpy() / len(x)),
    "zscore": (
        "zscore(close)",
        lambda x: (np.clip(x, x.mean() - 3 * x.std(ddof=1), x.mean() + 3 * x.std(ddof=1)) - x.mean()) / x.std(ddof=1),
    ),
    "winsorize": ("winsorize(close, 10)", lambda x: np.clip(x, np.quantile(x, 0.1), np.quantile(x, 0.9))),
    "demean": ("demean(close)", lambda x: x - x.mean()),
}


@pytest.mark.parametrize("name", ACROSS_INSTRUMENTS)
def test_across_instruments(name):
    """Those outside the universe take no part and get nothing."""
    text, by_hand = ACROSS_INSTRUMENTS[name]
    inside = [True] * 12 + [False]
    panel = make_panel(np.array([[*SCORES, 1e9]]), in_universe=inside)
    np.testing.assert_allclose(value(text, panel), [*by_hand(np.array(SCORES)), NAN])


@pytest.mark.parametrize("name", ACROSS_INSTRUMENTS)
def test_fewer_than_ten_instruments_are_no_cross_section(name):
    panel = make_panel(np.array([[*SCORES[:9], NAN, NAN]]))
    assert np.isnan(value(ACROSS_INSTRUMENTS[name][0], panel)).all()


def test_every_function_is_tested_and_describes_itself():
    tested = {*OVER_BARS, *EACH, *ACROSS_INSTRUMENTS}
    assert tested == set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        assert name == function.name
        assert function.doc
        assert function.signature.startswith(name)
        assert (function.group == WINDOW) == any(parameter.what == "window" for parameter in function.parameters)
        assert (function.group == ACROSS) == (name in ACROSS_INSTRUMENTS)
        assert function.group == OPERATOR or name.isidentifier()


@pytest.mark.parametrize("text", ["close ^ 500", "exp(close * 100)", "close * 1e308 * 1e308", "1 / (close - close)"])
def test_nothing_is_ever_infinite(text, panel):
    assert not np.isinf(formula(text).compute(panel)).any()
    assert np.isnan(value(text, panel)).all()
