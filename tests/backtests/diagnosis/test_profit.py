"""Checks of where the profit comes from."""

import numpy as np
import pytest

from backtests.diagnosis import Severity
from tests.backtests.diagnosis.made import ask, compound, dividend, holding, made, trade

approx = pytest.approx
FIVE = [trade(1, name, 10) for name in "ABCDE"]  # 100 each


def sold(*gains):
    """A, B, C ... sold on session 3 for 100 and this much."""
    return [trade(3, name, -10, 10 + gain / 10, profit=gain) for name, gain in zip("ABCDE", gains, strict=False)]


def test_one_name_makes_the_profit():
    """A earns 30 by its price and 20 in dividends, B is still held at 115, C loses 25, D nothing, E 20: in all 60."""
    sales = [sale for sale, name in zip(sold(30, 0, -25, 0, 20), "ABCDE", strict=True) if name != "B"]
    evidence = made(
        [1000, 1000, 1000, 1000, 1060], trades=[*FIVE, *sales], events=[dividend(2, "A", 20.0)],
        holdings=[holding("B", 115.0, 100.0)],
    )  # fmt: skip
    found = ask("one_name_makes_profit", evidence)
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "ticker": "A", "gain": approx(50.0), "share": approx(100 * 50 / 60), "gain_without": approx(10.0), "names": 5,
    }  # fmt: skip
    assert found.message == "A made 83 % of the gain; the other 4 made the rest."


def test_without_one_name_there_is_a_loss():
    found = ask(
        "one_name_makes_profit", made([1000, 1000, 1000, 1000, 1040], trades=[*FIVE, *sold(-5, 60, -5, -5, -5)])
    )
    assert found.severity is Severity.SERIOUS
    assert found.evidence["gain_without"] == approx(-20.0)
    assert found.message == "B made 150 % of the gain; without it there is a loss."


def test_one_name_makes_a_little_more_than_half_or_just_all_of_it():
    some = made([1000, 1000, 1000, 1000, 1060], trades=[*FIVE, *sold(33, 9, 9, 9, 0)])
    assert ask("one_name_makes_profit", some).evidence["share"] == approx(55.0)
    alone = ask("one_name_makes_profit", made([1000, 1000, 1000, 1000, 1050], trades=[*FIVE, *sold(50, 0, 0, 0, 0)]))
    assert (alone.severity, alone.evidence["gain_without"]) == (Severity.WARNING, 0.0)


def test_many_names_make_the_profit():
    assert (
        ask("one_name_makes_profit", made([1000, 1000, 1000, 1000, 1060], trades=[*FIVE, *sold(30, 10, 10, 5, 5)]))
        is None
    )
    losing = made([1000, 1000, 1000, 1000, 990], trades=[*FIVE, *sold(30, -10, -10, -10, -10)])
    assert ask("one_name_makes_profit", losing) is None
    few = made([1000, 1000, 1000, 1000, 1030], trades=[*FIVE[:4], *sold(30, 0, 0, 0)])
    assert ask("one_name_makes_profit", few) is None  # of four names one always weighs


def monthly(*percent):
    """A year of 262 sessions from 2020-01-06 on whose months earn this, each on its first session."""
    days = np.busday_offset(np.datetime64("2020-01-06"), np.arange(262), roll="forward").astype("datetime64[M]")
    returns = np.zeros(262)
    _, first = np.unique(days, return_index=True)
    returns[first[: len(percent)]] = np.array(percent) / 100.0
    return compound(returns)


def test_one_month_makes_half_of_the_profit():
    """1.06 x 1.04 = 1.1024; without the better month 4 % of 10.24 % are left."""
    found = ask("one_month_makes_profit", made(monthly(0, 4, 0, 6)))
    assert found.severity is Severity.NOTE
    assert found.evidence == {
        "month": "2020-04", "month_return": approx(6.0), "total_return": approx(10.24), "without": approx(4.0),
        "months": 13,
    }  # fmt: skip
    assert found.message == "Without 2020-04 (+6.0 %) the total return is 4.0 % instead of 10.2 %."


def test_one_month_makes_all_of_the_profit():
    found = ask("one_month_makes_profit", made(monthly(0, 10, -2)))
    assert found.severity is Severity.WARNING
    assert found.evidence["without"] == approx(-2.0)
    # of sessions to the end of December it is told, of those to the end of November not
    assert ask("one_month_makes_profit", made(monthly(0, 10, -2)[:260])).evidence["months"] == 12
    assert ask("one_month_makes_profit", made(monthly(0, 10, -2)[:237])) is None


def test_many_months_make_the_profit():
    assert ask("one_month_makes_profit", made(monthly(3, 3, 0, 3))) is None
    assert ask("one_month_makes_profit", made(monthly(-3, 2, -3))) is None  # nothing was made
    assert ask("one_month_makes_profit", made(compound([0.0, 0.05]))) is None  # in a single month


def test_a_few_days_make_the_profit():
    """300 sessions, 3 of them are the best: without 3 x 4 % a loss of 5 % is left."""
    returns = np.zeros(300)
    returns[[10, 50, 200]] = 0.04
    returns[100] = -0.05
    found = ask("few_days_make_profit", made(compound(returns)))
    assert found.severity is Severity.NOTE
    assert found.evidence == {
        "days": 3, "sessions": 300, "without": approx(-5.0), "total_return": approx(100 * (1.04**3 * 0.95 - 1)),
        "best_day": approx(4.0),
    }  # fmt: skip
    assert found.message == "Without its 3 best days of 300 the total return is -5.0 % instead of 6.9 %."


def test_one_day_makes_the_profit():
    returns = np.zeros(300)
    returns[10], returns[100] = 0.08, -0.05
    assert ask("few_days_make_profit", made(compound(returns))).severity is Severity.WARNING


def test_many_days_make_the_profit():
    returns = np.zeros(300)
    returns[:4] = 0.04  # the fourth is left
    assert ask("few_days_make_profit", made(compound(returns))) is None
    alone = np.zeros(252)
    alone[10] = 0.08
    assert ask("few_days_make_profit", made(compound(alone[:251]))) is None  # too short to tell
    assert ask("few_days_make_profit", made(compound(alone))) is not None
    assert ask("few_days_make_profit", made(compound(-returns))) is None  # nothing was made


def test_open_profit():
    """Of a gain of 200, 130 are open."""
    values = [1000, 1100, 1200]
    found = ask("unrealised_profit", made(values, holdings=[holding("A", 300, 120), holding("B", 50, 100)]))
    assert found.severity is Severity.NOTE
    assert found.evidence == {"open_profit": 130.0, "realised": 70.0, "share": 65.0, "holdings": 2}
    assert found.message == "65 % of the gain is the open profit of 2 final holdings; what is closed made 70."


def test_open_profit_over_closed_losses():
    holdings, sale = [holding("A", 400, 150)], trade(2, "B", -10)
    found = ask("unrealised_profit", made([1000, 1100, 1200], holdings=holdings, trades=[sale]))
    assert found.severity is Severity.WARNING
    assert found.evidence["realised"] == -50.0
    # sales that earned something, and costs of buying without any sale
    for held, sales in (([holding("A", 270, 150)], [sale]), (holdings, [])):
        evidence = made([1000, 1100, 1200], holdings=held, trades=sales)
        assert ask("unrealised_profit", evidence).severity is Severity.NOTE


def test_profit_that_was_realised():
    assert ask("unrealised_profit", made([1000, 1100, 1200], holdings=[holding("A", 200, 100)])) is None
    assert ask("unrealised_profit", made([1000, 990], holdings=[holding("A", 200, 100)])) is None


# 24 of 30 sales earn 10 each, 5 lose 6, one is even: 210 together
SALES = [
    trade(2, "A", -1, profit=profit, left=10.0)
    for profit, many in ((10.0, 24), (-6.0, 5), (0.0, 1)) for _ in range(many)
]  # fmt: skip


def test_losers_are_kept():
    """Two holdings are 150 down, one is even and one is up."""
    holdings = [
        holding("A", 100, 200, days=90), holding("B", 50, 100, days=200), holding("C", 90, 80, days=900),
        holding("D", 80, 80, days=800),
    ]  # fmt: skip
    found = ask("losers_kept", made(trades=SALES, holdings=holdings))
    assert found.severity is Severity.WARNING
    assert found.evidence == {
        "win_rate": 80.0, "earned": 210.0, "open_loss": 150.0, "losing_holdings": 2, "oldest_days": 200,
    }  # fmt: skip
    assert ask("losers_kept", made(trades=SALES, holdings=[holding("A", 100, 206)])) is not None  # 106 of 210


def test_losers_that_were_sold():
    heavy = [holding("A", 100, 250)]
    assert ask("losers_kept", made(trades=SALES, holdings=[holding("A", 100, 205)])) is None  # 105 of 210
    assert ask("losers_kept", made(trades=SALES[:29], holdings=heavy)) is None
    losing = [trade(2, "A", -1, profit=-5.0, left=10.0)]
    assert ask("losers_kept", made(trades=SALES + losing, holdings=heavy)) is None  # 24 of 31 are 77 %
