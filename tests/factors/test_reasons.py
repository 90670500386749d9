"""Why an instrument goes without: one reason each, the first that applies (FORMULAS.md section 9)."""

import numpy as np
import pytest

from factors.base import Reason
from tests.factors.market_builder import codes, cross, make_panel

NAN = np.nan
OLD, NEW = "2022-12-20", "2023-12-31"  # 556 and 180 days before the as-of date


def report(i: int, end: str = NEW, **figures: float) -> dict:
    return {"i": i, "end": end, "period": "FY", **figures}


def test_the_order_of_precedence():
    assert [reason.code for reason in sorted(Reason)] == [
        "none", "not_in_universe", "insufficient_history", "stale_fundamentals", "missing_field",
        "non_positive_denominator", "non_finite_signal", "small_cross_section", "field_unavailable",
    ]  # fmt: skip


def test_one_of_each_for_a_ratio():
    reports = [
        report(0, net_income=5.0, total_equity=10.0),  # outside the universe
        report(1, OLD, net_income=5.0),  # stale income and no equity: stale goes first
        report(2, net_income=5.0),  # no equity
        report(3, net_income=5.0, total_equity=-10.0),
        *(report(i, net_income=5.0, total_equity=10.0) for i in range(4, 16)),
    ]
    universe = [False] + [True] * 15
    found = cross(make_panel(np.full((2, 16), 10.0), reports=reports, in_universe=universe), "roe")
    assert [Reason(code).code for code in found.reason[:4]] == [
        "not_in_universe", "stale_fundamentals", "missing_field", "non_positive_denominator",
    ]  # fmt: skip
    assert found.counts() == {
        "scored": 12, "valued": 12, "not_in_universe": 1, "stale_fundamentals": 1, "missing_field": 1,
        "non_positive_denominator": 1,
    }  # fmt: skip


def test_outside_the_universe_goes_before_too_few_bars():
    close = np.full((30, 3), 10.0)
    close[:20, 1:] = NAN
    panel = make_panel(close, in_universe=[True, True, False])
    assert codes(panel, "momentum_1m") == ["small_cross_section", "insufficient_history", "not_in_universe"]


def test_what_is_outside_the_universe_has_no_value():
    panel = make_panel(np.full((30, 2), 10.0), in_universe=[True, False])
    assert np.isnan(cross(panel, "momentum_1m").value[1])


def test_too_few_bars_go_before_a_missing_field():
    close = np.full((30, 1), 10.0)
    close[:20] = NAN
    assert codes(make_panel(close, volume=None), "liquidity") == ["insufficient_history"]


def test_too_few_quarters_are_too_little_history_even_when_they_are_old():
    rows = [{"end": "2022-06-30", "period": "Q", "eps_basic": 1.0, "net_income": 1.0, "revenue": 2.0}]
    panel = make_panel(np.full((2, 1), 10.0), reports=rows)
    assert codes(panel, "earnings_momentum") == ["insufficient_history"]
    assert codes(panel, "margin_stability") == ["insufficient_history"]


def test_a_small_cross_section_has_values_but_neither_scores_nor_percentiles():
    nine = cross(make_panel(np.full((30, 9), 10.0)), "momentum_1m")
    assert nine.counts() == {"scored": 0, "valued": 9, "small_cross_section": 9}
    assert np.isnan(nine.percentile).all()
    ten = cross(make_panel(np.full((30, 10), 10.0)), "momentum_1m")
    assert ten.counts() == {"scored": 10, "valued": 10}
    assert list(ten.score) == [0.0] * 10  # all equal


def test_instruments_outside_the_universe_do_not_make_a_cross_section():
    panel = make_panel(np.full((30, 12), 10.0), in_universe=[True] * 9 + [False] * 3)
    assert cross(panel, "momentum_1m").counts() == {
        "scored": 0, "valued": 9, "not_in_universe": 3, "small_cross_section": 9,
    }  # fmt: skip


def test_a_signal_without_a_logarithm_in_a_small_cross_section_keeps_its_own_reason():
    value = np.full((20, 2), 50.0)
    value[:, 0] = 0.0
    assert codes(make_panel(np.full((20, 2), 10.0), trading_value=value), "liquidity") == [
        "non_finite_signal", "small_cross_section",
    ]  # fmt: skip


def test_neutralising_by_size_needs_a_market_value():
    shares = [NAN, *range(1, 12)]
    found = cross(make_panel(np.full((30, 12), 10.0), shares=shares), "momentum_1m", neutralise=["size"])
    assert found.counts() == {"scored": 11, "valued": 12, "missing_field": 1}


@pytest.mark.parametrize("name", ["pe_ratio", "pb_ratio"])
def test_a_ratio_with_a_fallback_is_missing_only_when_both_ways_are(name):
    own, per_share = {"pe_ratio": ("net_income", "eps_basic"), "pb_ratio": ("total_equity", "book_value_per_share")}[
        name
    ]
    reports = [
        report(0, **{own: -1.0, per_share: 2.0}),  # known and negative: no fallback
        report(1, **{own: NAN, per_share: -2.0}),
        report(2, revenue=1.0),
        report(3, OLD, **{own: 1.0, per_share: 1.0}),
    ]
    panel = make_panel(np.full((2, 4), 10.0), reports=reports, shares=[1.0] * 4)
    assert codes(panel, name) == ["non_positive_denominator"] * 2 + ["missing_field", "stale_fundamentals"]
