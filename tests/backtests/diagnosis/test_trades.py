"""Checks of fills, orders and the number of trades."""

import numpy as np
import pytest

from backtests.calc.ledger import Ending, Reason
from backtests.calc.rules import Rules
from backtests.calc.simulate import simulate
from backtests.diagnosis import Severity
from tests.backtests.calc.test_by_hand import chosen, prices
from tests.backtests.diagnosis.made import NAMES, ask, cancelled, made, trade

approx = pytest.approx


def test_fills_at_the_close_that_decides_look_ahead():
    trades = [trade(1, "A", 10, signal=1), trade(3, "A", -10, signal=2), trade(4, "A", -5, signal=4,
              reason=Reason.DELISTED)]  # fmt: skip
    found = ask("look_ahead_fill", made(trades=trades, fill="same_close"))
    assert found.severity is Severity.SERIOUS
    # the delisting closes on its own session and is no decision
    assert found.evidence == {"fill": "same_close", "at_once": 1, "trades": 2}
    assert found.message.startswith("1 of 2 trades are filled at the close with which")


def test_fills_of_the_next_session_do_not_look_ahead():
    assert ask("look_ahead_fill", made(trades=[trade(1, "A", 10)], fill="next_close")) is None
    assert ask("look_ahead_fill", made(trades=[trade(1, "A", 10)], fill="same_close")) is None  # waited a session


def test_nothing_traded():
    found = ask("no_trades", made(sessions=5, rebalances=(0, 3), cancels=[cancelled(3, "A", Ending.LAPSED)]))
    assert found.severity is Severity.SERIOUS
    assert found.evidence == {"sessions": 5, "rebalances": 2, "cancelled": 1}
    assert ask("no_trades", made(trades=[trade(1, "A", 10)])) is None


@pytest.mark.parametrize(
    ("sales", "severity"), [(0, "SERIOUS"), (9, "SERIOUS"), (10, "WARNING"), (29, "WARNING"), (30, None)]
)
def test_few_sales(sales, severity):
    trades = [trade(1, "A", 100), *(trade(2, "A", -1, left=10.0) for _ in range(sales))]
    found = ask("few_trades", made(trades=trades))
    assert (found and found.severity) == severity
    if found:
        assert found.evidence == {"sales": sales, "enough": 30}


def test_no_trades_at_all_are_told_elsewhere():
    assert ask("few_trades", made()) is None


def test_orders_that_failed():
    filled = [trade(1, name, 1) for name in "ABCD"]
    lost = [cancelled(3, "A", Ending.LAPSED), cancelled(3, "B", Ending.LAPSED), cancelled(3, "C", Ending.TOO_SMALL),
            cancelled(3, "D", Ending.DELISTED), cancelled(1, "A", Ending.VOLUME_CAP)]  # fmt: skip
    ordinary = [cancelled(4, "A", Ending.END), cancelled(4, "B", Ending.SOLD)]
    found = ask("waiting_orders", made(trades=filled, cancels=lost + ordinary))
    # A on session 0 was filled in part and counts once: 4 + 4 orders, of which 5 failed
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "orders": 8, "failed": 5, "share": 62.5,
        "endings": {"LAPSED": 2, "DELISTED": 1, "VOLUME_CAP": 1, "TOO_SMALL": 1},
    }  # fmt: skip
    assert found.message == (
        "5 of 8 orders were not or not wholly filled: 2 lapsed, 1 delisted, 1 volume cap, 1 too small."
    )


@pytest.mark.parametrize(("fills", "severity"), [(3, "WARNING"), (12, "NOTE"), (45, None)])
def test_how_many_orders_failed(fills, severity):
    """5 failed orders of 8 (62.5 %), of 17 (29.4 %), and of 50 (10 %)."""
    lost = [cancelled(0, name, Ending.LAPSED, signal=0) for name in "ABCDE"]
    filled = [trade(1, NAMES[one % 6], 1, signal=1 + one // 6) for one in range(fills)]
    found = ask("waiting_orders", made(sessions=20, trades=filled, cancels=lost))
    assert (found and found.severity) == severity


def test_a_handful_of_failed_orders_is_nothing():
    assert ask("waiting_orders", made(cancels=[cancelled(3, name, Ending.LAPSED) for name in "ABCD"])) is None


def test_rebalances_on_which_nobody_met_the_conditions_as_the_simulation_tells_them():
    market = prices(np.full((8, 2), 10.0))
    signals = chosen(market)
    signals.candidates[[2, 4, 6]] = False
    ledger = simulate(market, signals, Rules(frequency="EVERY_N", every=2))
    evidence = made(sessions=8, unmet=ledger.unmet, rebalances=ledger.rebalances)
    found = ask("no_rebalance_candidates", evidence)
    assert ledger.rebalances.tolist() == [0, 2, 4, 6]
    assert found.severity is Severity.WARNING  # 75 % and not more
    assert found.evidence == {"rebalances": 4, "empty": 3, "share": 75.0, "first": "2020-01-08"}


@pytest.mark.parametrize(("unmet", "severity"), [((0,), "NOTE"), ((0, 1, 2, 3), "SERIOUS")])
def test_how_many_rebalances_were_empty(unmet, severity):
    evidence = made(rebalances=(0, 1, 2, 3), unmet=unmet)
    assert ask("no_rebalance_candidates", evidence).severity == severity
    assert ask("no_rebalance_candidates", made(rebalances=(0, 1, 2, 3))) is None


# --- the market ---------------------------------------------------------------------------------------------------


def test_trades_larger_than_the_market():
    """100 of 1,000 shares are just allowed; 250 at 20 are 5,000 of the 6,000 traded at known volumes."""
    volume = np.full((5, 6), 1000.0)
    volume[3, 2] = np.nan
    trades = [
        trade(1, "A", 100), trade(2, "B", 250, 20.0), trade(3, "C", 900),
        trade(4, "D", -900, reason=Reason.DELISTED), trade(4, "E", 900),
    ]  # fmt: skip
    found = ask("capacity", made(trades=trades, volume=volume, adjusted="E"))
    assert found.severity is Severity.SERIOUS
    assert found.evidence == {
        "trades": 2, "above": 1, "share_of_amount": approx(100 * 5000 / 6000), "most": 10.0,
        "worst": {"ticker": "B", "date": "2020-01-08", "percent_of_volume": 25.0},
    }  # fmt: skip
    assert found.message == (
        "1 of 2 trades (83.3 % of the money) took over 10 % of the session's volume; B on 2020-01-08 25 %."
    )


@pytest.mark.parametrize(("others", "severity"), [(39, "NOTE"), (38, "WARNING"), (7, "WARNING"), (6, "SERIOUS")])
def test_capacity_by_the_money_that_is_concerned(others, severity):
    """One order of 200 beside others of 100: 5 % of the money beside 38 others, 25 % beside 6."""
    trades = [trade(1, "A", 200), *(trade(1, "B", 100) for _ in range(others))]
    assert ask("capacity", made(trades=trades, volume=1000.0)).severity == severity


def test_trades_that_the_market_takes():
    assert ask("capacity", made(trades=[trade(1, "A", 100)], volume=1000.0)) is None
    # what a volume cap of 10 % leaves of 11 shares is 10.000000000000002 % of them
    assert ask("capacity", made(trades=[trade(1, "A", 11 * 0.1)], volume=11.0)) is None


@pytest.mark.parametrize(("cap", "severity"), [(None, "NOTE"), (10, "WARNING")])
def test_unknown_volumes(cap, severity):
    volume = np.full((5, 6), 1e6)
    volume[1, 0] = np.nan
    trades = [trade(1, "A", 10), *(trade(2, "B", 10) for _ in range(9))]
    found = ask("volume_unknown", made(trades=trades, volume=volume, volume_cap=cap))
    assert found.severity == severity
    assert found.evidence == {"trades": 10, "unknown": 1, "share": 10.0, "volume_cap": cap}
    # one of 19 is above 5 %, one of 20 is not
    assert ask("volume_unknown", made(trades=[*trades, *trades[1:]], volume=volume)) is not None
    assert ask("volume_unknown", made(trades=[*trades, *trades], volume=1e6)) is None
    assert ask("volume_unknown", made(trades=[*trades, *trades[1:], trades[1]], volume=volume)) is None
