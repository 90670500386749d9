"""Splits seen in a fund's own lines, by hand and in ARK's files."""

import numpy as np
import pytest

from etfs.calc.snapshot import Snapshot
from etfs.calc.splits import Splits, Tolerance, detect_splits
from tests.etfs.calc.ark import ark_days, ark_snapshot

NAN = float("nan")


def pair(shares, price, shares_after, price_after):
    """Snapshots of lines 0, 1, 2 ... with these figures before and after."""
    key, nothing = np.arange(len(shares)), np.full(len(shares), NAN)
    return tuple(
        Snapshot.of(key, nothing, np.array(count, dtype=float), np.multiply(count, at, dtype=float))
        for count, at in ((shares, price), (shares_after, price_after))
    )


def found(*figures, **options):
    return detect_splits(*pair(*([figure] for figure in figures)), **options).ratio.tolist()


def test_tesla_as_the_fund_showed_it():
    assert found(966_585, 891.29, 2_923_160, 296.07) == [3.0]


@pytest.mark.parametrize("ratio", [1.5, 2, 3, 4, 5, 7, 10, 20, 50, 1 / 2, 1 / 5, 1 / 10, 1 / 25])
def test_usual_ratios_with_a_price_that_moved_too(ratio):
    for move in (0.96, 1.0, 1.04):
        assert found(1_000_000, 80.0, 1_000_000 * ratio, 80.0 / ratio * move) == [pytest.approx(ratio)]


def test_neither_a_trade_nor_a_fall_is_a_split():
    assert found(1000, 80, 3000, 80) == []  # bought two thirds
    assert found(1000, 80, 1000, 27) == []  # lost two thirds
    assert found(1000, 80, 1500, 60) == []  # bought half as much again of what fell by a quarter
    assert found(1000, 80, 2000, 32) == []  # 5:2 is 25 % away from 2:1
    assert found(1000, 80, 1000, 80) == []


def test_shares_or_value_not_known():
    assert found(1000, NAN, 3000, 27) == []
    assert found(0, 80, 3000, 27) == []
    before, after = Snapshot.of(np.array([1]), np.array([5.0])), Snapshot.of(np.array([1]), np.array([5.0]))
    assert detect_splits(before, after).ratio.tolist() == []


def test_what_is_known_wins():
    before, after = pair([1000, 1000], [90, 90], [3000, 1700], [30, 54])
    known = Splits(np.array([1, 0]), np.array([5 / 3, 1.0]))  # 0 did not split, 1 split 5:3
    splits = detect_splits(before, after, known)
    assert splits.key.tolist() == [1]
    assert splits.ratio.tolist() == [5 / 3]
    assert splits.of(np.array([0, 1, 2])).tolist() == [1.0, 5 / 3, 1.0]


def test_tolerances_can_be_tightened():
    assert found(1000, 90, 3000, 28, tolerance=Tolerance(price=0.01)) == []  # 90 / 28 = 3.21


def test_a_key_cannot_have_two_ratios():
    with pytest.raises(ValueError, match="two split ratios"):
        Splits(np.array([1, 1]), np.array([2.0, 3.0])).of(np.array([1]))


def test_all_of_arkk_2022_has_the_splits_there_were_and_no_other(shared_data):
    """Tesla 3:1 on 2022-08-25 and Shopify 10:1 on 2022-06-29, each a day later in the file; 300 pairs of days."""
    days = ark_days(shared_data, "ARKK")
    seen = []
    before = ark_snapshot(shared_data, "ARKK", days[0])
    for day in days[1:]:
        after = ark_snapshot(shared_data, "ARKK", day)
        splits = detect_splits(before, after)
        seen += [(day, str(key), float(ratio)) for key, ratio in zip(splits.key, splits.ratio, strict=True)]
        before = after
    assert len(days) == 305
    assert [(ticker, ratio) for _, ticker, ratio in seen] == [("SHOP", 10.0), ("TSLA", 3.0)]
    assert seen[1][0] == "2022-08-26"
