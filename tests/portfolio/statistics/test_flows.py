"""Time-weighted and money-weighted returns: by hand, and by pyxirr."""

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.calc.statistics import money_weighted, money_weighted_return, time_weighted_index, time_weighted_return
from portfolio.calc.statistics.money_weighted import xirr
from tests.portfolio.statistics.tracks import NAN

approx = pytest.approx


def days(*offsets: int) -> np.ndarray:
    return np.datetime64("2020-01-01", "D") + np.array(offsets, dtype=int)


# --- time-weighted ------------------------------------------------------------------------------------------------


def test_a_deposit_at_the_start_of_a_session_earns_that_session_s_return():
    # 100 grow to 110; 90 more make 200, which grow to 220; 20 are taken out, 200 fall to 180: 1.1 x 1.1 x 0.9
    found = time_weighted_index(np.array([100, 110, 220, 180.0]), np.array([0, 0, 90, -20.0]))
    assert found == approx([1, 1.1, 1.21, 1.089])
    assert time_weighted_return(np.array([100, 110, 220, 180.0]), np.array([0, 0, 90, -20.0])) == approx(8.9)


def test_without_flows_it_is_the_value_series():
    values = np.array([50, 55, 44, 60.0])
    assert time_weighted_index(values, np.zeros(4)) == approx(values / 50)


def test_the_first_flow_is_the_initial_capital():
    assert time_weighted_index(np.array([100, 110.0]), np.array([100, 0.0])) == approx([1, 1.1])


def test_while_there_is_no_money_nothing_is_earned():
    # paid in on the first session, taken out on the third, paid in again on the fifth
    values, flows = np.array([0, 110, 0, 0, 220, 242.0]), np.array([0, 100, -110, 0, 200, 0])
    assert time_weighted_index(values, flows) == approx([1, 1.1, 1.1, 1.1, 1.21, 1.331])


def test_what_rounding_leaves_of_a_full_withdrawal_is_nothing():
    for value, paid in ((0.3, 0.1 + 0.2), (0.1 + 0.2, 0.3)):
        assert time_weighted_index(np.array([value, 0, 0]), np.array([0, -paid, 0])) == approx([1, 1, 1])


@pytest.mark.parametrize(
    ("values", "flows"),
    [([100, 50.0, 60], [0, -100, 0]), ([100, 0.0, 0], [0, -120, 0]), ([100, 90.0, -6], [0, 0, 0])],
    ids=["value out of nothing", "more taken out than there was", "debts"],
)
def test_where_no_return_leads_there_is_none(values, flows):
    assert time_weighted_index(np.array(values), np.array(flows)) is None
    assert time_weighted_return(np.array(values), np.array(flows)) is None


def test_fewer_than_two_sessions():
    assert time_weighted_return(np.array([100, 110.0]), np.zeros(2)) is None


@pytest.mark.parametrize(
    ("values", "flows", "why"),
    [([100, NAN], [0, 0], "missing"), ([100, 110], [0], "one flow per value"), ([], [], "one flow per value")],
)
def test_numbers_that_do_not_fit_are_refused(values, flows, why):
    for figure in (time_weighted_index, lambda v, f: money_weighted_return(v, f, days(*range(len(v))))):
        with pytest.raises(ValueError, match=why):
            figure(np.array(values, dtype=float), np.array(flows, dtype=float))


@given(st.lists(st.tuples(st.floats(-0.3, 0.3), st.floats(0, 50)), min_size=2, max_size=30))
def test_flows_at_the_start_of_sessions_never_change_the_chain(steps):
    value, values, chain = 100.0, [100.0], [1.0]
    for earned, paid in steps:
        value = (value + paid) * (1 + earned)
        values.append(value)
        chain.append(chain[-1] * (1 + earned))
    assert time_weighted_index(np.array(values), np.array([0.0] + [paid for _, paid in steps])) == approx(chain)


# --- money-weighted -----------------------------------------------------------------------------------------------


def test_one_payment_in_and_one_out():
    assert xirr(np.array([-100, 110.0]), days(0, 365)) == approx(0.1)
    assert xirr(np.array([-100, 121.0]), days(0, 730)) == approx(0.1)
    assert xirr(np.array([110, -100.0]), days(365, 0)) == approx(0.1)  # in any order
    assert xirr(np.array([-100, 100.0]), days(0, 500)) == 0.0


def test_under_one_year_the_rate_is_also_shown_as_it_was():
    found = money_weighted(np.array([-100, 110.0]), days(0, 73))
    assert found.annual == approx(100 * (1.1**5 - 1))
    assert (found.whole, found.days) == (approx(10.0), 73)


def test_of_a_portfolio():
    # 100 and, a year later, 100 more; 231 after two years: 100 x 1.1^2 + 100 x 1.1 = 231
    found = money_weighted_return(np.array([100, 210, 231.0]), np.array([0, 100, 0.0]), days(0, 365, 730))
    assert found.annual == approx(10.0)


def test_of_two_rates_the_one_nearest_zero_counts():
    # -100 (1 + x - 1.1)(1 + x - 1.5) = -100 + 260 - 165: both 10 % and 50 % are rates
    assert xirr(np.array([-100, 260, -165.0]), days(0, 365, 730)) == approx(0.1)
    # -20 % and +30 %, where pyxirr answers the other one
    assert pyxirr.xirr(days(0, 365, 730), [-100, 210, -104]) == approx(0.3)
    assert xirr(np.array([-100, 210, -104.0]), days(0, 365, 730)) == approx(-0.2)
    # -20 % and +10 %
    assert xirr(np.array([-100, 190, -88.0]), days(0, 365, 730)) == approx(0.1)


def test_a_rate_that_only_touches_zero_is_found():
    # (1 + x - 1.25)^2: twice 25 %
    assert xirr(np.array([-64, 160, -100.0]), days(0, 365, 730)) == approx(0.25, abs=1e-6)


def test_two_rates_close_together_are_told_apart():
    # 10 % and 10.01 %: between two steps of the walk
    low, high = 1.1, 1.1001
    assert xirr(np.array([-1000, 1000 * (low + high), -1000 * low * high]), days(0, 365, 730)) == approx(0.1, abs=1e-8)


@pytest.mark.parametrize(
    ("amounts", "dates"),
    [([-100, -10], (0, 365)), ([100, 10], (0, 365)), ([], ()), ([-100], (0,)), ([-100, 110], (5, 5)), ([0, 0], (0, 9)),
     ([-100, 150, -100], (0, 365, 730)), ([-1, 1000], (0, 365)), ([-100, 0.001], (0, 365))],
    ids=["only in", "only out", "nothing", "one", "one day", "zeros", "no root", "above 10,000 %", "below -99.99 %"],
)  # fmt: skip
def test_where_there_is_no_rate(amounts, dates):
    found = money_weighted(np.array(amounts, dtype=float), days(*dates))
    assert (found.annual, found.whole) == (None, None)


def test_an_amount_without_a_date_is_refused():
    with pytest.raises(ValueError, match="an amount or its date is missing"):
        xirr(np.array([-100, NAN]), days(0, 1))
    with pytest.raises(ValueError, match="an amount or its date is missing"):
        xirr(np.array([-100, 100.0]), np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"))
    with pytest.raises(ValueError, match="one date per amount"):
        xirr(np.array([-100, 100.0]), days(0))


def test_a_century_does_not_overflow():
    found = xirr(np.array([-1, 3, -1, 5.0]), days(0, 20_000, 30_000, 40_000))
    assert found == approx(pyxirr.xirr(days(0, 20_000, 30_000, 40_000), [-1, 3, -1, 5.0]), rel=1e-7)


@pytest.mark.parametrize("seed", range(40))
def test_saving_and_spending_has_the_rate_of_pyxirr(seed):
    rng = np.random.default_rng(seed)
    when = np.unique(rng.integers(0, 4000, rng.integers(3, 80)))
    paid = -rng.uniform(1, 100, len(when))
    paid[-1] = -paid[:-1].sum() * rng.uniform(0.7, 3)
    expected = pyxirr.xirr(days(*when), paid)
    assert xirr(paid, days(*when)) == approx(expected, rel=1e-9, abs=1e-9)


payments = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(-1000, 1000).filter(bool)), min_size=2, max_size=8,
    unique_by=lambda one: one[0],
)  # fmt: skip


@given(payments)
@settings(max_examples=200, deadline=None)
def test_any_rate_makes_the_payments_worth_nothing_and_none_is_nearer_zero(paid):
    when, amounts = days(*[one[0] for one in paid]), np.array([one[1] for one in paid], dtype=float)
    years = np.array([one[0] for one in paid]) / 365.0
    found = xirr(amounts, when)

    def worth(rate: np.ndarray) -> np.ndarray:
        return (1 + rate[:, None]) ** -(years - years.min()) @ amounts

    def size(rate: np.ndarray) -> np.ndarray:
        return (1 + rate[:, None]) ** -(years - years.min()) @ np.abs(amounts)

    reach = 100.0 if found is None else abs(found) * (1 - 1e-6)
    nearer = np.concatenate(
        [np.expm1(np.linspace(np.log1p(-min(reach, 0.9999)), 0, 3000)), np.linspace(0, reach, 3000)]
    )
    sign = np.sign(np.where(np.abs(worth(nearer)) <= 1e-9 * size(nearer), 0, worth(nearer)))
    assert not (np.any(sign > 0) and np.any(sign < 0))
    if found is not None:
        at = np.array([found])
        assert abs(worth(at)) <= 1e-8 * size(at) * (1 + years.max() - years.min())
    other = pyxirr.xirr(when, amounts, silent=True)
    if found is None and other is not None:
        assert not -0.9999 < other < 100 or abs(worth(np.array([other]))) > 1e-9 * size(np.array([other]))
