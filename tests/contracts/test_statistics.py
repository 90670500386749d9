"""What every statistic must do, asked of all that are registered."""

import re
import timeit

import numpy as np
import pytest

from portfolio.calc.statistics import (
    Track,
    UnknownStatistic,
    all_statistics,
    monthly_returns,
    statistic,
    statistic_named,
    statistics_of,
    unregister_statistic,
)
from portfolio.calc.statistics.registry import UNITS
from tests.portfolio.statistics.tracks import NAN, made_up, sessions, track
from tests.shared_data import ROOT

NAMES = {
    "alpha", "annualized_return", "benchmark_return", "best_day", "beta", "calmar_ratio", "current_drawdown", "cvar_95",
    "cvar_99", "downside_volatility", "drawdown_duration", "excess_return", "information_ratio", "kurtosis",
    "longest_drawdown_duration", "max_drawdown", "probabilistic_sharpe_ratio", "sharpe_ratio", "skewness",
    "sortino_ratio", "total_return", "tracking_error", "treynor_ratio", "var_95_1d", "var_95_1d_cornish_fisher",
    "var_95_1d_normal", "var_95_1m", "var_95_1m_overlapping", "var_99_1d", "var_99_1d_cornish_fisher",
    "var_99_1d_normal", "var_99_1m", "var_99_1m_overlapping", "volatility", "worst_day",
}  # fmt: skip
every_statistic = pytest.mark.parametrize("one", all_statistics(), ids=lambda one: one.name)


def is_answer(found: object) -> bool:
    return found is None or (type(found) is float and bool(np.isfinite(found)))


def test_all_statistics_of_the_specification_are_registered():
    assert {one.name for one in all_statistics()} >= NAMES


@every_statistic
def test_it_describes_itself(one):
    assert len(one.description()) > 10
    assert one.unit in UNITS
    assert statistic_named(one.name) is one


@every_statistic
def test_a_long_series_has_it(one):
    found = one.function(made_up())
    assert type(found) is float
    assert np.isfinite(found)


@every_statistic
def test_it_is_deterministic_and_leaves_its_input_alone(one):
    mine = made_up()
    before = mine.values.copy(), mine.benchmark.copy(), mine.dates.copy()
    assert one.function(mine) == one.function(mine) == one.function(made_up())
    for old, new in zip(before, (mine.values, mine.benchmark, mine.dates), strict=True):
        np.testing.assert_array_equal(old, new)


@every_statistic
def test_it_does_not_matter_what_was_asked_before(one):
    asked = made_up()
    statistics_of(asked)
    assert one.function(asked) == one.function(made_up())


@every_statistic
@pytest.mark.parametrize("values", [[100], [100, 110]], ids=["no return", "one return"])
def test_fewer_than_two_returns_have_none(one, values):
    assert one.function(track(values, benchmark=values)) is None


@every_statistic
@pytest.mark.parametrize(
    "values",
    [[100, 110, 99], [100, 100, 100], [100, 50, 0], [100, 0, 0], [1e-300, 1.0, 1e300], [1e300, 1.0, 1e-300],
     [100] * 400, [100 * 1.001**k for k in range(300)], [5e-324, 5e-324, 5e-324]],
    ids=["two returns", "constant", "lost", "lost at once", "sky", "abyss", "long constant", "steady", "subnormal"],
)  # fmt: skip
def test_short_constant_and_extreme_series_have_a_number_or_none(one, values):
    for benchmark in (None, np.arange(1.0, len(values) + 1), np.full(len(values), 7.0), np.full(len(values), NAN)):
        assert is_answer(one.function(track(values, benchmark)))


@every_statistic
def test_what_lies_after_it_or_beside_it_in_memory_changes_nothing(one):
    """The first 401 rows of a longer series in a matrix, to the last bit the same as alone."""
    full = made_up(700)
    early = Track(full.values[:401], full.dates[:401], full.benchmark[:401], full.risk_free)
    matrix = np.column_stack([full.values, full.benchmark])
    matrix[401:] = NAN
    assert one.function(Track(matrix[:401, 0], full.dates[:401], matrix[:401, 1], full.risk_free)) == one.function(
        early
    )


def test_the_derived_series_of_the_first_sessions_are_those_of_the_whole():
    full = made_up(700)
    early = Track(full.values[:401], full.dates[:401], full.benchmark[:401], full.risk_free)
    for name, rows in (("returns", 400), ("excess", 400), ("fallen", 401)):
        np.testing.assert_array_equal(getattr(early, name), getattr(full, name)[:rows])
    closed = ~early.episodes.open
    for mine, whole in zip(early.episodes, full.episodes, strict=True):
        np.testing.assert_array_equal(mine[closed], whole[: closed.sum()])
    np.testing.assert_array_equal(monthly_returns(early).percent[:-1], monthly_returns(full).percent[:18])


def test_all_of_ten_years_take_a_few_milliseconds_at_most():
    """Sweeps ask thousands of times. Half a millisecond on an idle machine; the best of many tells on a busy one."""
    ten = made_up(2500)

    def ask() -> None:
        statistics_of(Track(ten.values, ten.dates, ten.benchmark))

    assert min(timeit.repeat(ask, number=1, repeat=50)) < 0.003


def test_names_choose_and_order_the_answer():
    assert list(statistics_of(made_up(), ["volatility", "alpha"])) == ["volatility", "alpha"]
    assert list(statistics_of(made_up())) == sorted(one.name for one in all_statistics())
    with pytest.raises(UnknownStatistic, match="unknown statistic 'sharp_ratio'; did you mean sharpe_ratio"):
        statistics_of(made_up(), ["sharp_ratio"])


# --- the input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([0, 1, 2], r"the first value \(2024-01-01\) is zero: there is nothing to measure returns on"),
        ([-1, 1, 2], r"row 0 \(2024-01-01\) has a negative value"),
        ([1, NAN, 2], r"row 1 \(2024-01-02\) has no finite value"),
        ([1, 2, np.inf], r"row 2 \(2024-01-03\) has no finite value"),
        ([1, 0, 2], r"row 2 \(2024-01-03\) grows out of a value of zero: remove deposits"),
        ([1, 2], r"values must be one per date: \(2,\) against \(3,\)"),
        ([[1, 2, 3]], r"values must be one per date"),
    ],
)
def test_values_that_are_none_are_refused(values, why):
    with pytest.raises(ValueError, match=why):
        Track(np.array(values, dtype=float), sessions(3))


@pytest.mark.parametrize(
    ("dates", "why"),
    [
        (["2024-01-02", "2024-01-01", "2024-01-03"], r"row 1 \(2024-01-01\) is not after the date before it"),
        (["2024-01-01", "2024-01-01", "2024-01-03"], r"row 1 \(2024-01-01\) is not after the date before it"),
        (["2024-01-01", "NaT", "2024-01-03"], r"row 1 \(NaT\) has no date"),
        ([], r"dates must be one row of days"),
    ],
)
def test_dates_out_of_order_are_refused(dates, why):
    with pytest.raises(ValueError, match=why):
        Track(np.array([1.0, 2, 3]), np.array(dates, dtype="datetime64[D]"))


@pytest.mark.parametrize("level", [0.0, -1.0, np.inf])
def test_a_benchmark_level_that_is_none_is_refused(level):
    with pytest.raises(ValueError, match=r"row 1 \(2024-01-02\) has a benchmark level that is not a positive number"):
        track([1, 2, 3], [1, level, 2])


@pytest.mark.parametrize("rate", [-1.0, -2.0, NAN, np.inf])
def test_a_risk_free_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="the risk-free rate must be a fraction above -1"):
        track([1, 2, 3], risk_free=rate)


def test_what_was_given_can_change_without_changing_the_track():
    values = np.array([100.0, 110, 99])
    mine = Track(values, sessions(3))
    values[0] = 1.0
    assert mine.values[0] == 100.0
    with pytest.raises(ValueError, match="read-only"):
        mine.values[0] = 1.0


# --- the registry -------------------------------------------------------------------------------------------------


def test_a_name_is_given_only_once_and_can_be_taken_back():
    def always(track: Track) -> float | None:
        """One, always."""
        return 1.0

    statistic("always", "ratio")(always)
    try:
        assert statistics_of(made_up(), ["always"]) == {"always": 1.0}
        with pytest.raises(ValueError, match=r"the statistic name 'always' is taken by tests\.contracts"):
            statistic("always", "ratio")(always)
    finally:
        unregister_statistic("always")
    with pytest.raises(UnknownStatistic):
        statistic_named("always")


def test_an_incomplete_statistic_is_refused():
    with pytest.raises(ValueError, match="mine has no docstring"):
        statistic("mine", "ratio")(lambda track: 1.0)
    with pytest.raises(ValueError, match="mine: the unit must be one of %, ratio"):
        statistic("mine", "percent")(made_up)


@pytest.mark.parametrize("odd", [NAN, np.inf, -np.inf, np.float64(np.nan)])
def test_what_is_no_number_is_none(odd):
    @statistic("odd", "ratio")
    def broken(track: Track) -> float | None:
        """Something that is no number."""
        return odd

    try:
        assert broken(made_up()) is None
    finally:
        unregister_statistic("odd")


def test_the_documentation_names_every_statistic_with_its_unit():
    text = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", text, flags=re.MULTILINE))
    assert {one.name: one.unit for one in all_statistics()}.items() <= rows.items()
