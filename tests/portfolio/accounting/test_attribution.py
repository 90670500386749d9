"""Contribution and attribution, by hand and by a published example."""

import numpy as np
import pytest

from portfolio.calc.accounting import (
    AccountingError,
    Kind,
    Row,
    Sleeves,
    attribution,
    brinson_fachler,
    contributions,
    grouped,
    sleeves,
)
from portfolio.calc.accounting.linking import linked, log_slope, period_starts
from tests.portfolio.accounting.books import market, sessions, value

approx = pytest.approx
DAYS = sessions(3)
HELD = [Row(Kind.DEPOSIT, DAYS[0], amount=200), Row(Kind.BUY, DAYS[0], 0, 10, 10), Row(Kind.BUY, DAYS[0], 1, 5, 10)]
MARKET = market({"ACME": [10, 11, 11], "BERG": [10, 10, 8]}, DAYS)


def test_the_published_example():
    """C. R. Bacon, Practical Portfolio Performance Measurement and Attribution (2nd ed. 2008), chapter 5: UK,
    Japanese and US equities. Portfolio 8.3 %, benchmark 6.4 %: allocation -1.2 %, selection 3.0 %, interaction 0.1 %.
    """
    weights, returns = np.array([[0.4, 0.3, 0.3]]), np.array([[0.20, -0.05, 0.06]])
    found = brinson_fachler(
        Sleeves(weights, weights * returns), np.array([[0.4, 0.2, 0.4]]), np.array([[0.10, -0.04, 0.08]])
    )
    assert found[0] == approx(np.array([[0, -0.0104, -0.0016]]))
    assert found[1] == approx(np.array([[0.04, -0.002, -0.008]]))
    assert found[2] == approx(np.array([[0, -0.001, 0.002]]))


def test_a_group_that_the_benchmark_lacks_is_an_allocation():
    # half in a group that earned 4 %, where the benchmark had all in one that earned 2 %: 0.5 x (4 % - 2 %)
    own = Sleeves(np.array([[0.5, 0.5]]), np.array([[0.01, 0.02]]))
    found = brinson_fachler(own, np.array([[1.0, 0.0]]), np.array([[0.02, np.nan]]))
    assert [effect.tolist() for effect in found] == [[approx([0, 0.01])], [approx([0, 0])], [approx([0, 0])]]


def test_a_group_that_is_not_held_selects_nothing():
    own = Sleeves(np.array([[1.0, 0.0]]), np.array([[0.02, 0.0]]))
    allocation, selection, interaction = brinson_fachler(own, np.array([[0.5, 0.5]]), np.array([[0.02, 0.06]]))
    assert allocation[0] == approx([0.5 * -0.02, -0.5 * 0.02])
    assert selection[0] == approx([0, 0])
    assert interaction[0] == approx([0, 0])


@pytest.mark.parametrize(
    ("weights", "returns", "why"),
    [
        ([[0.5, 0.4]], [[0.1, 0.1]], "must be 1 together"),
        ([[0.5, 0.5]], [[0.1, np.nan]], "the return of a group that it holds"),
        ([[0.5, np.nan]], [[0.1, 0.1]], "lacks a weight"),
        ([[1.0]], [[0.1]], "expected shape"),
    ],
)
def test_benchmarks_that_cannot_be(weights, returns, why):
    with pytest.raises(AccountingError, match=why):
        brinson_fachler(Sleeves(np.full((1, 2), 0.5), np.zeros((1, 2))), np.array(weights), np.array(returns))


def test_two_sessions_linked_by_hand():
    # ACME earns 10 of 200, then BERG loses 10 of 210; together 0
    found = contributions(value(HELD, MARKET).days)
    first, second = 0.05, -10 / 210
    acme = first * np.log(1.05) / first  # the whole return is 0, and so its factor 1
    berg = second * np.log1p(second) / second
    assert found.returns == approx([0], abs=1e-12)
    assert found.parts[0] == approx([acme, berg, 0, 0])
    assert acme == approx(-berg)


def test_by_session_it_is_the_gain_over_the_money():
    found = contributions(value(HELD, MARKET).days, "D")
    assert found.parts == approx(np.array([[0, 0, 0, 0], [0.05, 0, 0, 0], [0, -10 / 210, 0, 0]]))
    assert found.first.tolist() == found.last.tolist() == MARKET.dates.tolist()


def test_groups_and_the_weights_of_a_session():
    days = value(HELD, MARKET).days
    found = sleeves(days, np.array([1, 0]), 2)
    assert found.weights == approx(np.array([[0.25, 0.5, 0.25], [0.25, 0.5, 0.25], [50 / 210, 110 / 210, 50 / 210]]))
    assert grouped(days.gain, np.array([1, 1]), 2) == approx(np.array([[0, 0, 0], [0, 10, 0], [0, -10, 0]]))


def test_attribution_of_one_session_by_hand():
    # weights 0.5, 0.25 and cash 0.25; returns 10 %, 0, 0 against 60 % at 5 % and 40 % at 1 %: benchmark 3.4 %
    weights, returns = np.tile([0.6, 0.4, 0.0], (3, 1)), np.array([[0, 0, 0], [0.05, 0.01, 0], [0, 0, 0]])
    found = attribution(value(HELD, MARKET).days, np.array([0, 1]), 2, weights=weights, returns=returns, unit="D")
    assert found.allocation[1] == approx([-0.1 * 0.016, -0.15 * -0.024, 0.25 * -0.034])
    assert found.selection[1] == approx([0.6 * 0.05, 0.4 * -0.01, 0])
    assert found.interaction[1] == approx([-0.1 * 0.05, -0.15 * -0.01, 0])
    assert found.excess[1] == approx(0.05 - 0.034)


def test_a_total_loss_cannot_be_linked():
    days = value([HELD[0], Row(Kind.FEE, DAYS[1], amount=200)], MARKET).days
    assert contributions(days) is None
    weights, returns = np.tile([1.0, 0], (3, 1)), np.zeros((3, 2))
    assert attribution(days, np.array([0, 0]), 1, weights=weights, returns=returns) is None


def test_debts_have_no_contributions():
    days = value([HELD[0], Row(Kind.FEE, DAYS[1], amount=300)], MARKET).days
    assert contributions(days) is None
    assert attribution(days, np.zeros(2, int), 1, weights=np.ones((3, 2)) / 2, returns=np.zeros((3, 2))) is None


def test_the_slope_of_logarithms_near_its_limit():
    assert log_slope(np.array([0.1]), np.array([0.1])) == approx(1 / 1.1)
    assert log_slope(np.array([0.1 + 1e-10]), np.array([0.1])) == approx(1 / 1.1)
    assert log_slope(np.array([0.21]), np.array([0.0])) == approx(np.log(1.21) / 0.21)
    assert linked(np.array([[0.1]]), np.array([0.1]), np.zeros(1), np.array([0])) == approx(np.array([[0.1]]))


def test_calendar_periods():
    dates = np.array(["2023-11-30", "2023-12-01", "2024-01-02", "2024-03-28", "2024-04-01"], "M8[D]")
    assert period_starts(dates, "M").tolist() == [0, 1, 2, 3, 4]
    assert period_starts(dates, "Q").tolist() == [0, 2, 4]
    assert period_starts(dates, "Y").tolist() == [0, 2]
    assert period_starts(dates, None).tolist() == [0]
