"""Lines of a fund, one row per security."""

import numpy as np
import pytest

from etfs.calc.holdings import holdings
from etfs.calc.snapshot import Snapshot

NAN = float("nan")


def test_lines_of_one_key_are_added_and_what_one_lacks_is_not_known():
    found = Snapshot.of(
        np.array([3, 1, 3]), np.array([2.0, 5, 1]), np.array([10.0, NAN, NAN]), np.array([7.0, 1, 2])
    ).added()
    assert found.key.tolist() == [1, 3]
    assert found.weight.tolist() == [5.0, 3.0]
    assert np.isnan(found.shares).all()
    assert found.value.tolist() == [1.0, 9.0]


def test_rows_of_other_keys():
    one = Snapshot.of(np.array(["A", "C"]), np.array([1.0, 2.0])).spread(np.array(["A", "B", "C", "D"]), 0.0)
    assert one.weight.tolist() == [1.0, 0.0, 2.0, 0.0]
    assert np.isnan(one.shares[[0, 2]]).all()  # there, but not known
    assert one.shares[[1, 3]].tolist() == [0.0, 0.0]  # not there


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="2 keys"):
        Snapshot.of(np.array([1, 2]), np.array([1.0]))


def test_holdings_by_fund_and_key():
    found = holdings(np.array([1, 0, 1, 1]), np.array([5, 5, 4, 5]), np.array([2.0, NAN, 3, -4]), 2)
    assert found.fund.tolist() == [0, 1, 1]
    assert found.key.tolist() == [5, 4, 5]
    assert found.weight.tolist() == [0.0, 3.0, -2.0]
    assert found.held().key.tolist() == [5, 4]
