"""What a portfolio holds in the end: by hand, conservation in general, and ARKK with SPY."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etfs.calc.exposure import exposure_by
from etfs.calc.look_through import DIRECT, UNRESOLVED, Compositions, look_through
from tests.etfs.calc.ark import ark_lines

approx = pytest.approx
NAN = float("nan")

FUNDS = np.array([101, 102, 103, 104, 105])


def inside(*lines, funds=FUNDS):
    fund, item, weight = (np.array(column) for column in zip(*lines, strict=True)) if lines else (np.zeros(0, int),) * 3
    return Compositions.of(fund, item, weight.astype(float), funds)


def exposures(found):
    return {(int(leaf), int(via)): float(p) for leaf, via, p in zip(found.leaf, found.via, found.percent, strict=True)}


def test_by_hand():
    # 600 in fund 101 (stock 1 half, stock 2 half), 300 in fund 102 (stock 1 all), 100 in stock 2 itself
    funds = inside((101, 1, 50), (101, 2, 50), (102, 1, 100))
    found = look_through(np.array([101, 102, 2]), np.array([600.0, 300, 100]), funds)
    assert exposures(found) == {(1, 101): 30.0, (1, 102): 30.0, (2, DIRECT): 10.0, (2, 101): 30.0}
    assert found.by_leaf()[0].tolist() == [1, 2]
    assert found.by_leaf()[1].tolist() == [60.0, 40.0]
    assert found.covered_percent == 100.0
    assert found.uncovered_percent == 0.0


def test_what_a_composition_misses_is_uncovered_and_what_it_exceeds_is_negative():
    assert look_through(np.array([101]), np.array([1.0]), inside((101, 1, 98))).uncovered["missing_weight"] == 2.0
    over = look_through(np.array([101, 9]), np.array([1.0, 1.0]), inside((101, 1, 200)))  # leveraged: half of 200
    assert exposures(over) == {(1, 101): 100.0, (9, DIRECT): 50.0}
    assert over.uncovered["excess_weight"] == -50.0
    assert over.covered_percent + over.uncovered_percent == 100.0


def test_one_fund_s_excess_does_not_hide_what_another_misses():
    found = look_through(np.array([101, 102]), np.array([1.0, 1.0]), inside((101, 1, 98), (102, 1, 102)))
    assert found.uncovered["missing_weight"] == approx(1.0)
    assert found.uncovered["excess_weight"] == approx(-1.0)


def test_short_lines_keep_their_sign():
    found = look_through(np.array([101]), np.array([5.0]), inside((101, 1, 130), (101, 2, -30)))
    assert exposures(found) == {(1, 101): 130.0, (2, 101): -30.0}
    assert found.uncovered_percent == 0.0


def test_funds_in_funds_to_depth_three():
    # 101 > 102 > 103 > stock 1: three funds opened; one more is too deep
    chain = inside((101, 102, 100), (102, 103, 50), (102, 7, 50), (103, 1, 80), (103, 104, 20), (104, 2, 100))
    found = look_through(np.array([101]), np.array([1.0]), chain)
    assert exposures(found) == {(1, 101): 40.0, (7, 101): 50.0}
    assert found.uncovered["depth_limit"] == 10.0
    assert exposures(look_through(np.array([102]), np.array([1.0]), chain)) == {
        (1, 102): 40.0,
        (2, 102): 10.0,
        (7, 102): 50.0,
    }
    assert look_through(np.array([101]), np.array([1.0]), chain, depth=0).uncovered["depth_limit"] == 100.0


def test_a_fund_inside_itself_is_cut():
    found = look_through(
        np.array([101]), np.array([1.0]), inside((101, 102, 40), (101, 1, 60), (102, 101, 50), (102, 2, 50))
    )
    assert exposures(found) == {(1, 101): 60.0, (2, 101): 20.0}
    assert found.uncovered["cycle"] == 20.0
    own = look_through(np.array([101]), np.array([1.0]), inside((101, 101, 10), (101, 1, 90)))
    assert own.uncovered["cycle"] == 10.0


def test_a_fund_twice_side_by_side_is_no_cycle():
    found = look_through(np.array([101, 102]), np.array([1.0, 1.0]), inside((101, 102, 100), (102, 1, 100)))
    assert exposures(found) == {(1, 101): 50.0, (1, 102): 50.0}


def test_what_cannot_be_looked_into():
    funds = inside((101, UNRESOLVED, 30), (101, 105, 20), (101, 1, 40), (101, 2, NAN))
    found = look_through(np.array([101, 104]), np.array([50.0, 50.0]), funds)
    assert exposures(found) == {(1, 101): 20.0}
    assert found.uncovered == {
        "no_composition": 60.0, "unresolved": 15.0, "depth_limit": 0.0, "cycle": 0.0, "missing_weight": 5.0,
        "excess_weight": 0.0,
    }  # fmt: skip


def test_nothing_known_of_any_fund_and_no_portfolio():
    found = look_through(np.array([101]), np.array([1.0]), inside())
    assert found.uncovered["no_composition"] == 100.0
    assert found.leaf.tolist() == []
    for amounts in ([0.0], [NAN], [-1.0]):
        with pytest.raises(ValueError, match="no shares"):
            look_through(np.array([101]), np.array(amounts), inside())


LINE = st.tuples(
    st.integers(101, 105), st.one_of(st.integers(1, 4), st.integers(101, 105), st.just(UNRESOLVED)),
    st.floats(-50, 150),
)  # fmt: skip
POSITION = st.tuples(st.one_of(st.integers(1, 4), st.integers(101, 105)), st.floats(0.01, 1000))


@settings(deadline=None)
@given(st.lists(LINE, max_size=25), st.lists(POSITION, min_size=1, max_size=8))
def test_covered_and_uncovered_are_the_whole(lines, positions):
    item, amount = (np.array(column) for column in zip(*positions, strict=True))
    found = look_through(item, amount, inside(*lines))
    assert found.covered_percent + found.uncovered_percent == approx(100.0, abs=1e-6)
    assert not np.isin(found.leaf, [*FUNDS, UNRESOLVED]).any()
    pairs = list(zip(found.leaf.tolist(), found.via.tolist(), strict=True))
    assert pairs == sorted(set(pairs))


@settings(deadline=None)
@given(st.lists(LINE, max_size=25), st.lists(POSITION, min_size=1, max_size=8))
def test_a_portfolio_is_the_sum_of_its_positions(lines, positions):
    item, amount = (np.array(column) for column in zip(*positions, strict=True))
    whole, funds = {}, inside(*lines)
    for one, money in positions:
        leaf, percent = look_through(np.array([one]), np.array([1.0]), funds).by_leaf()
        for key, part in zip(leaf.tolist(), percent, strict=True):
            whole[key] = whole.get(key, 0.0) + part * money / amount.sum()
    leaf, percent = look_through(item, amount, funds).by_leaf()
    assert dict(zip(leaf.tolist(), percent, strict=True)) == approx(whole, abs=1e-6)


def test_a_real_fund_in_a_portfolio(shared_data):
    lines = ark_lines(shared_data, "ARKK", "2022-08-26")
    ids = np.arange(1, len(lines) + 1)
    tesla = int(ids[lines["ticker"].to_numpy() == "TSLA"][0])
    funds = Compositions.of(np.full(len(lines), 1000), ids, lines["weight"].to_numpy(float), np.array([1000]))
    found = look_through(np.array([1000, tesla]), np.array([80.0, 20.0]), funds)
    leaf, percent = found.by_leaf()
    assert percent[leaf == tesla][0] == approx(20 + 0.8 * lines["weight"].iloc[tesla - 1])
    assert found.uncovered_percent == approx(0.8 * (100 - lines["weight"].sum()), abs=1e-9)


def test_exposure_by_label_blank_is_unknown():
    labels = np.array(["IT", " ", "Energy", "IT", "", "Banks"])
    found = exposure_by(labels, np.array([20.0, 3, 10, 15, 2, 10]))
    assert found.label.tolist() == ["IT", "Banks", "Energy", "unknown"]
    assert found.percent.tolist() == [35.0, 10.0, 10.0, 5.0]
    assert exposure_by(np.zeros(0, dtype=str), np.zeros(0)).label.tolist() == []


def test_the_rounding_of_sums_is_no_excess():
    tenths = inside(*((101, stock, 0.1) for stock in range(10_001, 11_001)))  # adds up to 99.9999999999986
    found = look_through(np.array([101]), np.array([1.0]), tenths)
    assert set(found.uncovered.values()) == {0.0}
