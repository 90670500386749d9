"""What funds cost to hold, by hand."""

import numpy as np
import pytest

from etfs.calc.costs import holding_costs

approx = pytest.approx


def test_costs_by_hand():
    # 1 % of 1000 twice: 10, then 1 % of 990 = 9.90; 0.5 %: 5, then 4.975; free: nothing
    found = holding_costs(np.array([1.0, 0.5, 0.0, np.nan]), 1000.0, 2)
    assert found.first_year[:3].tolist() == [10.0, 5.0, 0.0]
    assert found.total[:3] == approx(np.array([19.9, 9.975, 0.0]))
    assert found.extra[:3] == approx(np.array([19.9, 9.975, 0.0]))
    assert np.isnan([found.first_year[3], found.total[3], found.extra[3]]).all()


def test_extra_is_above_the_cheapest():
    found = holding_costs(np.array([0.3, 0.05, 0.2]), 1e6, 10)
    assert found.extra[1] == 0.0
    assert found.extra[0] == approx(found.total[0] - found.total[1])


def test_edges():
    assert holding_costs(np.array([100.0]), 50.0, 3).total.tolist() == [50.0]
    assert np.isnan(holding_costs(np.array([np.nan]), 50.0, 3).extra).all()
    with pytest.raises(ValueError, match="percentage"):
        holding_costs(np.array([101.0]), 50.0, 3)
