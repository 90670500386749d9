"""Windows of a walk-forward, and the tests put together, by hand."""

import numpy as np
import pytest

from backtests.calc.errors import InputError
from backtests.calc.windows import chained, windows_of


def weekdays(first, last):
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return days[np.is_busday(days)]


def told(first, last, *more, **options):
    """Windows over the weekdays from ``first`` on."""
    found = windows_of(weekdays(first, last), np.datetime64(first), *more, **options)
    return [tuple(str(day) for day in window) for window in found]


def test_windows_roll_by_the_length_of_the_test():
    # 2020-01-01 is a Wednesday; the tests of three months each begin where the one before ended.
    assert told("2020-01-01", "2020-12-31", 6, 3) == [
        ("2020-01-01", "2020-06-30", "2020-07-01", "2020-09-30"),
        ("2020-04-01", "2020-09-30", "2020-10-01", "2020-12-31"),
    ]


def test_anchored_windows_all_begin_with_the_first_session():
    assert told("2020-01-01", "2020-12-31", 6, 3, anchored=True) == [
        ("2020-01-01", "2020-06-30", "2020-07-01", "2020-09-30"),
        ("2020-01-01", "2020-09-30", "2020-10-01", "2020-12-31"),
    ]


def test_a_month_that_is_shorter_ends_with_its_last_day():
    # A month from 31 January is 29 February (2020 is a leap year), two are 31 March, three 30 April (a Thursday).
    assert told("2020-01-31", "2020-05-08", 1, 1) == [
        ("2020-01-31", "2020-02-28", "2020-03-02", "2020-03-30"),
        ("2020-03-02", "2020-03-30", "2020-03-31", "2020-04-29"),
        ("2020-03-31", "2020-04-29", "2020-04-30", "2020-05-08"),
    ]


def test_the_last_test_is_as_long_as_the_data_and_needs_two_sessions():
    # Of May 2020 there are Friday the 1st and Monday the 4th; with the 1st alone there is no test in May.
    assert told("2020-01-01", "2020-05-04", 3, 1)[-1] == (
        "2020-02-03", "2020-04-30", "2020-05-01", "2020-05-04",
    )  # fmt: skip
    assert told("2020-01-01", "2020-05-01", 3, 1)[-1][2:] == ("2020-04-01", "2020-04-30")


def test_months_count_from_the_start_whatever_the_first_session_is():
    # 1 and 2 February 2020 are a Saturday and a Sunday.
    assert told("2020-02-01", "2020-04-30", 1, 1) == [
        ("2020-02-03", "2020-02-28", "2020-03-02", "2020-03-31"),
        ("2020-03-02", "2020-03-31", "2020-04-01", "2020-04-30"),
    ]


def test_too_short_a_period_is_told():
    with pytest.raises(InputError, match=r"^train: 12 months to choose on and 3 to test on do not fit into 2020-01-01"):
        told("2020-01-01", "2020-12-31", 12, 3)


def test_chaining_keeps_returns():
    # 100 -> 110 -> 99, then 50 -> 55 is 10 % more, 99 x 1.1 = 108.9; then 10 -> 5 halves it.
    parts = [np.array([100.0, 110.0, 99.0]), np.array([50.0, 55.0]), np.array([10.0, 10.0, 5.0])]
    assert chained(parts).tolist() == pytest.approx([100.0, 110.0, 99.0, 108.9, 108.9, 54.45], rel=1e-15)


def test_a_level_that_is_not_known_keeps_the_scale_and_a_total_loss_stays_one():
    found = chained([np.array([10.0, 20.0]), np.array([5.0, np.nan]), np.array([np.nan, 6.0])])
    assert found[:2].tolist() == [10.0, 20.0]
    assert np.isnan(found[2])
    assert found[3] == 24.0  # the scale of the part before: 20 / 5
    assert chained([np.array([10.0, 0.0]), np.array([10.0, 20.0])]).tolist() == [10.0, 0.0, 0.0]
