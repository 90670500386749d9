"""Formulas over panels: the issue's examples, what is unknown and why, cross-sections, and how much is looked at."""

from dataclasses import replace

import numpy as np
import pytest

from factors.base import Reason
from factors.engine import run
from factors.formulas import BrokenFormula, FormulaError, Terms, evaluator
from market.panel import Panel
from tests.contracts.test_factors import market
from tests.factors.formulas.helpers import figures, formula, prices, value, words
from tests.factors.market_builder import cross, make_panel

NAN = np.nan


def reasons(text: str, panel: Panel, **terms: object) -> list[str]:
    result = run(panel, [formula(text, **terms)])
    assert not result.errors
    return [Reason(code).code for code in result.crosses[0].reason]


def test_the_first_example_of_the_issue():
    """rank(roe) - 0.5 * zscore(debt_to_equity), from the factors' own cross-sections."""
    panel = market()
    roe, debt = cross(panel, "roe"), cross(panel, "debt_to_equity")
    expected = roe.percentile - 0.5 * -debt.score  # the score of debt_to_equity is that of its negative
    np.testing.assert_allclose(
        run(panel, [formula("rank(roe) - 0.5 * zscore(debt_to_equity)")]).crosses[0].value, expected, rtol=1e-12
    )
    assert np.isfinite(expected).sum() >= 10


def test_the_second_example_of_the_issue():
    panel = market()
    expected = panel.close[-20:].mean(axis=0) / panel.close[-120:].mean(axis=0) - 1
    found = run(panel, [formula("mean(close, 20) / mean(close, 120) - 1")]).crosses[0]
    np.testing.assert_allclose(found.value[panel.in_universe & (panel.n_bars >= 120)], expected[[
        i for i in range(panel.n) if panel.in_universe[i] and panel.n_bars[i] >= 120
    ]], rtol=1e-12)  # fmt: skip
    assert found.reason[3] == Reason.INSUFFICIENT_HISTORY  # the young one has 65 bars
    assert np.isfinite(found.score).sum() == 12


def test_a_factor_s_own_formula_gives_the_factor():
    panel = market()
    np.testing.assert_allclose(value("100 * change(close, 20)", panel), cross_values(panel, "momentum_1m"), rtol=1e-12)
    volatility = "100 * std(returns, 60) * sqrt(252)"
    np.testing.assert_allclose(value(volatility, panel), cross_values(panel, "volatility_60d"), rtol=1e-10)
    np.testing.assert_allclose(
        value("100 * net_income_ttm / total_assets", panel), cross_values(panel, "roa"), rtol=1e-12
    )


def cross_values(panel: Panel, name: str) -> np.ndarray:
    return evaluator.factor_value(words().factors[name], panel)


def test_a_series_where_a_figure_is_needed_is_its_last_bar():
    panel = prices()
    panel = replace(panel, last=replace(panel.last, market_cap=np.full(panel.n, 2.0)))
    np.testing.assert_allclose(value("close * line_market_cap", panel), 2 * panel.close[-1])


@pytest.mark.parametrize(
    "text", ["mean(volume, 5)", "sum(trading_value, 5)", "corr(volume, close, 5)", "ema(volume, 2)"]
)
def test_one_unknown_number_makes_its_windows_unknown_and_no_other(text):
    volume = np.arange(1.0, 301.0).reshape(20, 15) ** 1.5
    volume[-6, 0] = volume[-5, 1] = volume[-1, 2] = NAN
    panel = make_panel(np.arange(300.0).reshape(20, 15) % 7 + 1, volume=volume)
    found = run(panel, [formula(text)]).crosses[0]
    bars = 8 if "ema" in text else 5
    assert [Reason(code).code for code in found.reason[:4]] == [
        "missing_field" if bars == 8 else "none", "missing_field", "missing_field", "none",
    ]  # fmt: skip


def test_reasons_follow_from_what_the_formula_is_made_of():
    panel = market()
    assert reasons("log(close - close)", panel)[0] == "non_positive_denominator"
    assert reasons("mean(close, 100)", panel)[3] == "insufficient_history"
    assert reasons("close", panel)[5] == "not_in_universe"
    waits = run(replace(panel, extra={}), [formula("rank(etf_preference)")])
    assert "waits for the field 'etf_preference'" in waits.waiting["mine"]
    young = reasons("rank(price_momentum_12m) + close", panel)
    assert young[3] == "insufficient_history"  # the factor's, not the formula's: one bar would do for that
    lossy = make_panel(np.ones((1, 12)), reports=[])
    assert set(reasons("roe + close", lossy)) == {"missing_field"}
    assert set(reasons("coalesce(roe, 0) + close", lossy)) == {"none"}


def test_the_direction_turns_the_score_and_not_the_value():
    panel = prices()
    more, less = (run(panel, [formula("change(close, 5)", direction=sign)]).crosses[0] for sign in (1, -1))
    np.testing.assert_array_equal(more.value, less.value)
    np.testing.assert_allclose(more.score, -less.score)


def test_only_as_many_bars_as_needed_are_looked_at():
    panel = prices(rows=60)
    blind = replace(panel, close=np.where(np.arange(60)[:, None] < 60 - 25, 1e300, panel.close))
    text = "mean(lag(close, 5), 20) / std(close, 10)"
    np.testing.assert_array_equal(value(text, panel), value(text, blind))


def test_few_columns_at_a_time_by_several_threads_give_the_same(monkeypatch):
    panel = prices(rows=60, instruments=100)
    text = "corr(close, volume, 10) + rank(mean(close, 20)) / 100"
    whole = value(text, panel)
    monkeypatch.setattr(evaluator, "CELLS", 300)
    monkeypatch.setattr(evaluator, "WORKERS", 3)
    np.testing.assert_array_equal(value(text, panel), whole)


def test_the_order_of_instruments_does_not_matter():
    order = [int(i) for i in np.random.default_rng(2).permutation(14)]
    text = "zscore(mean(close, 20) / close) + rank(roe) / 100"
    straight, mixed = value(text, market()), value(text, market(order))
    np.testing.assert_allclose(np.array(straight)[order], mixed, rtol=1e-12)


def test_the_panel_is_left_alone():
    panel = market()
    before = {name: getattr(panel, name).copy() for name in ("close", "high", "volume", "trading_value")}
    for text in ("ema(close, 5) + argmax(high, 10)", "sum(close, 1) - volume", "wma(trading_value, 1)"):
        value(text, panel)
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(panel, name), array)


def test_prices_that_a_panel_lacks_make_the_formula_wait():
    result = run(make_panel(np.ones((3, 12))), [formula("open / close")])
    assert "without open prices" in result.waiting["mine"]


def test_a_broken_formula_is_told_under_its_name_and_stops_nobody():
    broken = BrokenFormula(Terms("old", "gone + 1"), FormulaError("unknown name 'gone'", "gone + 1", (0, 4)))
    result = run(prices(), [broken, formula("close")])
    assert result.errors["old"].startswith("FormulaError: unknown name 'gone'")
    assert [found.factor.name for found in result.crosses] == ["mine"]
    assert "not computed" in broken.description()


def test_registered_fields_are_figures():
    panel = figures(prices(), etf_preference=np.arange(12))
    assert value("etf_preference * 2", panel)[:3] == [0, 2, 4]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("close", True), ("close / lag(close, 20)", False), ("mean(close, 20) / mean(close, 120) - 1", False),
        ("std(close, 20)", True), ("std(close, 20) / close", False), ("std(returns, 20)", False), ("close - 5", True),
        ("log(close)", True), ("log(close / low)", False), ("close > 5", True), ("close > open", False),
        ("sum(close > lag(close, 1), 20)", False), ("corr(close, volume, 10)", False), ("cov(close, volume, 9)", True),
        ("corr(close, log(volume + 1), 10)", True), ("volume / mean(volume, 20)", False), ("volume > 0", False),
        ("close * volume", True), ("sqrt(high * low) / close", False), ("(close / open) ^ 2", False),
        ("(high * low) ^ 0.5 / close", False), ("close ^ close", True), ("rank(close)", True), ("rank(roe)", False),
        ("where(close > open, volume, 0) / mean(volume, 5)", False), ("where(close > open, 1, close)", True),
        ("clip(returns, -0.1, 0.1)", False), ("maximum(close, open) / low", False), ("trading_value", False),
        ("argmax(high, 20)", False), ("rsquare(close, 20)", False), ("resi(close, 20) / close", False),
        ("close > open and volume > 0", False), ("sign(delta(close, 5))", False), ("exp(returns)", False),
        ("0 * close", True),
    ],
)  # fmt: skip
def test_whether_the_level_of_prices_counts(text, needs):
    """And that the answer is true: where it says no, prices x 7 and volumes x 3 change nothing."""
    mine = formula(text)
    assert mine.needs_levels is needs
    if not needs and "roe" not in text:
        panel = prices()
        scaled = replace(
            panel, close=7 * panel.close, high=7 * panel.high, volume=3 * panel.volume,
            prices=lambda name: 7 * panel.prices(name),
        )  # fmt: skip
        np.testing.assert_allclose(mine.compute(scaled), mine.compute(panel), rtol=1e-9)
