"""What each buy condition added: by hand, and against SciPy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from backtests.calc.outcomes import contribution
from backtests.calc.outcomes.closed import openers
from backtests.calc.outcomes.contribution import rank_correlation
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.simulate import simulate
from tests.backtests.markets import market, signals
from tests.backtests.outcomes.hand import NAN, buy, run_of, sell

approx = pytest.approx


def test_a_sale_belongs_to_the_first_buy_after_there_was_nothing():
    trades = [
        buy(0, 0),  # 0
        buy(0, 1),  # 1
        buy(1, 0),  # more of a held name
        sell(1, session=2, instrument=0, average_price=10.0),  # a part of it
        sell(1, session=2, instrument=1),
        sell(1, session=3, instrument=0),  # the rest
        buy(3, 1),  # 6: anew
        sell(1, session=4, instrument=1),
        buy(5, 0),  # 8
        sell(1, session=6, instrument=0),
    ]
    assert openers(run_of(*trades).ledger.trades).tolist() == [0, 1, 0, 0, 1, 0, 6, 6, 8, 8]
    assert openers(run_of().ledger.trades).tolist() == []


def run_of_four():
    """Profit rates 10, 20, 30, -5 of positions opened with scores 1, 2, 3, 4 and 5, 5, 5, 5 and 9, nothing, 4, 11."""
    trades = [buy(0, 0), buy(0, 1), buy(0, 2), sell(30, 10, instrument=0), sell(60, 20, instrument=1),
              sell(90, 30, instrument=2), buy(3, 0), sell(-15, -5, session=3)]  # fmt: skip
    scores = np.full((3, 8), 77.0)  # of sales: must not count
    scores[:, [0, 1, 2, 6]] = [[1, 2, 3, 4], [5, 5, 5, 5], [9, NAN, 4, 11]]
    last = [{"value": value} for value in (1000.0, 1000.0, 1000.0, 1100.0)]
    return run_of(*trades, snapshots=last, conditions=("roe > 10", "pe < 15", "size > 1"), entry_scores=scores)


def test_by_hand():
    roe, pe, size = contribution(run_of_four(), [12.0, None, 4.0])
    # ranks of roe 1 2 3 4 against 2 3 4 1: sum of squared differences 1 + 1 + 1 + 9, 1 - 6 x 12 / (4 x 15) = -0.2
    assert roe == {
        "condition": "roe > 10", "trades": 4, "wins": 3, "win_rate": 75.0, "average_profit_rate": 13.75,
        "contribution_score": 75.0, "rank": 2, "rank_correlation": approx(-0.2), "return_without": 12.0,
        "return_change": approx(-2.0),
    }  # fmt: skip
    # scores 9, 4, 11 against 10, 30, -5: the other way round
    assert (size["rank"], size["rank_correlation"], size["return_change"]) == (1, approx(-1.0), approx(6.0))
    assert (pe["rank"], pe["rank_correlation"], pe["return_without"], pe["return_change"]) == (3, None, None, None)


def test_equal_changes_rank_by_place():
    assert [row["rank"] for row in contribution(run_of_four(), [None, None, None])] == [1, 2, 3]
    assert [row["rank"] for row in contribution(run_of_four(), [None, 3.0, 3.0])] == [3, 1, 2]


def test_too_few_pairs_or_no_scores():
    run = run_of_four()
    two = run.entry_scores.copy()
    two[0, [0, 1]] = NAN
    assert contribution(replace(run, entry_scores=two), [None] * 3)[0]["rank_correlation"] is None
    assert [row["rank_correlation"] for row in contribution(replace(run, entry_scores=None), [None] * 3)] == [None] * 3


def test_without_closed_trades():
    [row] = contribution(run_of(buy(), conditions=("a",), entry_scores=np.ones((1, 1))), [1.0])
    assert (row["trades"], row["wins"]) == (1, 0)
    assert (row["win_rate"], row["contribution_score"], row["average_profit_rate"]) == (None, None, None)


def test_one_return_for_each_condition():
    with pytest.raises(ValueError, match="3 conditions, but 1 returns"):
        contribution(run_of_four(), [1.0])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("levels", [4, 1000])
def test_rank_correlation_as_scipy(seed, levels):
    first, second = np.random.default_rng(seed).integers(0, levels, (2, 50)).astype(float)
    first[7] = second[20] = NAN
    expected = spearmanr(first, second, nan_policy="omit").statistic
    assert rank_correlation(first, second) == approx(expected, abs=1e-12)


@pytest.mark.parametrize("mode", ["fill", "target"])
def test_a_simulated_run_as_trades_are_followed_one_by_one(mode):
    prices = market(3, 300, 8)
    how = Rules(mode=mode, max_positions=4, frequency="WEEKLY", sell_rules=(SellRule("STOP_LOSS", 8),))
    ledger = simulate(prices, signals(3, prices), how)
    scores = np.random.default_rng(0).normal(size=(1, len(ledger.trades)))
    score_of, pairs = {}, []
    for place, trade in enumerate(ledger.trades):
        name = trade["instrument"]
        if trade["side"] > 0:
            score_of.setdefault(name, scores[0, place])
            continue
        pairs.append((score_of[name], trade["profit_rate"]))
        if trade["average_price"] == 0:
            del score_of[name]
    run = Run(prices, how, ledger, prices.dates[0] - 3, conditions=("x",), entry_scores=scores)
    [row] = contribution(run, [0.0])
    assert len(pairs) > 20
    assert row["rank_correlation"] == approx(spearmanr(*zip(*pairs, strict=True)).statistic)
