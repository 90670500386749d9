"""Whatever formula the language allows: it is computed without an accident, and looks at no more than it says."""

from dataclasses import fields, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from factors.formulas import FUNCTIONS, SERIES, FormulaError, FormulaFactor
from factors.formulas.functions import ACROSS, EACH, OPERATOR, WINDOW, Function
from market.panel import Panel
from tests.factors.formulas.helpers import formula, prices

LEAVES = [*SERIES, "raw_close", "line_market_cap", "momentum_1m", "2", "0.5"]
PANEL = prices(rows=70)


class WholeSeries(Panel):
    """A panel that the evaluator takes for a history: it computes every bar, not only those the last one needs."""


def whole(panel: Panel) -> WholeSeries:
    return WholeSeries(**{field.name: getattr(panel, field.name) for field in fields(panel) if field.init})


def written(function: Function, arguments: list[str], window: int) -> str:
    if function.group == OPERATOR:
        sign = {"negative": "-", "not": "not "}.get(function.name)
        return f"({sign}{arguments[0]})" if sign else f"({arguments[0]} {function.name} {arguments[1]})"
    numbers = {"window": str(window), "number": "0.3"}
    values = iter(arguments)
    return f"{function.name}({', '.join(numbers.get(p.what) or next(values) for p in function.parameters)})"


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(LEAVES))
    groups = [WINDOW, WINDOW, OPERATOR, EACH, ACROSS]
    group = draw(st.sampled_from(groups))
    function = draw(st.sampled_from([f for f in FUNCTIONS.values() if f.group == group]))
    arguments = [draw(formulas(depth=depth - 1)) for _ in range(3)]
    return written(function, arguments, draw(st.integers(2, 9)))


def made(text: str) -> FormulaFactor | None:
    """None for what the checker refuses, such as a window over a figure."""
    try:
        return formula(text)
    except FormulaError:
        return None


@given(formulas())
@settings(max_examples=300, deadline=None)
def test_every_bar_and_only_those_needed_give_the_same(text):
    mine = made(text)
    if mine is None:
        return
    found = mine.compute(PANEL)
    assert found.shape == (PANEL.n,)
    assert not np.isinf(found).any()
    np.testing.assert_allclose(mine.compute(whole(PANEL)), found, rtol=1e-7, atol=1e-9)
    assert set(mine.reasons(PANEL, found)) <= {2, 3, 4, 5}


@given(formulas())
@settings(max_examples=200, deadline=None)
def test_what_lies_further_back_than_it_says_does_not_count(text):
    mine = made(text)
    if mine is None or mine.lookback >= len(PANEL.close):
        return
    cut = len(PANEL.close) - mine.lookback
    blind = {name: np.array(getattr(PANEL, name)) for name in ("close", "high", "volume", "trading_value")}
    for array in blind.values():
        array[:cut] = 1e9

    def price(name: str) -> np.ndarray:
        array = PANEL.prices(name).copy()
        array[:cut] = 1e9
        return array

    np.testing.assert_array_equal(mine.compute(replace(PANEL, prices=price, **blind)), mine.compute(PANEL))


@given(formulas())
@settings(max_examples=200, deadline=None)
def test_where_it_says_so_levels_do_not_count(text):
    """Powers of two, so that only what depends on the level changes, not the rounding."""
    mine = made(text)
    if mine is None or mine.needs_levels:
        return
    # Figures as of the session are of the session's own level: only the series are scaled.
    scaled = replace(
        PANEL, close=4 * PANEL.close, high=4 * PANEL.high, volume=2 * PANEL.volume,
        prices=lambda name: 4 * PANEL.prices(name),
    )  # fmt: skip
    np.testing.assert_allclose(mine.compute(scaled), mine.compute(PANEL), rtol=1e-7, atol=1e-9)
