"""Names, kinds and numbers: what a formula may say, and how it is told that it may not."""

import pytest

from factors.formulas import FormulaError, Vocabulary, compiled
from factors.registry import all_factors
from tests.factors.formulas.helpers import formula, words

OTHERS = words(
    trend="mean(close, 20) / mean(close, 120) - 1", twice="2 * trend", broken="1 + nothing", a="b + 1", b="c + 1",
    c="a + 1", long="mean(close, 2000)",
)  # fmt: skip


def reason_of(text: str, vocabulary: Vocabulary = OTHERS, name: str = "mine") -> str:
    with pytest.raises(FormulaError) as refused:
        compiled(text, vocabulary, name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("roo", "unknown name 'roo'; did you mean roe, roa?"),
        ("Close", "unknown name 'Close'; did you mean close"),
        ("net_income", "did you mean net_income_ttm"),
        ("xyzzy", "unknown name 'xyzzy'"),
        ("mean", "mean is a function: write mean(x, n)"),
        ("meen(close, 2)", "unknown function 'meen'; did you mean mean"),
        ("Ref(close, 2)", "unknown function 'Ref'; did you mean lag?"),
        ("ts_mean(close, 2)", "unknown function 'ts_mean'; did you mean mean?"),
        ("pow(close, 2)", "unknown function 'pow': write x ^ y"),
        ("negative(close)", "unknown function 'negative'"),
        ("roe(2)", "roe is no function: is an operator such as * missing before the parenthesis?"),
        ("mean(close)", "mean(x, n) takes 2 arguments, not 1"),
        ("abs(close, 2)", "abs(x) takes 1 argument, not 2"),
        ("mean(roe, 20)", "mean() needs a series; roe is one figure per session"),
        ("mean(5, 20)", "mean() needs a series; 5 is a number"),
        ("mean(close / eps_ttm, 20)", "mean() needs a series; close / eps_ttm is one figure per session"),
        ("mean(rank(close), 20)", "mean() needs a series; rank(close) is one figure per session"),
        ("min(roe, beta)", "min() needs a series; roe is one figure per session; of two values write minimum(x, y)"),
        ("mean(close, 2.5)", "n of mean(x, n) must be a whole number from 1 to 2000, not 2.5"),
        ("mean(close, 0)", "must be a whole number from 1 to 2000, not 0"),
        ("mean(close, 2001)", "must be a whole number from 1 to 2000, not 2001"),
        ("lag(close, -1)", "must be a whole number from 1 to 2000, not -1"),
        ("mean(close, volume)", "must be a whole number from 1 to 2000, written out, not volume"),
        ("std(close, 1)", "n of std(x, n) must be a whole number from 2"),
        ("ema(close, 501)", "n of ema(x, n) must be a whole number from 1 to 500, not 501"),
        ("quantile(close, 20, 50)", "q of quantile(x, n, q) must be a number from 0 to 1, not 50"),
        ("winsorize(roe, 60)", "p of winsorize(x, p) must be a number from 0 to 49, not 60"),
        ("rank(3)", "rank() of the same number everywhere has no meaning"),
        ("2 + 2", "the formula is the number 4 for every instrument"),
        ("close / (1 - 1) + 1 / 0", "1 / 0 is not a finite number"),
        ("9^9^9^9", "is not a finite number"),
        ("sqrt(-1) + close", "sqrt(-1) is not a finite number"),
        ("lag(lag(close, 2000), 1000)", "looks back 3,001 bars in all, more than 2,600"),
        ("lag(long, 1000)", "looks back 3,000 bars in all"),
        ("median(median(close, 1200), 1200)", "more than 200,000: use fewer or shorter windows"),
        ("mine + 1", "formulas name each other in a circle: mine -> mine"),
        ("a + 1", "formulas name each other in a circle: a -> b -> c -> a"),
        ("broken + 1", "in the formula broken: unknown name 'nothing'"),
        ("+".join(["twice"] * 90), "more than 500 operations, with the formulas it names"),
    ],
)
def test_refusals(text, reason):
    assert reason in reason_of(text)


def test_the_place_is_told_in_the_formula_that_has_it():
    assert reason_of("2 * broken").splitlines()[1:] == ["  1 + nothing", "      ^^^^^^^"]
    assert reason_of("close + roo").splitlines()[1:] == ["  close + roo", "          ^^^"]


def test_a_circle_is_found_when_the_formula_that_closes_it_is_saved():
    assert "mine -> a -> mine" in reason_of("a", words(a="mine * 2"), "mine")


def test_formulas_that_name_one_another_without_end_are_refused():
    chain = words(**{f"f{i}": f"f{i + 1}" for i in range(2000)})
    assert "too many formulas name one another" in reason_of("f0", chain)
    bushy = words(**{f"f{i}": f"f{i + 1} + f{i + 1}" for i in range(30)}, f30="close")
    assert "more than 500 operations" in reason_of("f0", bushy)


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("close", 1),
        ("returns", 2),
        ("lag(close, 5)", 6),
        ("delta(returns, 5)", 7),
        ("mean(close, 20)", 20),
        ("mean(close, 20) / mean(close, 120) - 1", 120),
        ("mean(lag(close, 10), 20)", 30),
        ("std(returns, 20) / lag(std(returns, 20), 20)", 41),
        ("ema(close, 12)", 48),
        ("rank(mean(close, 20))", 20),
        ("roe + 1", 1),
        ("trend + close", 120),
        ("corr(close, lag(volume, 5), 10)", 15),
        ("where(close > lag(close, 3), 1, 0)", 4),
    ],
)
def test_how_many_bars_are_needed_follows_from_the_windows(text, bars):
    assert compiled(text, OTHERS).bars == bars
    assert formula(text, OTHERS).min_bars == bars


def test_a_factor_s_lookback_counts_too():
    assert formula("rank(beta) + close").lookback == 260
    assert formula("rank(beta) + close").min_bars == 1


def test_equal_expressions_are_computed_once():
    plan = compiled("mean(close, 20) / mean( close,20 ) - std(close, 20) / mean(close, 10 + 10)", words())
    assert [node.function.name for node in plan.order if node.function] == ["mean", "/", "std", "/", "-"]


def test_a_series_is_looked_at_no_further_back_than_its_windows():
    plan = compiled("mean(close, 20) / lag(mean(close, 5), 60) + volume", words())
    assert plan.series() == {"close": 65, "volume": 1}


def test_names_that_stand_for_several_things():
    """A series before a figure, a figure before a factor: told in docs/formulas.md."""
    plan = compiled("close + raw_close + market_cap + line_market_cap + raw_volume", words())
    assert plan.leaves("series") == ["close"]
    assert plan.leaves("figure") == ["close", "market_cap", "line_market_cap", "volume"]
    assert plan.leaves("factor") == []
    both = [factor.name for factor in all_factors() if words().is_figure(factor.name)]
    assert both == ["market_cap"]


def test_what_a_formula_needs_is_declared_as_the_library_s_factors_do():
    mine = formula("rank(roe) - 0.5 * zscore(debt_to_equity) + cash / total_assets")
    assert mine.inputs == ("cash", "total_assets", "net_income_ttm", "total_equity", "total_debt")
    assert mine.name == "mine"
    assert mine.description() == "rank(roe) - 0.5 * zscore(debt_to_equity) + cash / total_assets"
    assert formula("roe", description="as it is").description() == "as it is: roe"
    assert formula("trend", OTHERS).plan.formulas == ("trend",)
    assert formula("twice", OTHERS).plan.formulas == ("trend", "twice")
