"""The best k, against sorting everything."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backtests.calc.choice import best


def test_ties_by_ticker():
    score, everybody = np.array([1.0, 3.0, 3.0, 3.0, 2.0]), np.ones(5, dtype=bool)
    rank = np.array([0, 4, 1, 3, 2])
    assert best(score, everybody, 2, rank).tolist() == [2, 3]
    assert best(score, everybody, 4, rank).tolist() == [2, 3, 1, 4]


def test_nobody():
    score, everybody = np.array([np.nan, 1.0]), np.ones(2, dtype=bool)
    assert best(score, everybody, 5, np.arange(2)).tolist() == [1]
    assert best(score, ~everybody, 5, np.arange(2)).tolist() == []
    assert best(score, everybody, 0, np.arange(2)).tolist() == []
    assert best(score, everybody, -3, np.arange(2)).tolist() == []


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.0, 2.5, float("nan")]), st.booleans()), max_size=40),
    st.integers(0, 45),
)
def test_is_what_sorting_gives(rows, count):
    score, pool = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], dtype=bool)
    rank = np.random.default_rng(len(rows)).permutation(len(rows))
    possible = [i for i in range(len(rows)) if pool[i] and score[i] == score[i]]
    expected = sorted(possible, key=lambda i: (-score[i], rank[i]))[:count]
    assert best(score, pool, count, rank).tolist() == expected
