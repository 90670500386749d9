"""Every trade figure, worked out by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backtests.calc.ledger import CANCELLED, Reason
from backtests.calc.outcomes import TRADE_FIGURES, trade_figures
from backtests.calc.outcomes.trade_figures import ACCOUNT, CLOSED
from portfolio.calc.statistics import all_statistics
from tests.backtests.outcomes.hand import buy, rows, run_of, sell, story

ROOT = Path(__file__).resolve().parents[3]
approx = pytest.approx
SIX = [
    buy(), sell(30, 10, 5), buy(), sell(10, 5, 3), buy(), sell(-20, -8, 10), buy(), sell(0, 0, 2), buy(),
    sell(-5, -2, 7), buy(), sell(40, 20, 12),
]  # fmt: skip


def test_six_closed_trades():
    found = trade_figures(run_of(*SIX))
    assert {name: found[name] for name in CLOSED} == {
        "sells": 6, "wins": 3, "losses": 2, "win_rate": 50.0,
        "avg_win": approx(80 / 3), "avg_loss": -12.5, "avg_win_rate": approx(35 / 3), "avg_loss_rate": -5.0,
        "profit_loss_ratio": approx(80 / 3 / 12.5), "profit_factor": 3.2,
        "expectancy": approx(55 / 6), "expectancy_rate": approx(25 / 6), "largest_win": 40.0, "largest_loss": -20.0,
        "average_hold_days": 6.5, "median_hold_days": 6.0, "longest_win_streak": 2, "longest_loss_streak": 1,
        "realised_profit": 55.0,
    }  # fmt: skip
    assert (found["trades"], found["buys"]) == (12, 6)


def test_without_a_loss_there_is_no_profit_factor():
    found = trade_figures(run_of(buy(), sell(30, 10, 5), buy(), sell(0, 0, 5)))
    assert (found["profit_factor"], found["profit_loss_ratio"], found["avg_loss"]) == (None, None, None)
    assert (found["largest_loss"], found["losses"], found["longest_loss_streak"]) == (None, 0, 0)
    assert (found["win_rate"], found["longest_win_streak"]) == (50.0, 1)


def test_without_a_win_the_profit_factor_is_zero():
    found = trade_figures(run_of(buy(), sell(-30, -10), buy(), sell(-1, -1)))
    assert (found["profit_factor"], found["profit_loss_ratio"], found["avg_win"]) == (0.0, None, None)
    assert (found["win_rate"], found["longest_loss_streak"]) == (0.0, 2)


def test_a_buy_is_never_a_losing_trade():
    found = trade_figures(run_of(buy(cash_flow=-500.0), buy(cash_flow=-500.0)))
    assert (found["trades"], found["buys"], found["sells"], found["losses"]) == (2, 2, 0, 0)
    nothing = [name for name in CLOSED if found[name] is None]
    assert nothing == [
        "win_rate", "avg_win", "avg_loss", "avg_win_rate", "avg_loss_rate", "profit_loss_ratio", "profit_factor",
        "expectancy", "expectancy_rate", "largest_win", "largest_loss", "average_hold_days", "median_hold_days",
    ]  # fmt: skip


def test_rounding_is_neither_won_nor_lost():
    found = trade_figures(run_of(buy(), sell(1e-11), buy(), sell(-1e-11), buy(), sell(1e-8)))  # 300 were paid
    assert (found["wins"], found["losses"]) == (1, 0)


def test_what_costs_took():
    trades = [
        buy(quantity=5, price=10, execution_price=10.1, commission=1.0),
        sell(5, quantity=4, price=20, execution_price=19.5, commission=2.0, tax=0.5),
        sell(-9, quantity=4, price=20, execution_price=10, reason=Reason.DELISTED),
    ]
    snapshots = [
        {"cash": 50, "holdings": 50, "value": 100, "positions": 1, "turnover": 25},
        {"cash": 25, "holdings": 75, "value": 100, "positions": 2, "turnover": 12.5},
        {"cash": 100, "holdings": 0, "value": 100, "positions": 0, "turnover": 37.5},
        {"cash": 0, "holdings": 0, "value": 0, "positions": 0, "turnover": 0},
    ]
    run = run_of(*trades, snapshots=snapshots)
    run = replace(run, ledger=replace(run.ledger, cancelled=rows(CANCELLED, {}, {}, {})))
    found = trade_figures(run)
    # slippage 0.1 x 5 + 0.5 x 4, nothing of the delisting; costs 3 + 0.5 + 2.5 of a mean value of 75, 4 / 252 years
    assert {name: found[name] for name in ACCOUNT} == {
        "trades": 3, "buys": 1, "exposure": approx(125 / 3), "average_cash_weight": approx(175 / 3),
        "time_in_market": 50.0, "average_positions": 0.75, "annual_turnover": 75 * 63.0, "total_commission": 3.0,
        "total_tax": 0.5, "total_slippage": approx(2.5), "total_costs": approx(6.0), "cost_drag": approx(504.0),
        "dividends": 0.0, "unrealised_profit": 0.0, "cancelled_orders": 3,
    }  # fmt: skip


def test_a_simulated_week():
    found = trade_figures(story())
    assert (found["realised_profit"], found["unrealised_profit"], found["dividends"]) == (-750.0, 1000.0, 100.0)
    assert (found["win_rate"], found["expectancy_rate"], found["average_hold_days"]) == (0.0, -15.0, 2.0)
    assert found["time_in_market"] == 80.0
    assert found["average_positions"] == 1.2
    assert found["exposure"] == approx((0 + 100 + 9000 / 91 + 5500 / 98.5 + 6000 / 103.5) / 5)


def test_everything_lost_on_the_first_day():
    found = trade_figures(run_of(buy(), snapshots=[{"value": 0.0}]))
    assert (found["exposure"], found["average_cash_weight"], found["cost_drag"]) == (None, None, None)


def test_whole_numbers_stay_whole():
    found = trade_figures(run_of(*SIX))
    whole = {name for name, figure in found.items() if isinstance(figure, int)}
    counts = {name for name, figure in TRADE_FIGURES.items() if figure.unit == "count"}
    assert whole == counts - {"average_positions"}
    assert {type(figure) for figure in found.values()} <= {int, float, type(None)}


def test_no_name_is_there_twice():
    assert len(TRADE_FIGURES) == len(CLOSED) + len(ACCOUNT)
    assert not TRADE_FIGURES.keys() & {one.name for one in all_statistics()}


def test_the_documentation_has_every_figure_with_its_unit_and_meaning():
    text = (ROOT / "docs" / "backtest-results.md").read_text(encoding="utf-8")
    for name, figure in TRADE_FIGURES.items():
        assert f"| `{name}` | {figure.unit} | {figure.meaning.replace('|', chr(92) + '|')} |\n" in text


@pytest.mark.parametrize("count", [1, 7])
def test_expectancy_is_what_wins_and_losses_bring_together(count):
    """expectancy = share of wins x avg_win + share of losses x avg_loss."""
    profits = np.random.default_rng(count).normal(0, 10, 40)
    found = trade_figures(run_of(*[sell(profit) for profit in profits]))
    wins, losses = found["wins"] / 40, found["losses"] / 40
    assert found["expectancy"] == approx(wins * found["avg_win"] + losses * found["avg_loss"])
