"""Lots, averages and the order of a day, by hand."""

import numpy as np
import pytest

from portfolio.calc.accounting import Kind, Row, explain_positions
from tests.portfolio.accounting.books import market, sessions, value

approx = pytest.approx
DAYS = sessions(6)
MARKET = market({"ACME": [10, 12, 14, 16, 18, 20], "BERG": [50] * 6}, DAYS)


def held(rows, of=MARKET):
    run = value(rows, of)
    return explain_positions(run.final, of)[0], run.positions


def buy(day, quantity, price, **more):
    return Row(Kind.BUY, DAYS[day], 0, quantity, price, **more)


def sell(day, quantity, price, **more):
    return Row(Kind.SELL, DAYS[day], 0, quantity, price, **more)


def test_two_lots_by_average_and_first_in_first_out():
    # 10 at 10 + 1 = 101 and 10 at 14 + 1 = 141: 242 for 20, 12.10 each; 15 sold at 16 less 3: 237
    found, trail = held([buy(0, 10, 10, fee=1), buy(2, 10, 14, fee=1), sell(3, 15, 16, fee=2, tax=1)])
    assert found.realised_average == approx(237 - 15 * 12.10)
    assert found.realised_fifo == approx(237 - 101 - 141 / 2)
    assert (found.quantity, found.average_cost, found.fifo_cost) == approx((5, 60.5, 70.5))
    assert (found.unrealised_average, found.unrealised_fifo) == approx((100 - 60.5, 100 - 70.5))
    closings = trail.closings
    assert closings["quantity"].tolist() == [10, 5]
    assert closings["opened_id"].tolist() == [0, 1]
    assert closings["gain"] == approx(np.array([237 * 10 / 15 - 101, 237 * 5 / 15 - 70.5]))
    assert (closings["closed"] - closings["opened"]).astype(int).tolist() == [3, 1]


def test_a_split_of_a_fraction_keeps_what_was_paid():
    # 3 for 2 of 5 shares: 7.5; then 1 for 3: 2.5 shares that cost 55
    found, trail = held([buy(0, 5, 11), Row(Kind.SPLIT, DAYS[1], 0, 1.5), Row(Kind.SPLIT, DAYS[2], 0, 1 / 3)])
    assert (found.quantity, found.average_cost, found.average_price) == approx((2.5, 55, 22))
    assert trail.entries["change"] == approx(np.array([5, 2.5, -5]))
    found, trail = held([buy(0, 5, 11), Row(Kind.SPLIT, DAYS[1], 0, 1.5), sell(2, 2.5, 14)])
    assert found.realised_fifo == approx(35 - 55 / 3)


def test_shares_come_and_go_with_their_cost():
    rows = [
        buy(0, 10, 10), Row(Kind.TRANSFER, DAYS[1], 0, 10, 4, fee=2), Row(Kind.TRANSFER, DAYS[2], 0, -15),
    ]  # fmt: skip
    found, trail = held(rows)
    # 100 and 42: by average 7.10 each, by lots the first ten and half of the second
    assert (found.quantity, found.average_cost, found.fifo_cost) == approx((5, 35.5, 21))
    assert (found.realised_average, found.realised_fifo) == (0, 0)
    assert trail.closings["gain"].tolist() == [0, 0]
    assert trail.closings["cost"] == approx(np.array([100, 21]))


def test_what_is_sold_on_the_day_of_a_split_are_new_shares():
    found, _ = held([sell(1, 15, 6), buy(0, 10, 10), Row(Kind.SPLIT, DAYS[1], 0, 2)])
    assert (found.quantity, found.realised_average) == approx((5, 90 - 75))


def test_sales_come_before_buys_of_a_day():
    # the 5 sold are of those at 10, though 14 were paid on that day
    found, _ = held([buy(0, 10, 10), buy(2, 10, 14), sell(2, 5, 14)])
    assert found.realised_average == approx(5 * 14 - 5 * 10)


def test_unless_more_is_sold_than_was_held():
    # a round trip within the day: 4 held, 10 bought, 12 sold
    found, _ = held([buy(0, 4, 10), sell(2, 12, 14), buy(2, 10, 13)])
    assert (found.quantity, found.realised_fifo) == approx((2, 12 * 14 - 40 - 8 * 13))
    assert found.realised_average == approx(12 * (14 - 170 / 14))


def test_the_sequence_orders_what_is_alike():
    late_first = [buy(0, 5, 10, sequence=2), buy(0, 5, 12, sequence=1), sell(1, 5, 12)]
    assert held(late_first)[0].realised_fifo == approx(0)
    assert held([row._replace(sequence=0) for row in late_first])[0].realised_fifo == approx(10)


def test_the_sequence_comes_before_the_figures():
    of = market({"BERG": [100, 120]}, DAYS[:2], currency_of=[1], rates={"EUR": [1.10, 1.20]})
    dear = Row(Kind.BUY, DAYS[0], 0, 5, 120, currency=1, sequence=1)
    cheap = Row(Kind.BUY, DAYS[0], 0, 5, 99, currency=0, sequence=2)
    found, trail = held([cheap, dear, Row(Kind.SELL, DAYS[1], 0, 5, 130, currency=1)], of)
    assert trail.closings["opened_id"].tolist() == [1]
    assert found.realised_fifo == approx(50)


def test_all_but_rounding_is_all():
    found, trail = held([buy(0, 0.1, 10), buy(0, 0.2, 10), sell(1, 0.3, 12)])
    assert (found.quantity, found.average_cost, found.fifo_cost) == (0, 0, 0)
    assert found.realised_fifo == approx(0.6)
    assert len(trail.closings) == 2
    assert held([buy(0, 0.3, 10), sell(1, 0.1 + 0.2, 12)])[0].quantity == 0


def test_a_foreign_share_paid_in_the_own_currency():
    # 1,100 USD for 10 shares in EUR at 1.10: 1,000 EUR; sold for 1,200 EUR at 1.20: 1,440 USD
    of = market({"BERG": [100, 120]}, DAYS[:2], currency_of=[1], rates={"EUR": [1.10, 1.20]})
    found, _ = held([Row(Kind.BUY, DAYS[0], 0, 10, 110), Row(Kind.SELL, DAYS[1], 0, 10, 120, currency=1)], of)
    assert (found.realised_average, found.realised_average_base) == approx((200, 340))


def test_a_sale_that_costs_more_than_it_brings():
    found, _ = held([buy(0, 1, 10), sell(1, 1, 1, fee=3)])
    assert found.realised_average == approx(-12)
