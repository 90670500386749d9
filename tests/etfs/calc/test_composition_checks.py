"""Checks of a composition: each by hand, and over ARK's files with their known faults."""

import numpy as np
import pandas as pd
import pytest

from etfs.calc.composition_checks import UNRESOLVED, Fund, Limits, Lines, Severity, check_composition
from etfs.calc.composition_jumps import check_jump, cross_check
from etfs.calc.snapshot import Snapshot
from tests.etfs.calc.ark import ark_days, ark_lines, ark_snapshot

approx = pytest.approx
NAN = float("nan")


def lines(*rows):
    """Lines of (kind, key, weight, shares, value)."""
    kind, key, *figures = zip(*rows, strict=True)
    return Lines(np.array(kind), np.array(key), *(np.array(column, dtype=float) for column in figures))


def codes(found):
    return [finding.code for finding in found]


GOOD = lines(("STOCK", 1, 60, 10, 600), ("STOCK", 2, 39, 13, 390), ("CASH", 3, 1, NAN, 10))


def test_nothing_to_find():
    assert check_composition(GOOD, Fund(expected_lines=3), sessions_old=5) == []


@pytest.mark.parametrize(("rest", "fine"), [(39.5, True), (40.5, True), (39.49, False), (40.51, False), (-40.0, False)])
def test_weights_add_up_to_100_within_half_a_point(rest, fine):
    found = check_composition(lines(("STOCK", 1, 60, NAN, NAN), ("CASH", 2, rest, NAN, NAN)), Fund())
    assert codes(found) == ([] if fine else ["weight_sum"])
    if not fine:
        assert found[0].severity == Severity.ERROR
        assert found[0].numbers["sum"] == approx(60 + rest)


def test_cash_and_derivatives_count_in_the_sum():
    whole = lines(("STOCK", 1, 105, NAN, NAN), ("CASH", 2, -4, NAN, NAN), ("DERIVATIVE", 3, -1, NAN, NAN))
    assert check_composition(whole, Fund()) == []


def test_a_line_twice_is_wrong_and_two_lines_of_a_stock_are_told():
    rows = (("STOCK", 1, 30, 3, 30), ("STOCK", 2, 20, 2, 20), ("STOCK", 1, 30, 3, 30), ("STOCK", 2, 20, 1, 20))
    found = check_composition(lines(*rows), Fund())
    assert [(one.code, one.severity, one.rows) for one in found] == [
        ("duplicate_line", "ERROR", (2,)), ("repeated_key", "NOTE", (3,)),
    ]  # fmt: skip


def test_lines_nobody_could_match_are_no_duplicates_of_one_another():
    rows = [("CASH", UNRESOLVED, 50, NAN, NAN)] * 2
    assert check_composition(lines(*rows), Fund()) == []


def test_unresolved_share_counts_what_should_be_a_security():
    rows = (
        ("STOCK", UNRESOLVED, 4, NAN, NAN),
        ("UNKNOWN", UNRESOLVED, 2, NAN, NAN),
        ("CASH", UNRESOLVED, 94, NAN, NAN),
    )
    (found,) = check_composition(lines(*rows), Fund())
    assert (found.code, found.numbers["percent"], found.rows) == ("unresolved", 6.0, (0, 1))
    assert check_composition(lines(*rows), Fund(), limits=Limits(unresolved=6.0)) == []


def test_weights_are_value_over_total():
    # 600 of 1000 is 60 %, not 61; 400 is 40 %, within 0.1 of 39.9; one line without a value: nothing can be said
    off = lines(("STOCK", 1, 61, NAN, 600), ("STOCK", 2, 39.2, NAN, 400))
    (found,) = check_composition(off, Fund())
    assert (found.code, found.rows) == ("weight_value", (0, 1))
    assert found.numbers["largest"] == approx(1.0)
    assert check_composition(lines(("STOCK", 1, 60.1, NAN, 600), ("STOCK", 2, 39.9, NAN, 400)), Fund()) == []
    assert check_composition(lines(("STOCK", 1, 61, NAN, 600), ("STOCK", 2, 39, NAN, NAN)), Fund()) == []


def test_short_securities_in_a_long_only_fund():
    rows = (("STOCK", 1, 103, NAN, NAN), ("STOCK", 2, -2, NAN, NAN), ("CASH", 3, -1, NAN, NAN))
    assert [(one.code, one.rows) for one in check_composition(lines(*rows), Fund())] == [("negative_weight", (1,))]
    assert check_composition(lines(*rows), Fund(long_only=False)) == []


def test_fewer_lines_than_the_source_says():
    (found,) = check_composition(GOOD, Fund(expected_lines=4))
    assert (found.code, found.severity, dict(found.numbers)) == ("line_count", "ERROR", {"lines": 3, "expected": 4})


def test_special_funds_get_stale_and_duplicates_only():
    rows = [("DERIVATIVE", 1, -200, 2, -3)] * 2
    found = check_composition(lines(*rows), Fund(special=True, expected_lines=9), sessions_old=6)
    assert codes(found) == ["duplicate_line", "stale"]
    assert found[1].numbers == {"sessions": 6, "limit": 5}


def test_jump_half_of_the_lines_gone():
    before, after = Snapshot.of(np.arange(10), np.full(10, 10.0)), Snapshot.of(np.arange(4), np.full(4, 25.0))
    # six lines of 10 % out, four lines up by 15: turnover 60 %, and every name moved by 10 or 15 points
    found = check_jump(before, after, Fund())
    assert codes(found) == ["half_the_lines", "turnover", "weight_jump"]
    assert found[1].numbers["percent"] == 60.0
    assert found[2].numbers["names"] == 10
    assert found[2].rows == (0, 1, 2, 3)
    assert check_jump(before, after, Fund(special=True)) == []


def test_a_weight_that_moved_with_its_price_is_no_jump():
    # A doubles: 20 x 2 of 120 is 33.3 %; the other falls to 66.7 %
    key, shares = np.array([1, 2]), np.array([20.0, 80.0])
    before = Snapshot.of(key, np.array([20.0, 80.0]), shares, np.array([20.0, 80.0]))
    after = Snapshot.of(key, np.array([100 / 3, 200 / 3]), shares, np.array([40.0, 80.0]))
    assert check_jump(before, after, Fund()) == []
    unpriced = Snapshot.of(key, after.weight)
    assert codes(check_jump(before, unpriced, Fund())) == ["weight_jump"]


def test_a_split_is_no_fall_of_the_price():
    # A splits 2:1 and gains 10 %: 110 of 210 is 52.4 %, explained by the price once the split is undone
    key = np.array([1, 2])
    before = Snapshot.of(key, np.array([50.0, 50.0]), np.array([100.0, 100]), np.array([100.0, 100]))
    after = Snapshot.of(key, np.array([1100 / 21, 1000 / 21]), np.array([200.0, 100]), np.array([110.0, 100]))
    assert check_jump(before, after, Fund(), Limits(jump=1.0)) == []


def test_cross_check_by_hand():
    left = Snapshot.of(np.array([1, 2, 3, 3]), np.array([50.0, 30, 5, 5]))
    right = Snapshot.of(np.array([3, 1, 4]), np.array([10.05, 49.5, 40]))
    found = cross_check(left, right)
    assert found.common.tolist() == [1, 3]
    assert found.difference == approx(np.array([0.5, -0.05]))
    assert found.largest == 0.5
    assert found.only_left.tolist() == [2]
    assert found.only_right.tolist() == [4]
    assert not found.agree
    assert cross_check(left, left).agree
    assert cross_check(left, Snapshot.of(np.array([1, 2, 3]), np.array([50.0, 30.05, 10.05]))).agree


def ark_composition(data, fund, day):
    table = ark_lines(data, fund, day)
    keys = pd.factorize(table["ticker"] + table["cusip"])[0]
    kind = np.where(table["ticker"] == "CASH", "CASH", "STOCK")
    return Lines(kind, keys, *(table[name].to_numpy(float) for name in ("weight", "shares", "value")))


def test_a_year_of_arkk_is_good(shared_data):
    before = None
    for day in ark_days(shared_data, "ARKK"):
        composition = ark_composition(shared_data, "ARKK", day)
        assert check_composition(composition, Fund()) == []
        after = ark_snapshot(shared_data, "ARKK", day)
        assert before is None or check_jump(before, after, Fund()) == []
        before = after


def test_a_file_that_mixes_two_days_is_found(shared_data):
    # CTRU/2022-05-23.csv: 26 rows of that day and 101 of the next, weights sum to 128
    found = check_composition(ark_composition(shared_data, "CTRU", "2022-05-23"), Fund())
    weight_sum = next(one for one in found if one.code == "weight_sum")
    assert weight_sum.numbers["sum"] == approx(128, abs=1)
    assert "repeated_key" in codes(found)
