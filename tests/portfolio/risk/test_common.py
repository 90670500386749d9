"""Returns and tracks on common dates, and captures, by hand."""

import numpy as np
import pytest

from portfolio.calc.capture import capture_of
from portfolio.calc.common import common_pace, common_returns, common_track
from portfolio.calc.statistics import Track

NAN = np.nan
DAYS = np.array(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"], dtype="datetime64[D]")


def test_returns_span_what_one_of_the_assets_misses():
    closes = np.array([[100, 50], [110, NAN], [121, 55], [NAN, 66], [133.1, 66]])
    found = common_returns(closes, fewest=2)
    assert found.rows.tolist() == [0, 2, 4]
    assert found.values == pytest.approx(np.array([[0.21, 0.1], [0.1, 0.2]]))
    assert (found.columns.tolist(), found.left_out.tolist()) == ([0, 1], [])


def test_an_asset_with_too_few_closes_is_left_out():
    closes = np.array([[1, NAN, 4], [2, 7, 5], [4, 7, 6.0]])
    found = common_returns(closes, fewest=2)
    assert (found.columns.tolist(), found.left_out.tolist()) == ([0, 2], [1])
    assert found.values == pytest.approx(np.array([[1, 0.25], [1, 0.2]]))


def test_of_two_that_never_trade_together_the_shorter_is_left_out():
    closes = np.full((7, 2), NAN)
    closes[:4, 0], closes[4:, 1] = 1.0, 1.0
    found = common_returns(closes, fewest=2)
    assert (found.columns.tolist(), found.left_out.tolist(), len(found.values)) == ([0], [1], 3)


def test_nothing_has_closes():
    found = common_returns(np.full((3, 2), NAN), fewest=1)
    assert (found.values.shape, found.rows.tolist(), found.left_out.tolist()) == ((0, 0), [], [0, 1])


def test_the_pace_of_common_returns():
    """Three of the four returns of the first asset, as the second misses a date; before the span nothing counts."""
    closes = np.array([[9, NAN], [100, 50], [110, NAN], [121, 55], [121, 66], [133, 66]])
    found = common_returns(closes, fewest=2)
    assert common_pace(closes, found.rows, found.columns) == pytest.approx(3 / 4)
    assert common_pace(closes[:, :1], np.arange(6), np.array([0])) == 1
    assert common_pace(closes, found.rows[:1], found.columns) == 1


def test_a_holiday_of_the_benchmark_costs_no_return():
    track = Track(np.array([1, 1.1, 1.21, 1.331]), DAYS, np.array([10, NAN, 12, 12.0]), 0.03)
    found = common_track(track)
    assert found.dates.tolist() == DAYS[[0, 2, 3]].tolist()
    assert found.pairs.own == pytest.approx([0.21, 0.1])
    assert found.pairs.benchmark == pytest.approx([0.2, 0])
    assert found.risk_free == 0.03


def test_no_track_without_two_common_dates():
    assert common_track(Track(np.ones(4), DAYS)) is None
    assert common_track(Track(np.ones(4), DAYS, np.array([NAN, 5, NAN, NAN]))) is None


def test_captures_by_hand():
    # up: sqrt(1.1 x 1.21) - 1 against sqrt(1.21 x 1.21) - 1 = 0.21; down: -0.05 against -0.1
    own, benchmark = np.array([0.1, 0.21, -0.05, 0.5]), np.array([0.21, 0.21, -0.1, 0.0])
    found = capture_of(own, benchmark)
    assert found.up == pytest.approx(100 * (1.331**0.5 - 1) / 0.21)
    assert found.down == pytest.approx(50)
    assert capture_of(own[:2], benchmark[:2]).down is None
