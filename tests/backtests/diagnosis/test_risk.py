"""Checks of losses, concentration, cash and costs."""

import numpy as np
import pytest

from backtests.calc.ledger import Reason
from backtests.diagnosis import Severity
from tests.backtests.diagnosis.made import ask, holding, made, trade

approx = pytest.approx
ONE = [trade(1, "A", 10)]


def test_a_deep_fall():
    """From 1,200 to 600: 50 %, which takes 100 % to regain; never regained in the 4 sessions after the peak."""
    found = ask("deep_drawdown", made([1000, 1200, 900, 600, 700, 800]))
    assert found.severity is Severity.WARNING
    assert found.evidence == {"max_drawdown": approx(50.0), "needed_to_regain": approx(100.0), "longest_sessions": 4.0}
    assert ask("deep_drawdown", made([1000, 399, 400])).severity is Severity.SERIOUS
    assert ask("deep_drawdown", made([1000, 400, 410])).severity is Severity.WARNING


def test_a_total_loss_cannot_be_regained():
    found = ask("deep_drawdown", made([1000, 500, 0, 0]))
    assert found.evidence["needed_to_regain"] is None
    assert "nothing can regain it" in found.message


def test_a_bearable_fall():
    assert ask("deep_drawdown", made([1000, 1200, 720, 1300])) is None


def test_ruin():
    found = ask("ruin", made([1000, 500, 190, 150, 400]))
    assert found.severity is Severity.SERIOUS
    assert found.evidence == {"date": "2020-01-07", "lowest": approx(15.0), "limit": 20.0}
    assert ask("ruin", made([1000, 5000, 200, 400])) is None  # of the capital, not of the peak
    assert ask("ruin", made([1000, 200, 199])).evidence["date"] == "2020-01-07"


def test_fat_tails():
    known = {"skewness": -1.2, "kurtosis": 11.0, "worst_day": -9.5}
    found = ask("tail_risk", made(sessions=252, statistics=known))
    assert found.severity is Severity.WARNING
    assert found.evidence == known
    assert found.message.endswith("a skewness of -1.2 and an excess kurtosis of 11; the worst day lost 9.5 %.")
    for less in ({"skewness": -1.0}, {"kurtosis": 10.0}, {"skewness": None, "kurtosis": None}):
        assert ask("tail_risk", made(sessions=252, statistics=known | less)) is None
    assert ask("tail_risk", made(sessions=251, statistics=known)) is None


def test_one_large_position():
    """A of 400 and B of 100 in 1,000, from session 1 on: 25/17 = 1.47 effective positions; 40 % of the value."""
    close = np.full((5, 6), 10.0)
    close[3, 0] = 11.0
    found = ask("concentration", made(sessions=5, close=close, trades=[trade(1, "A", 40), trade(1, "B", 10)]))
    assert found.severity is Severity.WARNING
    # sessions 1, 2 and 4: 500^2 / (400^2 + 100^2); session 3: 540^2 / (440^2 + 100^2)
    effective = (3 * 250_000 / 170_000 + 291_600 / 203_600) / 4
    assert found.evidence == {
        "effective_positions": approx(effective), "sessions_above": 4, "share_of_sessions": 100.0, "above": 30.0,
        "largest": {"ticker": "A", "date": "2020-01-09", "weight": approx(44.0)},
    }  # fmt: skip


def test_a_position_that_was_large_for_a_day():
    close = np.full((20, 6), 10.0)
    close[7, 0] = 17.0  # 34 % of 1,000
    five = [trade(0, name, 20) for name in "ABCDEF"]
    found = ask("concentration", made(sessions=20, close=close, trades=five))
    assert found.severity is Severity.NOTE
    assert (found.evidence["sessions_above"], found.evidence["share_of_sessions"]) == (1, 5.0)
    assert found.message.endswith("was 34 % of the value; on 5 % of the sessions one was above 30 %.")


@pytest.mark.parametrize(("days", "severity"), [(2, "NOTE"), (3, "WARNING")])
def test_how_often_a_position_was_large(days, severity):
    """2 and 3 of 20 sessions, after 5 of history."""
    close = np.full((25, 6), 10.0)
    close[12 : 12 + days, 0] = 17.0
    five = [trade(5, name, 20) for name in "ABCDEF"]
    found = ask("concentration", made(sessions=20, start=5, close=close, trades=five))
    assert found.severity == severity
    assert found.evidence["share_of_sessions"] == 5.0 * days


def test_few_and_many_positions():
    five = [trade(1, name, 18) for name in "ABCDE"]
    assert ask("concentration", made(trades=five)) is None
    third = [trade(1, "A", 30), *(trade(1, name, 10) for name in "BCDEFGH")]  # just 30 %, 6.25 effective positions
    assert ask("concentration", made(trades=third, names=8)) is None
    found = ask("concentration", made(trades=five[:4]))
    assert found.severity is Severity.NOTE
    assert found.evidence["effective_positions"] == approx(4.0)
    assert found.message.endswith("was 18 % of the value.")
    assert ask("concentration", made()) is None


def test_delisted_holdings():
    """200 and 50 at the last closes, closed with -10 %: another 20 % of 250 are 50, 5 % of the capital."""
    trades = [
        trade(3, "A", -20, 10.0, execution=9.0, reason=Reason.DELISTED),
        trade(4, "B", -10, 5.0, reason=Reason.DELISTED), trade(4, "C", -10),
    ]  # fmt: skip
    found = ask("delisting_losses", made(trades=trades, delisting_return=-10))
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "delisted": 2, "at_last_close": 250.0, "assumed_return": -10.0, "usual_return": -30.0, "less": approx(50.0),
        "less_of_capital": approx(5.0),
    }  # fmt: skip
    assert found.message == (
        "2 holdings delisted, worth 250 at the last close, closed with a return of -10 %; with -30 % the "
        "result is 5.0 % of the capital lower."
    )


@pytest.mark.parametrize(("shares", "assumed"), [(3, 0), (20, -100)])
def test_delisted_holdings_that_hardly_matter(shares, assumed):
    trades = [trade(3, "A", -shares, reason=Reason.DELISTED)]
    found = ask("delisting_losses", made(trades=trades, delisting_return=assumed))
    assert found.severity is Severity.NOTE
    assert found.evidence["less"] == (9.0 if assumed == 0 else 0.0)


@pytest.mark.parametrize(("shares", "severity"), [(10, "NOTE"), (11, "WARNING")])
def test_delisted_holdings_at_the_edge(shares, severity):
    """Another 10 % of 100 and of 110: 1 % and 1.1 % of the capital."""
    trades = [trade(3, "A", -shares, reason=Reason.DELISTED)]
    assert ask("delisting_losses", made(trades=trades, delisting_return=-20)).severity == severity


def test_no_delisted_holdings():
    assert ask("delisting_losses", made(trades=[trade(3, "A", -10)])) is None


def test_holdings_delisted_after_the_last_session():
    """A and C, 150 and 100, end with the last of five sessions; B goes on. The assumption takes a tenth of 250, the
    usual 75, which is 7.5 % of the capital.
    """
    holdings = [holding("A", 150.0), holding("B", 400.0), holding("C", 100.0)]
    ends = [4, 5, 4, 5, 5, 5]
    found = ask("delisted_at_end", made(holdings=holdings, ends=ends, delisting_return=-10))
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "holdings": 2, "value": 250.0, "tickers": ["A", "C"], "assumed_return": -10.0, "less": approx(25.0),
        "usual_return": -30.0, "usual_less": approx(75.0), "worst_of_capital": approx(7.5),
    }  # fmt: skip
    assert found.message == (
        "Delisted after the last session, and still at the close of it, 250: 2 final holdings (A, C). The assumed "
        "-10 % would take 25, -30 % 75."
    )
    assert ask("delisted_at_end", made(holdings=holdings[1:2], ends=ends)) is None


@pytest.mark.parametrize(
    ("value", "assumed", "less", "severity"), [(33, 0, 0, "NOTE"), (34, 0, 0, "WARNING"), (11, -100, 11, "WARNING")]
)
def test_holdings_delisted_at_the_end_at_the_edge(value, assumed, less, severity):
    """30 % of 33 and of 34 are 0.99 and 1.02 % of the capital; all of 11 is 1.1 %."""
    evidence = made(holdings=[holding("A", value)], ends=[4, 5, 5, 5, 5, 5], delisting_return=assumed)
    found = ask("delisted_at_end", evidence)
    assert (found.severity, found.evidence["less"]) == (severity, less)


def test_idle_cash():
    """From the first trade on, session 1: 20, 30, 20, 30 percent of 1,000 are the mean of 25 with a buffer of 5; a
    trifle more is too much.
    """
    cash = [1000, 200, 300, 200, 300]
    assert ask("cash_idle", made(sessions=5, cash=cash, trades=ONE)) is None
    found = ask("cash_idle", made(sessions=5, cash=[1000, 200, 300, 300, 300], positions=3, trades=ONE))
    assert found.severity is Severity.NOTE
    assert found.evidence == {
        "mean_cash": approx(27.5), "cash_buffer": 5.0, "mean_positions": 3.0, "max_positions": 20,
    }  # fmt: skip
    assert ask("cash_idle", made(sessions=5, cash=560, trades=ONE)).severity is Severity.WARNING
    assert ask("cash_idle", made(sessions=5, cash=500, cash_buffer=0, trades=ONE)).severity is Severity.NOTE
    assert ask("cash_idle", made(sessions=5)) is None  # nothing traded is told elsewhere
    assert ask("cash_idle", made(sessions=5, cash=560, cash_buffer=50, trades=ONE)) is None


# --- costs --------------------------------------------------------------------------------------------------------


def test_costs_take_the_profit():
    """Bought 100 at 10.10 for 10, sold at 10.89 for 11: slippage 10 and 11, commission 1 + 1, tax 2: 25; gain 20."""
    trades = [
        trade(1, "A", 100, 10.0, execution=10.1, commission=1.0),
        trade(3, "A", -100, 11.0, execution=10.89, commission=1.0, tax=2.0),
        trade(4, "B", -100, 10.0, execution=5.0, reason=Reason.DELISTED),  # a loss, not a cost
    ]
    found = ask("cost_drag", made([1000, 1020], trades=trades))
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "costs": approx(25.0), "gain_before_costs": approx(45.0), "gain": 20.0, "share": approx(100 * 25 / 45),
    }  # fmt: skip
    assert found.message == "Costs of 25 are 56 % of the gain before costs and leave 20."
    eaten = ask("cost_drag", made([1000, 990], trades=trades))
    assert eaten.severity is Severity.SERIOUS
    assert eaten.message == "Costs of 25 are 167 % of the gain before costs and leave a loss."
    nothing = ask("cost_drag", made([1000, 1000], trades=trades))
    assert nothing.severity is Severity.SERIOUS
    assert nothing.message == "Costs of 25 are 100 % of the gain before costs and leave 0."


def test_costs_leave_the_profit():
    trades = [trade(1, "A", 100, commission=25.0)]
    assert ask("cost_drag", made([1000, 1025], trades=trades)) is None
    assert ask("cost_drag", made([1000, 974], trades=trades)) is None  # without costs there was a loss, too
    assert ask("cost_drag", made()) is None


@pytest.mark.parametrize(("turnover", "severity"), [(4.7, None), (5.0, "NOTE"), (10.4, "WARNING")])
def test_turnover(turnover, severity):
    """Percent a session; 252 of them are 1,184, 1,260 and 2,621 percent a year. 3 paid for a trade of 1,000: 0.3 %."""
    trades = [trade(1, "A", 100, commission=3.0)]
    found = ask("high_turnover", made(sessions=63, turnover=turnover, trades=trades))
    assert (found and found.severity) == severity
    if severity == "NOTE":
        assert found.evidence == {"annual_turnover": approx(1260.0), "costs_of_amount": approx(0.3)}
        # both sides of 12.6 portfolios at 0.1 %: 2.52 %
        assert found.message.endswith("costs of 0.30 % of each trade: 0.10 % more would take 2.5 % a year.")


def test_turnover_of_a_few_sessions_is_that_of_the_first_purchases():
    assert ask("high_turnover", made(sessions=62, turnover=50.0)) is None


FREE = {"commission": 0, "tax": 0, "slippage": 0}


@pytest.mark.parametrize(("end", "severity"), [(1009.0, "SERIOUS"), (1011.0, "WARNING"), (990.0, "WARNING")])
def test_trading_was_free(end, severity):
    """1,000 traded: 0.1 % is 1, a tenth of a gain of 10."""
    trades = [trade(1, "A", 50), trade(3, "A", -50)]
    found = ask("costs_zero", made([1000, end], trades=trades, **FREE))
    assert found.severity == severity
    assert found.evidence == {"traded": 1000.0, "typical_cost": approx(1.0), "gain": approx(end - 1000)}


@pytest.mark.parametrize("paid", ["commission", "tax", "slippage"])
def test_trading_was_not_free(paid):
    assert ask("costs_zero", made(trades=ONE, **FREE | {paid: 0.1})) is None
    assert ask("costs_zero", made(**FREE)) is None


def test_fills_at_the_price_shown():
    found = ask("slippage_zero", made(trades=[trade(1, "A", 50), trade(3, "A", -50)], slippage=0))
    assert found.severity is Severity.NOTE
    assert found.evidence == {"trades": 2, "traded": 1000.0, "lost_of_capital": approx(0.1)}


def test_fills_with_slippage():
    for paid in ("commission", "tax"):
        assert ask("slippage_zero", made(trades=ONE, **FREE | {paid: 0.1})) is not None
    assert ask("slippage_zero", made(trades=ONE, slippage=0.01)) is None
    assert ask("slippage_zero", made(trades=ONE, **FREE)) is None  # told by costs_zero
    assert ask("slippage_zero", made(slippage=0)) is None
