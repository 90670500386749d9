"""Tracking error, premium and averages: by hand, and Korean funds against pandas."""

import numpy as np
import pandas as pd
import pytest

from etfs.calc.tracking import average_last, premium_discount, shifted, total_return_index, tracking_error

approx = pytest.approx
NAN = float("nan")


def column(*figures):
    return np.array(figures, dtype=float)


def korean(data, code):
    return pd.read_csv(data / "krx" / "kr_etf" / f"{code}.csv", encoding="utf-8-sig")


def test_by_hand():
    # fund +10 %, -10 %, 0; index +8 %, -9 %, +1 %: differences 2, -1, -1 points, mean 0, variance (4 + 1 + 1)/2 = 3
    nav = column(100, 110, 99, 99)
    index = np.cumprod(column(50, 1.08, 0.91, 1.01))
    assert tracking_error(nav, None, index, window=3) == approx(np.sqrt(3) * np.sqrt(252))


def test_distributions_are_returns():
    # 2 paid out of 100 with the index unchanged: the NAV falls to 98, nothing was lost
    nav, paid, index = column(100, 98, 98, 49), column(NAN, 2, NAN, 49), column(7, 7, 7, 7)
    assert tracking_error(nav, paid, index, window=3) == approx(0.0, abs=1e-9)
    assert tracking_error(nav, None, index, window=3) > 100


def test_total_return_index_by_hand():
    # row 1 has no NAV: its 1 is earned on row 2: (101 + 1 + 2)/100 = 1.04, then 1.04 x 50/101... with nothing paid
    found = total_return_index(column(100, NAN, 101, 50.5), column(5, 1, 2, 0))
    assert found[[0, 2, 3]] == approx(column(1, 1.04, 0.52))
    assert np.isnan(found[1])
    assert np.isnan(total_return_index(column(NAN, 0))).all()


def test_a_foreign_index_is_shifted_one_session():
    rng = np.random.default_rng(1)
    index = 100 * np.cumprod(1 + rng.normal(0, 0.01, 80))
    nav = np.r_[99.0, index[:-1]] * 13  # today's NAV knows yesterday's close
    assert tracking_error(nav, None, index, window=60, shift=1) == approx(0.0, abs=1e-9)
    assert tracking_error(nav, None, index, window=60) > 10
    assert shifted(column(1, 2, 3), 1)[1:].tolist() == [1.0, 2.0]
    assert np.isnan(shifted(column(1, 2), 5)).all()
    with pytest.raises(ValueError, match="ahead"):
        shifted(index, -1)


def test_returns_are_between_rows_that_have_both():
    # without the index on row 1 there are two returns: 121/100 and 121/121
    nav, index = column(100, 110, 121, 121), column(10, NAN, 12, 12)
    assert tracking_error(nav, None, index, window=2) == approx(100 * np.std([0.21 - 0.2, 0.0], ddof=1) * np.sqrt(252))
    assert np.isnan(tracking_error(nav, None, index, window=3))


@pytest.mark.parametrize("window", [20, 60, 120, 250])
@pytest.mark.parametrize(("code", "shift"), [("069500", 0), ("360750", 1), ("301400", 0)])
def test_korean_funds_agree_with_pandas(shared_data, code, shift, window):
    table = korean(shared_data, code)
    table["reported"] = table["기초지수"].shift(shift)
    both = table[["NAV", "reported"]].dropna()
    both = both[(both > 0).all(axis=1)]
    difference = both["NAV"].pct_change() - both["reported"].pct_change()
    expected = 100 * difference.tail(window).std() * 252**0.5
    nav, index = table["NAV"].to_numpy(float), table["기초지수"].to_numpy(float)
    assert tracking_error(nav, None, index, window=window, shift=shift) == approx(expected)


def test_korean_funds_are_plausible(shared_data):
    """KODEX 200 keeps within two points of its index, though the file does not have its distributions; an unhedged US
    fund differs from the index in dollars by the exchange rate, yet far less shifted than not."""
    domestic, foreign = korean(shared_data, "069500"), korean(shared_data, "360750")
    here = tracking_error(domestic["NAV"].to_numpy(float), None, domestic["기초지수"].to_numpy(float), window=250)
    assert 0 < here < 2
    nav, index = foreign["NAV"].to_numpy(float), foreign["기초지수"].to_numpy(float)
    with_shift = tracking_error(nav, None, index, window=250, shift=1)
    without = tracking_error(nav, None, index, window=250)
    assert 2 < with_shift < 15
    assert with_shift < without


def test_premium_by_hand():
    found = premium_discount(column(101, 99, 100, NAN, 100), column(100, 100, 0, 100, NAN))
    assert found[:2] == approx(column(1.0, -1.0))
    assert np.isnan(found[2:]).all()


def test_premiums_of_kodex_200_are_small(shared_data):
    table = korean(shared_data, "069500")
    found = premium_discount(table["종가"].to_numpy(float), table["NAV"].to_numpy(float))
    assert np.nanmax(np.abs(found)) < 3
    assert abs(np.nanmedian(found)) < 0.2


def test_average_of_the_last_rows():
    assert average_last(column(9, 1, NAN, 0, 2), 3) == 1.0  # a day without a trade counts, one not known is no row
    assert np.isnan(average_last(column(1, 2), 3))
    assert np.isnan(average_last(column(), 20))
