"""Net flows: by hand, in general, and KODEX 200 as the exchange published it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from etfs.calc.category_flows import category_flows, largest, rotation_signal
from etfs.calc.flows import net_flows

approx = pytest.approx
NAN = float("nan")


def column(*figures):
    return np.array(figures, dtype=float)


def test_by_shares_by_hand():
    # (120 - 100) x 11 = 220; (110 - 120) x 10 = -100
    found = net_flows(column(100, 120, 110), column(10, 11, 10), column(NAN, NAN, NAN))
    assert np.isnan(found.amount[0])
    assert found.amount[1:].tolist() == [220.0, -100.0]
    assert not found.by_assets.any()


def test_a_split_of_the_fund_is_no_inflow():
    # 100 units at 30 become 300 at 10; 30 more are created: 30 x 10
    found = net_flows(column(100, 330), column(30, 10), column(NAN, NAN), column(NAN, 3))
    assert found.amount[1] == 300.0
    by_assets = net_flows(column(NAN, NAN), column(30, 10), column(3000, 3300), column(1, 3))
    assert by_assets.amount[1] == approx(300.0)
    assert by_assets.by_assets.tolist() == [False, True]


def test_by_assets_where_a_count_is_missing_by_hand():
    # 1000 x 11/10 = 1100 without a flow; 1300 are there
    found = net_flows(column(NAN, 100), column(10, 11), column(1000, 1300))
    assert found.amount[1] == approx(200.0)
    assert found.by_assets[1]


def test_a_distribution_is_no_outflow():
    # 100 units at 50, of which 2 are paid out: NAV 48, assets 4800, nobody sold
    assert net_flows(column(NAN, NAN), column(50, 48), column(5000, 4800)).amount[1] == approx(0.0)
    assert net_flows(column(100, 100), column(50, 48), column(5000, 4800)).amount[1] == 0.0


def test_the_previous_row_is_the_last_that_exists():
    # nothing known on the second day, a split on it; 100 -> 200 -> 250 at 6
    found = net_flows(column(100, NAN, 250), column(10, 5.5, 6), column(NAN, NAN, NAN), column(1, 2, 1))
    assert np.isnan(found.amount[:2]).all()
    assert found.amount[2] == 300.0


def test_a_day_with_assets_alone_is_a_row():
    # day 1 by assets: 1500 - 1000 x 11/10 = 400; day 2 has a count, but not day 1: 1200 - 1500 x 12/11 < 0
    found = net_flows(column(100, NAN, 100), column(10, 11, 12), column(1000, 1500, 1200))
    assert found.amount[1:] == approx(column(400, 1200 - 1500 * 12 / 11))
    assert found.by_assets.tolist() == [False, True, True]


def test_neither_possible():
    assert np.isnan(net_flows(column(100, 120), column(10, NAN), column(1000, 1200)).amount).all()
    assert np.isnan(net_flows(column(NAN, 120), column(10, 11), column(NAN, 1200)).amount).all()
    assert net_flows(column(), column(), column()).amount.shape == (0,)


def test_a_grid_is_its_funds():
    rng = np.random.default_rng(3)
    shares, nav, assets = rng.uniform(50, 60, (30, 4)), rng.uniform(9, 11, (30, 4)), rng.uniform(500, 600, (30, 4))
    for figures in (shares, nav, assets):
        figures[rng.random((30, 4)) < 0.2] = np.nan
    split = np.where(rng.random((30, 4)) < 0.1, 2.0, 1.0)
    grid = net_flows(shares, nav, assets, split)
    for fund in range(4):
        alone = net_flows(shares[:, fund], nav[:, fund], assets[:, fund], split[:, fund])
        assert np.array_equal(grid.amount[:, fund], alone.amount, equal_nan=True)
        assert np.array_equal(grid.by_assets[:, fund], alone.by_assets)


SERIES = npst.arrays(float, st.shared(st.integers(1, 30), key="days"), elements=st.floats(1, 1000))


@given(SERIES, SERIES)
def test_flows_telescope(shares, nav):
    """Flows over NAV add up to the units created; and both formulas agree where assets are shares x NAV."""
    found = net_flows(shares, nav, np.full(len(nav), NAN))
    assert np.nansum(found.amount / nav) == approx(shares[-1] - shares[0], abs=1e-6)
    by_assets = net_flows(np.full(len(nav), NAN), nav, shares * nav)
    assert by_assets.amount == approx(found.amount, rel=1e-6, abs=1e-6, nan_ok=True)


def test_kodex_200_as_published(shared_data):
    """The count of a row is the one before the day's creations: AUM_d = NAV_d x count of d + 1, to the NAV's digits."""
    table = pd.read_csv(
        shared_data / "krx" / "MDCSTAT04501_KR7069500007_20200101_20200531.csv", thousands=",", parse_dates=["TRD_DD"]
    ).sort_values("TRD_DD")
    nav, assets = table["LST_NAV"].to_numpy(float), table["INVSTASST_NETASST_TOTAMT"].to_numpy(float)
    shares = table["LIST_SHRS"].shift(-1).to_numpy(float)  # shifted as on import
    assert (np.abs(assets - nav * shares)[:-1] <= 0.005 * shares[:-1] + 1).all()  # half of 0.01 won: about 2e-7
    by_shares, by_assets = net_flows(shares, nav, assets), net_flows(np.full(len(nav), NAN), nav, assets)
    days = pd.DataFrame({"units": shares, "nav": nav}).dropna()
    expected = (days["units"].diff() * days["nav"]).sum()
    assert np.nansum(by_shares.amount[:-1]) == approx(expected)
    assert by_shares.by_assets.tolist() == [False] * (len(nav) - 1) + [True]  # the newest count is not known yet
    # The two ways differ by what the digits of NAV and assets leave: 4e-7 of the assets.
    assert np.abs(by_shares.amount - by_assets.amount)[1:].max() < 4e-7 * assets.max()
    # A fund of 5 trillion won moves by up to a tenth a day, in units of 50,000.
    assert np.nanmax(np.abs(by_shares.amount[:-1])) < 0.2 * assets.max()


def test_category_sums_by_hand():
    flow = np.array([[10.0, NAN, -5.0, 7.0], [5.0, 20.0, -10.0, NAN]])
    found = category_flows(flow, column(1000, 2000, 500, NAN), np.array([0, 0, 1, 2]), 4)
    assert found.net.tolist() == [35.0, -15.0, 7.0, 0.0]
    assert found.assets_before.tolist() == [3000.0, 500.0, 0.0, 0.0]
    assert found.percent[:2] == approx(column(35 / 30, -3.0))
    assert np.isnan(found.percent[2:]).all()
    assert found.funds.tolist() == [2, 1, 1, 0]


def test_largest_flows_only_in_their_own_direction():
    inflow, outflow = largest(column(5, -1, 9, 5, 0, NAN, 7))
    assert inflow.tolist() == [2, 6, 0]
    assert outflow.tolist() == [1]


def test_rotation_needs_both_directions_above_half_a_percent():
    assert rotation_signal(column(0.6, -0.6, NAN)) == "ROTATION"
    assert rotation_signal(column(0.6, -0.5)) == "STABLE"
    assert rotation_signal(column(0.6, 3.0)) == "STABLE"
    assert rotation_signal(column(NAN)) == "STABLE"
    assert rotation_signal(column()) == "STABLE"
