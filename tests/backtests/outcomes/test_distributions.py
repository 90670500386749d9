"""Histograms, reasons and names."""

import numpy as np
import pytest

from backtests.calc.ledger import Reason
from backtests.calc.outcomes import by_instrument, distributions, reasons
from backtests.calc.outcomes.distributions import histogram
from tests.backtests.outcomes.hand import buy, run_of, sell, story

approx = pytest.approx


def test_whole_days():
    run = run_of(*[sell(1, 2.0, days) for days in (0, 0, 1, 3, 3, 3)])
    found = distributions(run)
    # Sturges: 3 / (log2(6) + 1) = 0.84 is the narrower, so four bins, of whole days
    assert found["hold_days"] == {"edges": [0, 1, 2, 3, 4], "counts": [2, 1, 0, 3]}
    assert found["profit_rate"] == {"edges": [1.5, 2.5], "counts": [6]}


def test_without_closed_trades():
    nothing = {"edges": [], "counts": []}
    assert distributions(run_of(buy())) == {"profit_rate": nothing, "hold_days": nothing}
    assert reasons(run_of(buy())) == []


@pytest.mark.parametrize("count", [2, 10, 100, 1000])
def test_bins_are_those_of_numpy(count):
    figures = np.random.default_rng(count).normal(0, 10, count)
    edges = np.histogram_bin_edges(figures, "auto")
    counts = np.histogram(figures, edges)[0]
    assert 1 < len(counts) <= 40
    found = histogram(figures)
    np.testing.assert_allclose(found["edges"], edges)
    assert found["counts"] == counts.tolist()


def test_an_outlier_among_equal_figures_makes_no_more_than_forty_bins():
    figures = np.r_[10 + 1e-7 * np.arange(300), 1e6]
    found = histogram(figures)
    assert len(found["counts"]) == 40
    assert (found["counts"][0], found["counts"][-1]) == (300, 1)


def test_figures_that_differ_by_rounding_are_one_bin():
    assert histogram(np.array([10.0, 10.0 + 2e-15, 10.0 - 2e-15]))["counts"] == [3]


def test_many_days_have_wide_bins():
    found = histogram(np.arange(10_000), whole=True)
    assert len(found["counts"]) <= 40
    assert sum(found["counts"]) == 10_000
    assert len(set(np.diff(found["edges"]))) == 1


def test_days_with_an_outlier_have_no_more_than_forty_bins_either():
    """401 days in at most 40 bins: eleven days in each of 37, as ten would need 41."""
    found = histogram(np.r_[np.arange(1000) % 10, 400], whole=True)
    assert (len(found["counts"]), found["edges"][:2]) == (37, [0, 11])
    assert (found["counts"][0], found["counts"][-1]) == (1000, 1)


def test_reasons_apart_by_rule():
    run = run_of(
        sell(10, 5, reason=Reason.STOP_LOSS, rule=1), sell(-30, -10, reason=Reason.STOP_LOSS, rule=1),
        sell(7, 7, reason=Reason.STOP_LOSS, rule=0), sell(0, 0, reason=Reason.DELISTED, rule=-1),
    )  # fmt: skip
    assert reasons(run) == [
        {"reason": "DELISTED", "rule": -1, "trades": 1, "wins": 0, "win_rate": 0.0, "average_profit_rate": 0.0,
         "profit": 0.0},
        {"reason": "STOP_LOSS", "rule": 0, "trades": 1, "wins": 1, "win_rate": 100.0, "average_profit_rate": 7.0,
         "profit": 7.0},
        {"reason": "STOP_LOSS", "rule": 1, "trades": 2, "wins": 1, "win_rate": 50.0, "average_profit_rate": -2.5,
         "profit": -20.0},
    ]  # fmt: skip


def test_names_of_a_simulated_week():
    """A loses 750; B gains 1,000 on paper and 100 of dividends; C is never traded."""
    assert by_instrument(story()) == [
        {"instrument": 1, "profit": approx(1100.0), "share": approx(100 * 1100 / 350), "trades": 1},
        {"instrument": 0, "profit": approx(-750.0), "share": approx(-100 * 750 / 350), "trades": 2},
    ]
    assert [(row["reason"], row["rule"]) for row in reasons(story())] == [("STOP_LOSS", 1)]


def test_equal_names_by_ticker_and_no_share_of_nothing():
    rows = by_instrument(run_of(sell(5, instrument=2), sell(-10, instrument=0), sell(5, instrument=1)))
    assert [(row["instrument"], row["share"]) for row in rows] == [(1, None), (2, None), (0, None)]
