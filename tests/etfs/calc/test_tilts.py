"""Weighted factor scores of funds: by hand and against pandas."""

import numpy as np
import pandas as pd
import pytest

from etfs.calc.tilts import tilts

approx = pytest.approx
NAN = float("nan")


def test_by_hand():
    # fund 0: stock 0 in two lines of 20 and 10, stock 1 with 50, one without a number with 20; fund 1: nothing
    fund, stock = np.array([0, 0, 0, 0]), np.array([0, 0, 1, -1])
    score = np.array([[1.0, 2.0], [-1.0, NAN]])
    found = tilts(fund, stock, np.array([20.0, 10, 50, 20]), score, 2)
    # (30 x 1 - 50 x 1) / 80 and 30 x 2 / 30; with a score 80 and 30 of 100
    assert found.score[0] == approx([-0.25, 2.0])
    assert found.coverage[0] == approx([80.0, 30.0])
    assert np.isnan(found.score[1]).all()
    assert np.isnan(found.coverage[1]).all()


def test_short_stocks_are_left_out_after_their_lines_are_added():
    fund, stock, score = np.zeros(4, dtype=int), np.array([0, 1, 1, 2]), np.array([[1.0], [5.0], [3.0]])
    found = tilts(fund, stock, np.array([40.0, 30, -10, -5]), score, 1)
    assert found.score[0, 0] == approx((40 * 1 + 20 * 5) / 60)
    assert found.coverage[0, 0] == approx(100.0)


def test_nobody_scored():
    found = tilts(np.array([0]), np.array([0]), np.array([50.0]), np.array([[NAN]]), 1)
    assert np.isnan(found.score[0, 0])
    assert found.coverage[0, 0] == 0.0


def test_many_funds_agree_with_pandas():
    rng = np.random.default_rng(7)
    lines = pd.DataFrame({"fund": rng.integers(0, 30, 5000), "stock": rng.integers(0, 400, 5000)})
    lines = lines.drop_duplicates()
    lines["weight"] = rng.uniform(0, 2, len(lines))
    score = rng.normal(0, 1, (400, 3))
    score[rng.random((400, 3)) < 0.3] = np.nan
    found = tilts(lines["fund"].to_numpy(), lines["stock"].to_numpy(), lines["weight"].to_numpy(), score, 30)
    for factor in range(3):
        lines["score"] = score[lines["stock"], factor]
        known = lines.dropna()
        expected = known.groupby("fund").apply(lambda rows: np.average(rows["score"], weights=rows["weight"]))
        covered = 100 * known.groupby("fund")["weight"].sum() / lines.groupby("fund")["weight"].sum()
        assert found.score[:, factor] == approx(expected.to_numpy())
        assert found.coverage[:, factor] == approx(covered.to_numpy())
