"""etf_preference: FORMULAS.md section 6, by hand and against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etfs.calc.preference import etf_preference, large_holders

approx = pytest.approx


@pytest.mark.parametrize(
    ("funds", "exposure", "expected"),
    [
        (0, 0.0, 0.0),  # held by none
        (1, 2.5e9, 0.6 + 0.5),  # 3/5 and 2 x 2.5/10
        (3, 1e10, 1.8 + 2.0),
        (5, 5e9, 3.0 + 1.0),
        (12, 8e11, 5.0),  # both at their most
    ],
)
def test_by_hand(funds, exposure, expected):
    assert etf_preference(np.array([funds]), np.array([exposure])) == approx(expected)


@given(st.integers(0, 1000), st.floats(0, 1e15), st.integers(0, 5), st.floats(0, 1e10))
def test_between_0_and_5_and_never_less_with_more(funds, exposure, more_funds, more):
    here = etf_preference(np.array([funds]), np.array([exposure]))[0]
    there = etf_preference(np.array([funds + more_funds]), np.array([exposure + more]))[0]
    assert 0 <= here <= there <= 5


def test_holders_by_hand():
    # fund 0: 2e12 KRW, stock 0 twice (3 + 2 %), stock 1 with 10 %; fund 1: 5e12, stock 0 with 1 %;
    # fund 2: assets not known; fund 1 is short of stock 2
    fund, stock = np.array([0, 0, 0, 1, 2, 1]), np.array([0, 0, 1, 0, 1, 2])
    weight = np.array([3.0, 2, 10, 1, 50, -4])
    count, exposure = large_holders(
        stock=stock, fund=fund, weight=weight, assets=np.array([2e12, 5e12, np.nan]), stocks=4,
    )  # fmt: skip
    assert count.tolist() == [2, 1, 0, 0]
    assert exposure == approx(np.array([1e11 + 5e10, 2e11, 0, 0]))


def test_holders_agree_with_pandas():
    rng = np.random.default_rng(5)
    lines = pd.DataFrame({"fund": rng.integers(0, 20, 2000), "stock": rng.integers(0, 300, 2000)})
    lines["weight"] = rng.uniform(0, 3, 2000)
    assets = rng.uniform(1e11, 1e13, 20)
    assets[::4] = np.nan  # not known: not counted
    large = np.isfinite(assets)
    lines["won"] = lines["weight"] / 100 * assets[lines["fund"]]
    of_large = lines[large[lines["fund"]]].groupby("stock").agg(funds=("fund", "nunique"), won=("won", "sum"))
    of_large = of_large.reindex(range(300), fill_value=0)
    count, exposure = large_holders(
        stock=lines["stock"].to_numpy(), fund=lines["fund"].to_numpy(), weight=lines["weight"].to_numpy(),
        assets=assets, stocks=300,
    )  # fmt: skip
    assert count.tolist() == of_large["funds"].tolist()
    assert exposure == approx(of_large["won"].to_numpy())
