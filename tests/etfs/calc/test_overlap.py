"""Overlap of funds: FORMULAS.md section 6, by hand, in general and against dictionaries; and fast."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etfs.calc.overlap import active_shares, common_holdings, overlaps

approx = pytest.approx
NAN = float("nan")

LINES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12), st.floats(-20, 60)), max_size=60)


def arrays(lines):
    fund, key, weight = (np.array(column) for column in zip(*lines, strict=True)) if lines else (np.zeros(0, int),) * 3
    return fund, key, weight.astype(float)


def by_dictionary(lines, a, b):
    """Overlap and number of common names, one name after the other."""
    sums = [{}, {}]
    for fund, key, weight in lines:
        for side, one in enumerate((a, b)):
            if fund == one:
                sums[side][key] = sums[side].get(key, 0.0) + weight
    both = [key for key, weight in sums[0].items() if weight >= 0 and sums[1].get(key, -1) >= 0]
    return sum(min(sums[0][key], sums[1][key]) for key in both), len(both)


def overlap(left, right):
    """Of two funds with these weights of the same names."""
    fund, key = np.repeat([0, 1], len(left)), np.tile(np.arange(len(left)), 2)
    return overlaps(fund, key, np.array([*left, *right]), 2).percent[0, 1]


def test_overlap_by_hand():
    # A 40/10 -> 10, B 30/30 -> 30, C 30/0 -> 0, D 0/60 -> 0
    assert overlap([40.0, 30, 30, 0], [10.0, 30, 0, 60]) == 40.0


def test_a_short_position_is_shared_with_nobody():
    # min(-10, 5) = -10 would take away from the 20 they do share
    assert overlap([20.0, -10.0], [25.0, 5.0]) == 20.0
    assert overlap([-10.0], [-10.0]) == 0.0
    assert overlap([NAN, 1.0], [3.0, 1.0]) == 1.0


def test_matrix_by_hand():
    # fund 0: A 60, B 40; fund 1: A 10 + 15 (two lines), C 75; fund 2: C 50
    fund, key = np.array([0, 0, 1, 1, 1, 2]), np.array([1, 2, 1, 1, 3, 3])
    found = overlaps(fund, key, np.array([60.0, 40, 10, 15, 75, 50]), 4)
    assert found.percent.tolist() == [[100, 25, 0, 0], [25, 100, 50, 0], [0, 50, 50, 0], [0, 0, 0, 0]]
    assert found.common.tolist() == [[2, 1, 0, 0], [1, 2, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_common_holdings_most_in_common_first():
    found = common_holdings(
        np.array([5, 1, 9, 1]), np.array([30.0, 10, 4, 5]), np.array([9, 1, 5]), np.array([4.0, 20, 4])
    )
    assert found.key.tolist() == [1, 5, 9]
    assert found.left.tolist() == [15.0, 30.0, 4.0]
    assert found.right.tolist() == [20.0, 4.0, 4.0]
    assert found.shared.tolist() == [15.0, 4.0, 4.0]


@settings(deadline=None)
@given(LINES)
def test_matrix_agrees_with_dictionaries(lines):
    found = overlaps(*arrays(lines), 5)
    for a in range(5):
        for b in range(5):
            percent, common = by_dictionary(lines, a, b)
            assert found.percent[a, b] == approx(percent, abs=1e-9)
            assert found.common[a, b] == common


@settings(deadline=None)
@given(LINES)
def test_matrix_is_symmetric_and_bounded_by_the_funds_themselves(lines):
    percent = overlaps(*arrays(lines), 5).percent
    own = np.diag(percent)
    assert np.array_equal(percent, percent.T)
    assert (percent >= 0).all()
    assert (percent <= np.minimum(own[:, None], own[None, :]) + 1e-9).all()


@pytest.mark.parametrize("universe", [90, 1000, 20_000])
def test_many_funds_fast_and_right_however_common_their_names(universe):
    rng, funds, lines = np.random.default_rng(universe), 100, 500
    fund = np.repeat(np.arange(funds), lines)
    key, weight = rng.integers(0, universe, funds * lines), rng.uniform(0, 1, funds * lines)
    took = []
    for _ in range(3):
        start = time.process_time()
        found = overlaps(fund, key, weight, funds)
        took.append(time.process_time() - start)
    table = pd.DataFrame({"fund": fund, "key": key, "weight": weight}).pivot_table(
        index="key", columns="fund", values="weight", aggfunc="sum"
    )
    for a, b in [(0, 1), (3, 97), (50, 50)]:
        both = table[[a, b]].dropna() if a != b else table[[a]].dropna()
        assert found.percent[a, b] == approx(both.min(axis=1).sum())
        assert found.common[a, b] == len(both)
    assert min(took) < 0.1  # seconds of computing, all threads: others may be busy on this machine


def test_no_lines_at_all():
    found = overlaps(np.zeros(0, int), np.zeros(0, int), np.zeros(0), 2)
    assert found.percent.tolist() == [[0, 0], [0, 0]]


def test_active_share_is_half_of_what_is_apart():
    """60/40 against 30/70 of the same two names: half of 30 + 30; against a third name alone: everything."""
    fund, key = np.array([0, 0, 1, 1, 2]), np.array([1, 2, 1, 2, 3])
    found = active_shares(overlaps(fund, key, np.array([60.0, 40.0, 30.0, 70.0, 100.0]), 3).percent)
    assert found == pytest.approx(np.array([[0, 30, 100], [30, 0, 100], [100, 100, 0]]))


def test_active_share_of_weights_that_do_not_add_up():
    """50 of a name against 20 of it and 10 of another: half of 30 + 10."""
    percent = overlaps(np.array([0, 1, 1]), np.array([1, 1, 2]), np.array([50.0, 20.0, 10.0]), 2).percent
    assert active_shares(percent)[0, 1] == pytest.approx(20)
