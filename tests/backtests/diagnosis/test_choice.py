"""Checks of what was chosen from, and of what is never sold."""

import numpy as np
import pytest

from backtests.calc.prices import Events
from backtests.calc.rules import SellRule
from backtests.diagnosis import Severity
from tests.backtests.diagnosis.made import ask, holding, made, trade

approx = pytest.approx


def test_conditions_whose_figures_most_names_lack():
    found = ask(
        "low_coverage", made(coverage={"roe value > 10": 49.0, "pe_ratio value < 15": 30.0, "beta top 5": 95.0})
    )
    assert found.severity is Severity.WARNING
    assert found.message.startswith(
        "On average 30 % of the universe has the figure of 'pe_ratio value < 15', and 1 more"
    )
    assert found.evidence["coverage"] == {"roe value > 10": 49.0, "pe_ratio value < 15": 30.0}
    assert ask("low_coverage", made(coverage={"roe value > 10": 9.9})).severity is Severity.SERIOUS
    assert ask("low_coverage", made(coverage={"roe value > 10": 50.0})) is None
    assert ask("low_coverage", made()) is None


def test_a_strategy_that_buys_once():
    bought = [trade(1, "A", 10), trade(1, "B", 10)]
    found = ask("never_sells", made(trades=bought, rebalances=(0, 2, 4)))
    assert found.evidence == {"bought": 2, "rebalances": 3}
    assert "2 purchases" in found.message


def test_strategies_that_sell():
    bought = [trade(1, "A", 10)]
    assert ask("never_sells", made(trades=bought, rebalances=(0, 2), mode="target")) is None
    assert ask("never_sells", made(trades=bought, rebalances=(0, 2), sell_rules=(SellRule("STOP_LOSS", 5),))) is None
    assert ask("never_sells", made(trades=bought, rebalances=(0,))) is None  # asked to hold
    assert ask("never_sells", made(rebalances=(0, 2))) is None


def held(sessions, **how):
    """Three names bought on the first session and held to the end."""
    trades = [trade(0, name, 10) for name in "ABC"]
    return made(sessions=sessions, trades=trades, holdings=[holding(name, 100.0) for name in "ABC"], **how)


def test_years_without_a_dividend():
    found = ask("no_dividends", held(500))  # 3 x 500 sessions are 5.95 years
    assert found.severity is Severity.NOTE
    assert found.evidence["position_years"] == approx(3 * 500 / 252, abs=0.02)


def test_dividends_are_there_or_not_to_be_expected():
    assert ask("no_dividends", held(400)) is None
    assert ask("no_dividends", held(500, adjusted="ABC")) is None
    paying = held(500)
    one = np.array([3])
    object.__setattr__(paying.run.prices, "dividends", Events(one, one, np.array([0.5])))
    assert ask("no_dividends", paying) is None
