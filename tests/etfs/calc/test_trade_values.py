"""What trades were worth, at prices the fund's own list gives."""

import numpy as np
import pytest

from etfs.calc.changes import compare
from etfs.calc.consensus import consensus
from etfs.calc.snapshot import Snapshot
from etfs.calc.splits import Splits
from etfs.calc.trade_values import trade_values

NAN = np.nan


def snapshot(lines):
    """(key, shares, value) of each line; all weigh the same."""
    key, shares, value = (np.array(column) for column in zip(*lines, strict=True))
    return Snapshot.of(key, np.full(len(key), 100 / len(key)), shares, value)


def worth(before, after, splits=None):
    before, after = snapshot(before), snapshot(after)
    found = compare(before, after, splits)
    return dict(zip(found.key.tolist(), trade_values(before, after, found).tolist(), strict=True))


def test_the_later_price_and_of_what_is_gone_the_earlier():
    """1: 10 more at 12; 2: all 5 gone at 8; 3: 4 new at 3; 4: the same count."""
    before = [(1, 10.0, 100.0), (2, 5.0, 40.0), (4, 7.0, 70.0)]
    after = [(1, 20.0, 240.0), (3, 4.0, 12.0), (4, 7.0, 77.0)]
    assert worth(before, after) == {1: 120, 2: -40, 3: 12, 4: 0}


def test_a_split_is_worth_nothing():
    """Three for one, and 30 of the 300 sold at 10."""
    assert worth([(1, 100.0, 3000.0)], [(1, 270.0, 2700.0)], Splits(np.array([1]), np.array([3.0]))) == {1: -300}


def test_without_price_or_count_nobody_knows():
    found = worth([(1, 10.0, NAN), (2, NAN, 50.0), (3, 10.0, 50.0)], [(1, 20.0, NAN), (2, 20.0, 50.0), (3, 0.0, 0.0)])
    assert np.isnan([found[1], found[2]]).all()
    assert found[3] == -50  # still listed, with nothing in it: at the price before


def test_funds_together():
    """7 is bought by two funds and sold by one, 8 dropped without a price; HELD and WEIGHT_UP are no trades."""
    key = np.array([7, 7, 7, 8, 9, 9])
    status = np.array(["ADDED", "BOUGHT", "SOLD", "DROPPED", "HELD", "WEIGHT_UP"])
    found = consensus(key, status, np.array([100.0, 50.0, -30.0, NAN, 5.0, 6.0]))
    assert found.key.tolist() == [7, 8]
    assert found.counts.tolist() == [[1, 1, 1, 0], [0, 0, 0, 1]]
    assert (found.bought.tolist(), found.sold.tolist(), found.net.tolist()) == ([150, 0], [-30, 0], [120, 0])
    assert found.unvalued.tolist() == [0, 1]


def test_nothing_traded():
    nothing = consensus(np.zeros(0, np.int64), np.zeros(0, dtype="<U8"), np.zeros(0))
    assert len(nothing.key) == len(nothing.net) == 0
    assert nothing.net.sum() == pytest.approx(0)
