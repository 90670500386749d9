"""Values day by day where something is missing, late or large."""

import numpy as np
import pytest

from portfolio.calc.accounting import (
    AccountingError,
    Kind,
    Market,
    MissingPrice,
    MissingRate,
    Row,
    State,
    Transactions,
    explain_return,
    explain_value,
    money_weighted_of,
    pack,
    time_weighted,
    unpack,
    valuation,
    valuation_from,
    worth_of,
)
from tests.portfolio.accounting.books import NAN, market, sessions, value

approx = pytest.approx
DAYS = sessions(8)  # Monday to Friday, Monday to Wednesday


def deposit(day, amount, **more):
    return Row(Kind.DEPOSIT, day, amount=amount, **more)


def test_a_price_is_carried_over_a_gap_and_its_age_counted():
    run = value([deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 10, 10)],
                market({"ACME": [10, NAN, NAN, 13]}, DAYS[:4]))  # fmt: skip
    assert run.days.value.tolist() == [100, 100, 100, 130]
    assert run.days.price_age[:, 0].tolist() == [0, 1, 2, 0]


def test_a_split_during_a_gap_divides_the_price_that_is_carried():
    rows = [deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 10, 10), Row(Kind.SPLIT, DAYS[2], 0, 4)]
    run = value(rows, market({"ACME": [10, NAN, NAN, NAN, 3]}, DAYS[:5]))
    assert run.days.quantity[:, 0].tolist() == [10, 10, 40, 40, 40]
    assert run.days.price[:, 0].tolist() == [10, 10, 2.5, 2.5, 3]
    assert run.days.value.tolist() == [100, 100, 100, 100, 120]


def test_the_trail_of_a_price_older_than_the_run():
    of = market({"ACME": [10, NAN, NAN]}, DAYS[:3])
    t = Transactions.of([deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 10, 10)])
    first = valuation(t, of, keep=[of.dates[0]]).states[of.dates[0]]
    row = explain_value(valuation_from(first, t, of).days, of, 1)[0]
    assert (row.price, row.price_age, row.price_date, row.value) == (10, 2, None, 100)


def test_something_held_without_any_price():
    of = market({"ACME": [NAN, NAN, 10]}, DAYS[:3])
    with pytest.raises(MissingPrice, match="no price of ACME on or before 2024-01-02"):
        value([deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[1], 0, 1, 10)], of)
    with pytest.raises(MissingPrice, match="ACME"):  # gone by the evening, but its worth is a flow
        value([Row(Kind.TRANSFER, DAYS[0], 0, 1, 10), Row(Kind.SELL, DAYS[0], 0, 1, 10, sequence=1)], of)
    assert value([Row(Kind.BUY, DAYS[0], 0, 1, 10), Row(Kind.SELL, DAYS[0], 0, 1, 10)], of).days.value[-1] == 0


def test_a_missing_rate_names_the_pair_and_the_date():
    gap = {"EUR": [NAN, 1.1, *[NAN] * 6]}
    of = market({"BERG": [5.0] * 8}, DAYS, currency_of=[1], rates=gap)
    with pytest.raises(MissingRate, match="no exchange rate EUR/USD for 2024-01-01"):
        value([deposit(DAYS[0], 100, currency=1)], of)
    # five sessions it is carried on, from Tuesday to the Tuesday after
    with pytest.raises(MissingRate, match="no exchange rate EUR/USD for 2024-01-10"):
        value([deposit(DAYS[1], 100, currency=1)], of)
    with pytest.raises(MissingRate, match="no exchange rate EUR/USD for 2024-01-10"):
        value([Row(Kind.BUY, DAYS[1], 0, 1, 5)], of)
    # nothing in euros is left: none is needed
    run = value([deposit(DAYS[1], 100, currency=1), Row(Kind.WITHDRAWAL, DAYS[6], amount=100, currency=1)], of)
    assert run.days.value == approx(np.array([0, 110, 110, 110, 110, 110, 0, 0]))
    assert run.days.rate_age[:, 1].tolist() == [-1, 0, 1, 2, 3, 4, 5, -1]


def test_the_base_currency_needs_no_rate():
    of = Market(np.array(DAYS[:2], "M8[D]"), (), np.zeros((2, 0)), np.zeros(0, int), ("EUR", "USD"),
                np.array([[1.1, NAN], [1.2, NAN]]), base=1)  # fmt: skip
    run = value([deposit(DAYS[0], 100), deposit(DAYS[0], 50, currency=1)], of)
    assert run.days.value == approx(np.array([160, 170]))
    assert run.days.gain[1] == approx([10, 0, 0])


def test_a_transaction_between_sessions_counts_on_the_next_and_later_ones_wait():
    rows = [deposit(DAYS[0], 100), deposit("2024-01-06", 50), deposit("2024-01-31", 7)]
    run = value(rows, market({}, DAYS))
    assert run.days.inflow.tolist() == [100, 0, 0, 0, 0, 50, 0, 0]
    assert run.days.value[-1] == 150


def test_money_that_comes_before_the_first_session_counts_on_it():
    assert value([deposit("2023-12-30", 100)], market({}, DAYS)).days.inflow[0] == 100


def test_interest_and_the_fees_of_the_account():
    rows = [deposit(DAYS[0], 100), Row(Kind.DIVIDEND, DAYS[1], amount=5, tax=1), Row(Kind.FEE, DAYS[2], amount=2),
            Row(Kind.TAX, DAYS[3], amount=-0.5)]  # fmt: skip
    days = value(rows, market({"ACME": [1.0] * 8}, DAYS)).days
    assert days.cash[:4, 0].tolist() == [100, 104, 102, 102.5]
    assert days.gain[:4].tolist() == [[0, 0, 0], [0, 4, 0], [0, 0, -2], [0, 0, 0.5]]
    assert (days.income[1], days.taxes[1], days.fees[2], days.taxes[3]) == (5, 1, 2, -0.5)


def test_shares_that_come_and_go_are_flows_at_the_close():
    rows = [Row(Kind.TRANSFER, DAYS[0], 0, 10, 4), Row(Kind.TRANSFER, DAYS[2], 0, -4)]
    days = value(rows, market({"ACME": [10, 11, 12, 12]}, DAYS[:4])).days
    assert days.inflow.tolist() == [100, 0, 0, 0]
    assert days.outflow.tolist() == [0, 0, 48, 0]
    # 100 -> 110; 48 are gone at the start: 62 -> 72
    assert time_weighted(worth_of(days)) == approx(np.array([1, 1, 1.1, 1.1 * 72 / 62, 1.1 * 72 / 62]))


def test_when_all_is_sold_and_taken_out_the_day_s_return_is_that_of_the_money_that_was_there():
    rows = [deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 10, 10), Row(Kind.SELL, DAYS[2], 0, 10, 12),
            Row(Kind.WITHDRAWAL, DAYS[2], amount=120), deposit(DAYS[4], 50)]  # fmt: skip
    days = value(rows, market({"ACME": [10, 11, 11, 11, 11]}, DAYS[:5])).days
    assert time_weighted(worth_of(days)) == approx(np.array([1, 1, 1.1, 1.2, 1.2, 1.2]))
    row = explain_return(days, 2)
    assert (row.late, row.base, row.earned) == (True, 110, approx(120 / 110 - 1))


def test_a_withdrawal_of_more_than_half_counts_at_the_end():
    # 10 are earned on 100, then 60 taken out; the return is not that of the 40 left
    rows = [deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 4, 10), Row(Kind.WITHDRAWAL, DAYS[1], amount=60)]
    days = value(rows, market({"ACME": [10, 12.5, 13]}, DAYS[:3])).days
    assert time_weighted(worth_of(days)) == approx(np.array([1, 1, 1.1, 1.1 * 52 / 50]))
    assert explain_return(days, 1).base == 100


def test_a_withdrawal_of_less_than_half_counts_at_the_start():
    rows = [deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 5, 10), Row(Kind.WITHDRAWAL, DAYS[1], amount=40)]
    days = value(rows, market({"ACME": [10, 12]}, DAYS[:2])).days
    assert time_weighted(worth_of(days)) == approx(np.array([1, 1, 70 / 60]))
    assert not explain_return(days, 1).late


def test_what_rounding_leaves_of_cash_is_no_money():
    of = market({}, DAYS, rates={"EUR": [1.1, 1.1, *[NAN] * 6]})
    rows = [deposit(DAYS[0], 0.1, currency=1), deposit(DAYS[0], 0.2, currency=1),
            Row(Kind.WITHDRAWAL, DAYS[1], amount=0.3, currency=1), deposit(DAYS[7], 100)]  # fmt: skip
    days = value(rows, of).days
    assert 0 < abs(days.cash[1, 1]) < 1e-15
    assert days.value[1:].tolist() == [0, 0, 0, 0, 0, 0, 100]


def test_debts_have_no_return():
    rows = [deposit(DAYS[0], 100), Row(Kind.FEE, DAYS[1], amount=150)]
    days = value(rows, market({}, DAYS[:2])).days
    assert time_weighted(worth_of(days)) is None
    assert days.overdrawn() == [(1, 0)]


def test_the_money_weighted_return_starts_with_the_first_money():
    # 100 on the third session, 101 a week later, on the eighth
    rows = [deposit(DAYS[2], 100), Row(Kind.BUY, DAYS[2], 0, 10, 10)]
    found = money_weighted_of(worth_of(value(rows, market({"ACME": [*[10] * 7, 10.1]}, DAYS)).days))
    assert (found.days, found.whole) == (7, approx(1))
    nothing = money_weighted_of(worth_of(value([], market({}, DAYS)).days))
    assert (nothing.annual, nothing.whole) == (None, None)


def test_returns_of_the_sessions_after_a_state():
    # 100 on Wednesday, 101 a week later
    of = market({"ACME": [*[10] * 7, 10.1]}, DAYS)
    t = Transactions.of([deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 10, 10)])
    kept = valuation(t, of, keep=[of.dates[2]]).states[of.dates[2]]
    worth = worth_of(valuation_from(kept, t, of).days)
    found = money_weighted_of(worth)
    assert (found.days, found.whole) == (7, approx(1))
    assert time_weighted(worth) == approx(np.array([1, 1, 1, 1, 1, 1.01]))


def test_a_state_makes_room_for_assets_that_are_new():
    of = market({"ACME": [10.0] * 8}, DAYS)
    rows = [deposit(DAYS[0], 100), Row(Kind.BUY, DAYS[0], 0, 2, 10)]
    kept = value(rows, of, keep=[of.dates[3]]).states[of.dates[3]]
    more = market({"ACME": [10.0] * 8, "BERG": [20.0] * 8}, DAYS, currency_of=[0, 1], rates={"EUR": [1.1] * 8})
    rows += [Row(Kind.BUY, DAYS[5], 1, 1, 20, currency=1)]
    resumed, full = valuation_from(kept, Transactions.of(rows), more), value(rows, more)
    assert resumed.days.value.tolist() == full.days.value[4:].tolist()
    with pytest.raises(AccountingError, match="more assets or currencies than the market"):
        valuation_from(full.final, Transactions.of(rows), of)


def test_states_are_kept_on_the_last_session_until_the_day():
    of = market({}, DAYS)
    run = value([deposit(DAYS[0], 100)], of, keep=[np.datetime64("2024-01-07"), np.datetime64("2023-12-01")])
    assert [str(day) for day in run.states] == ["2024-01-05", "2024-01-10"]
    assert run.final.day == of.dates[-1]


def test_a_state_of_another_version_is_not_read():
    stored = pack(State.empty(assets=1, currencies=1)) | {"version": 0}
    with pytest.raises(AccountingError, match="version 0"):
        unpack(stored)
    assert unpack(pack(State.empty(assets=1, currencies=1))).day is None


def test_nothing_to_value():
    of = market({}, DAYS)
    with pytest.raises(AccountingError, match="no session after"):
        valuation_from(value([], of).final, Transactions.of([]), of)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"close": [[10.0, 0.0]]}, "close: ACME on 2024-01-02 is 0; it must be above 0"),
        ({"close": [[10.0]]}, "close: expected shape"),
        ({"rates": [[1.0, np.inf]]}, "rates: USD on 2024-01-02 is inf"),
        ({"dates": np.array(["2024-01-02", "2024-01-01"], "M8[D]")}, "dates: must ascend"),
        ({"dates": np.array(DAYS[:2], "M8[ns]")}, "dates: must be datetime64\\[D\\], not datetime64\\[ns\\]"),
        ({"currency_of": [1]}, "currency_of: names a currency that is not there"),
    ],
)
def test_markets_that_cannot_be(change, why):
    parts = {
        "dates": np.array(DAYS[:2], "M8[D]"),
        "close": [[10.0, 11.0]],
        "currency_of": [0],
        "rates": [[1.0, 1.0]],
    } | change
    with pytest.raises(AccountingError, match=why):
        Market(parts["dates"], ("ACME",), np.array(parts["close"]).T,
               np.array(parts["currency_of"]), ("USD",), np.array(parts["rates"]).T)  # fmt: skip
