"""Year-to-date flows to quarters, publication dates, adjustment factors: numbers worked by hand."""

import datetime as dt
import math

import numpy as np
import pytest

from market.calc.adjustment import factor_intervals, factors_given
from market.calc.publication import at_year_end, available_estimated, fiscal_year_known
from market.calc.ytd import YearToDate, quarters_from_ytd

Q1, Q2, Q3 = dt.date(2015, 3, 31), dt.date(2015, 6, 30), dt.date(2015, 9, 30)


def ytd(end: dt.date, published: str, value: float, series: str = "A2015", first: bool = False) -> YearToDate:
    return YearToDate(series, end, dt.date.fromisoformat(published), first, value)


def test_quarters_are_differences() -> None:
    reports = [ytd(Q1, "2015-04-30", 10, first=True), ytd(Q2, "2015-07-30", 25), ytd(Q3, "2015-10-30", 45)]
    assert quarters_from_ytd(reports) == [10, 15, 20]


def test_a_missing_earlier_figure_gives_none() -> None:
    reports = [ytd(Q1, "2015-04-30", 10, first=True), ytd(Q3, "2015-10-30", 45), ytd(Q2, "2015-07-30", 25, "B2015")]
    result = quarters_from_ytd(reports)
    assert result[0] == 10
    assert all(math.isnan(value) for value in result[1:])


def test_the_earlier_figure_is_the_version_known_then() -> None:
    reports = [
        ytd(Q1, "2015-04-30", 10, first=True),
        ytd(Q1, "2015-08-30", 12, first=True),  # restated after the second quarter was published
        ytd(Q2, "2015-07-30", 25),
        ytd(Q2, "2015-09-10", 26),  # and that quarter restated after it
    ]
    assert quarters_from_ytd(reports) == [10, 12, 15, 14]


def test_a_figure_that_is_missing_stays_missing() -> None:
    reports = [ytd(Q1, "2015-04-30", math.nan, first=True), ytd(Q2, "2015-07-30", 25), ytd(Q3, "2015-10-30", math.nan)]
    assert all(math.isnan(value) for value in quarters_from_ytd(reports))


def test_publication_is_estimated_by_rule() -> None:
    ends = np.array(["2024-03-31", "2024-12-31", "2024-12-31"], dtype="datetime64[D]")
    late = at_year_end(np.zeros(3, dtype=int), ends, np.array(["Q", "FY", "Q"]))
    assert late.tolist() == [False, True, True]  # a quarter that ends with the year waits as long as the year
    assert available_estimated(ends, late).astype(str).tolist() == ["2024-05-15", "2025-03-31", "2025-03-31"]


def test_fiscal_years_end_where_the_yearly_reports_say() -> None:
    ends = np.array(["2024-06-30", "2024-12-31", "2024-09-30"], dtype="datetime64[D]")
    assert at_year_end(np.array([1, 1, 1]), ends, np.array(["FY", "Q", "Q"])).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("day", "year"), [("2021-01-04", 2019), ("2021-03-30", 2019), ("2021-03-31", 2020), ("2021-12-31", 2020)]
)
def test_the_year_a_korean_figure_belongs_to(day: str, year: int) -> None:
    assert fiscal_year_known(dt.date.fromisoformat(day)) == dt.date(year, 12, 31)


def test_factors_from_actions() -> None:
    first, second = dt.date(2024, 1, 2), dt.date(2024, 1, 4)
    assert factor_intervals([(second, 5.0), (first, 2.0)]) == [
        (dt.date.min, first, 0.1),
        (first, second, 0.2),
        (second, dt.date.max, 1.0),
    ]
    assert factor_intervals([]) == [(dt.date.min, dt.date.max, 1.0)]
    assert factor_intervals([(first, 3.0)])[0][2] * 30 == 10.0


def test_factors_from_adjusted_closes() -> None:
    found = factors_given(np.array([10.0, 0.0, 10.0]), np.array([9.0, 9.0, np.nan]))
    assert found[0] == 0.9
    assert np.isnan(found[1:]).all()
