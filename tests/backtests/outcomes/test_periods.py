"""Months and years: by hand, and against pandas."""

import numpy as np
import pandas as pd
import pytest

from backtests.calc.outcomes import drawdown_table, period_table
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.simulate import simulate
from tests.backtests.markets import market, signals
from tests.backtests.outcomes.hand import NAN, buy, flat_market, run_of, sell, story

approx = pytest.approx


def test_two_months_by_hand():
    """Thursday 30 and Friday 31 January, Monday 3 and Tuesday 4 February; 1,000 before them."""
    values = [{"value": 900.0}, {"value": 1100.0}, {"value": 1000.0}, {"value": 1210.0}]
    trades = [buy(0), sell(5, days=1, session=1), sell(-5, days=4, session=2, instrument=1), sell(9, days=9, session=3)]
    run = run_of(
        *trades, snapshots=values, market=flat_market(4, first="2020-01-30"),
        benchmark=np.array([50.0, NAN, 55.0, 54.0, 66.0]),
    )  # fmt: skip
    january, february = period_table(run, "month")
    assert january == {
        "period": "2020-01", "return": approx(10.0), "benchmark_return": approx(10.0), "trades": 2, "sells": 1,
        "win_rate": 100.0, "average_hold_days": 1.0,
    }  # fmt: skip
    assert february == {
        "period": "2020-02", "return": approx(10.0), "benchmark_return": approx(20.0), "trades": 2, "sells": 2,
        "win_rate": 50.0, "average_hold_days": 6.5,
    }  # fmt: skip
    [year] = period_table(run, "year")
    assert year == {
        "period": "2020", "return": approx(21.0), "benchmark_return": approx(32.0), "trades": 4, "sells": 3,
        "win_rate": approx(200 / 3), "average_hold_days": approx(14 / 3),
    }  # fmt: skip


def test_a_missing_level_at_an_end_of_a_month_leaves_both_months_without_benchmark():
    run = run_of(market=flat_market(4, first="2020-01-30"), benchmark=np.array([50.0, 51.0, NAN, 54.0, 66.0]))
    assert [row["benchmark_return"] for row in period_table(run, "month")] == [None, None]
    assert period_table(run, "year")[0]["benchmark_return"] == approx(32.0)


def test_without_benchmark_and_trades():
    [row] = period_table(run_of(), "month")
    assert row == {
        "period": "2020-01", "return": 0.0, "benchmark_return": None, "trades": 0, "sells": 0, "win_rate": None,
        "average_hold_days": None,
    }  # fmt: skip


def test_after_a_total_loss_there_is_no_return():
    run = run_of(snapshots=[{"value": 0.0}] * 4, market=flat_market(4, first="2020-01-30"))
    assert [row["return"] for row in period_table(run, "month")] == [-100.0, None]


@pytest.mark.parametrize(("unit", "letter"), [("month", "M"), ("year", "Y")])
@pytest.mark.parametrize("start", [0, 130])
def test_as_pandas_groups(unit, letter, start):
    prices = market(start + 1, 400, 8, start=start)
    how = Rules(max_positions=4, frequency="WEEKLY", sell_rules=(SellRule("STOP_LOSS", 5), SellRule("HOLD_DAYS", 20)))
    ledger = simulate(prices, signals(1, prices), how)
    levels = np.random.default_rng(start).uniform(90, 110, 401 - start)
    levels[::9] = NAN
    run = Run(prices, how, ledger, prices.dates[start] - 3, levels)
    found = pd.DataFrame(period_table(run, unit)).set_index("period")

    days = pd.DatetimeIndex(run.dates)
    last = pd.DataFrame({"return": run.values, "benchmark_return": levels}, days)[1:].groupby(
        days[1:].to_period(letter)
    )
    ends = last.nth(-1)
    ends.loc[days[0]] = [how.initial_capital, levels[0]]
    changes = 100 * (ends.sort_index() / ends.sort_index().shift(1) - 1).iloc[1:]
    changes.index = changes.index.to_period(letter).astype(str)
    trades = pd.DataFrame(ledger.trades)
    trades["period"] = pd.DatetimeIndex(prices.dates[trades["session"]]).to_period(letter).astype(str)
    sells = trades[trades["side"] == -1].groupby("period")
    expected = changes.assign(
        trades=trades.groupby("period").size(), sells=sells.size(),
        win_rate=sells["profit"].agg(lambda profit: 100 * (profit > 0).mean()),
        average_hold_days=sells["hold_days"].mean(),
    ).fillna({"trades": 0, "sells": 0})  # fmt: skip
    pd.testing.assert_frame_equal(found.astype(float), expected.astype(float), check_names=False)
    assert found["sells"].sum() > 50
    assert found["benchmark_return"].isna().any()
    assert unit == "year" or found["benchmark_return"].notna().any()


def test_falls_as_dates():
    """From 10,000 on Tuesday to 9,100 on Wednesday; back above it on Friday."""
    assert drawdown_table(story()) == [
        {"start": "2020-01-07", "trough": "2020-01-08", "recovery": "2020-01-10", "depth": approx(9.0), "sessions": 3}
    ]
    lost = run_of(snapshots=[{"value": 1000.0}, {"value": 990.0}])
    assert [(row["recovery"], row["sessions"]) for row in drawdown_table(lost)] == [(None, 1)]
