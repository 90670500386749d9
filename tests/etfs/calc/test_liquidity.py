"""Days to trade a portfolio, by hand and in general."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etfs.calc.liquidity import days_to_trade, liquidity

approx = pytest.approx
NAN = float("nan")


def column(*figures):
    return np.array(figures, dtype=float)


def test_days_by_hand():
    # 1000 at a fifth of 500 a day: 10 days; a short position of 50 of 1000: a quarter of a day
    assert days_to_trade(column(1000, -50, 0), column(500, 1000, NAN)).tolist() == [10.0, 0.25, 0.0]
    assert np.isnan(days_to_trade(column(10, 10), column(NAN, 0))).all()
    assert days_to_trade(column(1000), column(500), participation=0.1).tolist() == [20.0]


def test_a_portfolio_by_hand():
    # capacities 100 and 20 a day (a fifth of 500 and 100): 600 needs 6 days, 400 needs 20
    found = liquidity(column(600, 400), column(500, 100), within=(1, 6, 20), parts=(50, 90, 100))
    assert found.days.tolist() == [6.0, 20.0]
    assert found.tradable == approx(column(12, 72, 100))  # 120; 600 + 120; all
    # 500 at 120 a day: 4.1667; 900 = 720 after 6 days + 180 at 20 a day: 15; all: 20
    assert found.days_to == approx(column(500 / 120, 15, 20))
    assert found.unknown == 0.0


def test_what_is_not_known_is_counted_apart():
    found = liquidity(column(300, 100, 100), column(500, NAN, 0), within=(1000,), parts=(50, 75, 76, 100))
    assert found.unknown == 20.0
    assert found.tradable == approx(column(60))  # the line that never trades is known not to
    # of the 400 that are known 300 trade, 100 a day: 200 in 2 days, 300 in 3, more never
    assert found.days_to[:2] == approx(column(2, 3))
    assert np.isnan(found.days_to[2:]).all()


def test_nothing_to_trade_or_nothing_known():
    empty = liquidity(column(0, 0), column(1, NAN))
    assert empty.days.tolist() == [0.0, 0.0]
    assert np.isnan(empty.tradable).all()
    unknown = liquidity(column(5), column(NAN))
    assert unknown.unknown == 100.0
    assert unknown.tradable.tolist() == [0.0] * 3
    assert np.isnan(unknown.days_to).all()


@pytest.mark.parametrize("participation", [0.0, -0.1, 1.1])
def test_participation_is_a_part(participation):
    with pytest.raises(ValueError, match="participation"):
        liquidity(column(1), column(1), participation=participation)


@given(st.lists(st.tuples(st.floats(1, 1e9), st.floats(1, 1e9)), min_size=1, max_size=20))
def test_what_takes_so_many_days_is_traded_in_them(lines):
    amount, value = (np.array(figures) for figures in zip(*lines, strict=True))
    found = liquidity(amount, value, parts=(25, 50, 90, 100))
    again = liquidity(amount, value, within=tuple(found.days_to))
    assert again.tradable == approx(column(25, 50, 90, 100), rel=1e-6)
    assert found.days_to[-1] == approx(found.days.max())
