"""What a fund did between two compositions: by hand, and ARKK across Tesla's split."""

import numpy as np
import pytest

from etfs.calc.changes import Change, compare, turnover
from etfs.calc.snapshot import Snapshot
from etfs.calc.splits import Splits, detect_splits
from tests.etfs.calc.ark import ark_lines, ark_snapshot

approx = pytest.approx
NAN = float("nan")

BEFORE = Snapshot.of(
    np.array([10, 20, 30, 40]),
    np.array([40.0, 30, 20, 10]),
    np.array([100.0, 50, 70, 10]),
    np.array([400.0, 300, 200, 100]),
)
AFTER = Snapshot.of(
    np.array([50, 20, 40, 10]),
    np.array([5.0, 35, 20, 40]),
    np.array([9.0, 60, 10, 80]),
    np.array([50.0, 350, 200, 400]),
)


def test_changes_by_hand():
    found = compare(BEFORE, AFTER)
    assert found.key.tolist() == [10, 20, 30, 40, 50]
    assert found.status.tolist() == ["SOLD", "BOUGHT", "DROPPED", "HELD", "ADDED"]
    assert found.share_change.tolist() == [-20, 10, -70, 0, 9]
    assert found.weight_change.tolist() == [0, 5, -20, 10, 5]  # dropped: minus its weight; added: its weight
    assert found.value_change.tolist() == [0, 50, -200, 100, 50]
    assert found.rows(Change.BOUGHT).tolist() == [False, True, False, False, False]


def test_a_split_is_no_purchase():
    before = Snapshot.of(np.array([1, 2, 3]), np.zeros(3), np.array([101.0, 100, 100]))
    after = Snapshot.of(np.array([1, 2, 3]), np.zeros(3), np.array([151.0, 160, 140]))
    found = compare(before, after, Splits(np.array([1, 2, 3]), np.full(3, 1.5)))
    # 101 x 3 / 2 = 151.5: the half is paid in cash; 150 -> 160 and 150 -> 140 are trades
    assert found.status.tolist() == ["HELD", "BOUGHT", "SOLD"]
    assert found.shares_before.tolist() == [151.5, 150.0, 150.0]
    assert found.share_change.tolist() == [-0.5, 10.0, -10.0]


def test_without_share_counts_a_weight_that_rose_is_no_purchase():
    before = Snapshot.of(np.arange(4), np.array([10.0, 20, 30, NAN]), np.array([NAN, 5, NAN, NAN]))
    after = Snapshot.of(np.arange(4), np.array([12.0, 15, 30, 5]), np.array([3.0, NAN, NAN, NAN]))
    found = compare(before, after)
    assert found.status.tolist() == ["WEIGHT_UP", "WEIGHT_DOWN", "HELD", "HELD"]
    assert np.isnan(found.share_change).all()
    assert found.weight_change[:3].tolist() == [2.0, -5.0, 0.0]
    assert np.isnan(found.weight_change[3])


def test_lines_of_one_key_are_added_first():
    before = Snapshot.of(np.array(["A", "A"]), np.array([1.0, 2.0]), np.array([10.0, 20.0]))
    after = Snapshot.of(np.array(["A"]), np.array([3.0]), np.array([30.0]))
    assert compare(before, after).status.tolist() == ["HELD"]


def test_nothing_before_all_added():
    empty = Snapshot.of(np.zeros(0, dtype=int), np.zeros(0))
    assert compare(empty, BEFORE).status.tolist() == ["ADDED"] * 4
    assert compare(BEFORE, empty).weight_change.tolist() == [-40, -30, -20, -10]


def test_turnover_by_hand():
    # 20 out, 5 + 10 + 5 in: half of 40
    assert turnover(compare(BEFORE, AFTER).weight_change) == 20.0
    assert turnover(np.array([NAN, 4.0, -4.0])) == 4.0


def test_arkk_across_the_split_of_tesla(shared_data):
    before, after = (ark_snapshot(shared_data, "ARKK", day) for day in ("2022-08-25", "2022-08-26"))
    at = compare(before, after).key.tolist().index("TSLA")
    assert compare(before, after).status[at] == "BOUGHT"  # what one would believe without the split
    found = compare(before, after, detect_splits(before, after))
    # 966,585 x 3 = 2,899,755; 2,923,160 the day after: 23,405 new shares really were bought (0.8 %)
    assert found.shares_before[at] == 2_899_755
    assert found.share_change[at] == 23_405
    assert found.value_change[at] == approx(2_923_160 * 296.07 - 966_585 * 891.29, rel=1e-5)


def test_arkk_of_a_month_every_line_is_accounted_for(shared_data):
    before, after = (ark_snapshot(shared_data, "ARKK", day) for day in ("2022-11-01", "2022-12-01"))
    found = compare(before, after)
    then, now = (
        ark_lines(shared_data, "ARKK", day).groupby("ticker")["shares"].sum() for day in ("2022-11-01", "2022-12-01")
    )
    assert set(found.key[found.rows(Change.ADDED)]) == set(now.index) - set(then.index)
    assert set(found.key[found.rows(Change.DROPPED)]) == set(then.index) - set(now.index)
    both = now.index.intersection(then.index)
    assert set(found.key[found.rows(Change.BOUGHT)]) == set(both[now[both] > then[both]])
    assert found.weight_change.sum() == approx(after.weight.sum() - before.weight.sum(), abs=1e-9)
