"""Returns by month and year, by hand and by pandas."""

import numpy as np
import pandas as pd
import pytest

from portfolio.calc.statistics import Track, monthly_returns, return_table, yearly_returns
from tests.portfolio.statistics.tracks import made_up, track

approx = pytest.approx


def dated(values: list[float], days: list[str]) -> Track:
    return Track(np.array(values, dtype=float), np.array(days, dtype="datetime64[D]"))


DAYS = ["2023-11-30", "2023-12-01", "2023-12-29", "2024-01-02", "2024-01-31", "2024-03-01"]
VALUES = [100, 105, 110, 99, 121, 60.5]


def test_months_run_from_the_last_value_before_them():
    found = monthly_returns(dated(VALUES, DAYS))
    assert found.period.tolist() == np.array(["2023-12", "2024-01", "2024-03"], dtype="datetime64[M]").tolist()
    assert found.percent == approx([10.0, 10.0, -50.0])  # February has no session: March spans it


def test_years():
    found = yearly_returns(dated(VALUES, DAYS))
    assert found.period.astype(int).tolist() == [53, 54]
    assert found.percent == approx([10.0, 100 * (60.5 / 110 - 1)])


def test_the_first_month_starts_at_the_initial_capital_even_within_the_month():
    found = monthly_returns(dated([100, 105, 110], ["2024-01-10", "2024-01-11", "2024-02-01"]))
    assert found.percent == approx([5.0, 100 * (110 / 105 - 1)])


def test_the_table_has_a_row_per_year_and_a_column_per_month():
    found = return_table(dated(VALUES, DAYS))
    assert found.years.tolist() == [2023, 2024]
    assert found.months[0, 11] == approx(10.0)
    assert found.months[1, [0, 2]] == approx([10.0, -50.0])
    assert np.isnan(found.months).sum() == 24 - 3
    assert found.totals == approx([10.0, -45.0])


def test_a_year_without_a_session_keeps_its_row():
    found = return_table(dated([100, 110, 99], ["2020-12-30", "2020-12-31", "2022-01-03"]))
    assert found.years.tolist() == [2020, 2021, 2022]
    assert found.totals == approx([10.0, np.nan, -10.0], nan_ok=True)


def test_without_a_session_there_are_no_periods():
    empty = track([100])
    assert len(monthly_returns(empty).percent) == len(yearly_returns(empty).period) == 0
    assert return_table(empty).months.shape == (0, 12)


def test_after_a_total_loss_a_month_has_no_return():
    lost = dated([100, 0, 0], ["2024-01-30", "2024-01-31", "2024-02-01"])
    assert monthly_returns(lost).percent == approx([-100.0, np.nan], nan_ok=True)


@pytest.mark.parametrize(("unit", "found"), [("ME", monthly_returns), ("YE", yearly_returns)])
def test_pandas_finds_the_same_and_they_compound_to_the_total(unit, found):
    one = made_up(1200)
    prices = pd.Series(one.values, index=pd.DatetimeIndex(one.dates))
    ends = prices.iloc[1:].resample(unit).last()
    expected = 100 * (ends / ends.shift(fill_value=prices.iloc[0]) - 1)
    percent = found(one).percent
    assert percent == approx(expected.to_numpy(), rel=1e-12)
    assert np.prod(1 + percent / 100) == approx(one.values[-1] / one.values[0], rel=1e-12)
