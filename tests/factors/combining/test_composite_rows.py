"""Stored composites, read as one array."""

import datetime as dt

import numpy as np
import pytest

from factors.store import Composites, composites_read, composites_write

NAN = float("nan")
FIRST = dt.date(2024, 1, 2)
DAYS = [FIRST + dt.timedelta(days=more) for more in range(3)]


def write(strategy, ids, score):
    days = (np.array(DAYS, dtype="datetime64[D]") - np.datetime64("1970-01-01")).astype(np.int32)
    ranks = np.ones(np.shape(score), dtype=np.int32)
    composites_write(
        strategy, DAYS[0], DAYS[-1], Composites(days, np.array(ids, dtype=np.int32), np.array(score), ranks)
    )


@pytest.mark.django_db(transaction=True)
def test_each_score_stands_at_its_day_and_instrument():
    """Instruments 3 and 5 are asked for with 4, which has none, and neither 2 nor 9; the day between is not asked."""
    write(1, [2, 3, 5, 9], [[1.0, 20.5, NAN, 2.0], [3.0, 4.0, 5.0, 6.0], [7.0, NAN, 80.25, 8.0]])
    write(2, [3, 4, 5], np.full((3, 3), 99.0))
    found = composites_read(1, [DAYS[0], DAYS[2]], np.array([3, 4, 5], dtype=np.int32))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [[20.5, NAN, NAN], [NAN, NAN, 80.25]])


@pytest.mark.django_db(transaction=True)
def test_what_is_not_stored_has_no_score():
    write(1, [3], [[1.0], [2.0], [3.0]])
    before = [FIRST - dt.timedelta(days=1), FIRST]
    np.testing.assert_array_equal(composites_read(1, before, np.array([3])), [[NAN], [1.0]])
    np.testing.assert_array_equal(composites_read(7, DAYS, np.array([3])), np.full((3, 1), NAN))
    assert composites_read(1, [], np.array([3])).shape == (0, 1)
    assert composites_read(1, DAYS, np.zeros(0, np.int32)).shape == (3, 0)
