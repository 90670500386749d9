"""Plans worked out by hand."""

import pytest

from portfolio.calc.rebalancing import BAND, CASH, CASH_ONLY, FULL, Band, Book, BookError, Costs, Position
from portfolio.calc.rebalancing import rebalancing_plan as plan_of


def traded(plan):
    return {one.asset: one.quantity if one.side == "BUY" else -one.quantity for one in plan.trades}


def even(held_a, held_b, cash, *, lot=1.0, threshold=None, price=100.0):
    """Two assets at ``price``, half and half."""
    band = Band(50, threshold=threshold)
    return Book(
        [Position("AAA", held_a, price, 80, band, lot), Position("BBB", held_b, price, 100, band, lot)], cash=cash
    )


def test_full_without_costs_meets_the_targets():
    # 6000 + 2000 + 2000 cash: 5000 each, 10 sold and 30 bought; turnover (1000 + 3000) / 2 / 10,000.
    plan = plan_of(even(60, 20, 2000))
    assert traded(plan) == {"AAA": -10, "BBB": 30}
    assert [one.side for one in plan.trades] == ["SELL", "BUY"]
    assert plan.after == pytest.approx({"AAA": 50, "BBB": 50, CASH: 0})
    assert (plan.drift_before, plan.drift_after) == pytest.approx((60, 0))
    assert (plan.cash_before, plan.cash_after, plan.turnover) == pytest.approx((2000, 0, 20))
    assert (plan.reason, plan.notes) == (None, ())


def test_costs_and_taxes_are_paid_out_of_the_cash():
    # Selling 10 bought at 80: gain 200, tax of 20 % = 40; commission 0.1 % of 1000 = 1. Then 2000 + 1000 - 41 = 2959
    # buy 29 x 100.1 = 2902.9, and 56.10 is left; a thirtieth would cost 44 more than there is.
    plan = plan_of(even(60, 20, 2000), costs=Costs(commission=0.1, tax_rate=20))
    assert traded(plan) == {"AAA": -10, "BBB": 29}
    sale, buy = plan.trades
    assert (sale.commission, sale.tax, sale.value, sale.price) == pytest.approx((1, 40, 1000, 100))
    assert (buy.commission, buy.tax) == pytest.approx((2.9, 0))
    assert plan.cash_after == pytest.approx(56.1)
    assert (plan.cost, plan.commission, plan.tax) == pytest.approx((43.9, 3.9, 40))
    # 5000, 4900 and 56.10 of the 9956.10 that are left.
    assert plan.after == pytest.approx({"AAA": 50.22047, "BBB": 49.21606, CASH: 0.56347}, abs=1e-5)


def test_a_loss_brings_no_tax_back_but_sales_are_taxed():
    book = Book([Position("AAA", 60, 100, 150, Band(50)), Position("BBB", 40, 100, 100, Band(50))])
    assert plan_of(book, costs=Costs(tax_rate=25)).tax == 0
    plan = plan_of(book, costs=Costs(tax_rate=25, sales_tax=2))  # 10 sold for 1000, 2 % of it; 980 buy 9
    assert traded(plan) == {"AAA": -10, "BBB": 9}
    assert ([trade.tax for trade in plan.trades], plan.cash_after) == ([20, 0], 80)


def test_sales_tax_beside_commission_and_gains_tax():
    # 10 sold at a gain of 20 each: 40 gains tax, 10 sales tax, 1 commission; 2949 buy 29 x 100.1, 46.10 is left.
    plan = plan_of(even(60, 20, 2000), costs=Costs(commission=0.1, tax_rate=20, sales_tax=1))
    assert traded(plan) == {"AAA": -10, "BBB": 29}
    assert (plan.trades[0].tax, plan.commission, plan.cash_after) == pytest.approx((50, 3.9, 46.1))


def test_band_brings_only_breaches_to_the_nearer_edge():
    # AAA 60 % of 10,000 -> 55 %: 5 sold; BBB 20 % -> 35 %: 15 bought; CCC 10 % is within its band and stays.
    band = Band(45, threshold=10)
    book = Book(
        [
            Position("AAA", 60, 100, 80, band),
            Position("BBB", 20, 100, 100, band),
            Position("CCC", 10, 100, 100, Band(8, threshold=5)),
        ],
        cash=1000,
        cash_band=Band(2),
    )
    plan = plan_of(book, mode=BAND)
    assert traded(plan) == {"AAA": -5, "BBB": 15}  # the money of the sale and the cash: 1500
    assert plan.notes == ()
    assert plan.after == pytest.approx({"AAA": 55, "BBB": 35, "CCC": 10, CASH: 0})


def test_band_tells_when_money_does_not_reach_the_edge():
    # BBB has 20 % and needs 50; 500 in cash buy 5 of the 30 shares.
    book = Book([Position("AAA", 75, 100, 80, Band(45)), Position("BBB", 20, 100, 80, Band(55, threshold=5))], 500)
    plan = plan_of(book, mode=BAND)
    assert traded(plan) == {"BBB": 5}
    assert plan.notes == ("BBB: 2500.00 below its goal, since there is not more cash",)


def test_cash_that_is_on_its_target_is_not_spent_to_no_avail():
    # What BBB would gain on its target, cash would lose on its own.
    book = Book(
        [Position("AAA", 75, 100, 80, Band(45)), Position("BBB", 20, 100, 80, Band(50, threshold=5))], 500, Band(5)
    )
    plan = plan_of(book, mode=BAND)
    assert plan.reason == "the trades would not lower the summed drift: from 60.0000 to 60.0000 percent points"


def test_band_goes_to_a_minimum_that_is_nearer_than_the_threshold():
    book = Book([Position("AAA", 10, 100, 1, Band(50, minimum=48, threshold=20))], 9000, Band(50))
    assert plan_of(book, mode=BAND).after == pytest.approx({"AAA": 48, CASH: 52})


def test_band_without_a_breach_says_so():
    plan = plan_of(even(52, 48, 0, threshold=5), mode=BAND)
    assert (plan.trades, plan.reason) == ((), "no asset is outside its band")
    assert plan.after == plan.before


def test_band_tells_of_cash_outside_its_band():
    book = Book([Position("AAA", 50, 100, 1, Band(95))], 5000, Band(5, maximum=10))
    plan = plan_of(book, mode=BAND)
    assert plan.trades == ()
    assert plan.notes == ("CASH: above its band, which a band plan does not trade for; full or cash_only does",)


def test_cash_only_buys_what_lags_most_and_sells_nothing():
    # 6000, 2000, 2000 of 10,000 and a deposit of 2000: targets 4800, 3600, 3600. Shortfalls of 1600 each share 2000.
    thirds = [Position("AAA", 60, 100, 1, Band(40)), Position("BBB", 20, 100, 1, Band(30))]
    book = Book([*thirds, Position("CCC", 20, 100, 1, Band(30))])
    plan = plan_of(book, mode=CASH_ONLY, deposit=2000)
    assert traded(plan) == {"BBB": 10, "CCC": 10}
    assert plan.cash_before == 2000
    assert plan.notes[0] == "AAA: 1200.00 above its goal, since this plan does not sell it"


def test_cash_only_brings_the_greatest_shortfalls_to_one_level():
    # Shortfalls of 3000 and 1000 and 2500 to spend: 2250 and 250 leave 750 each.
    book = Book(
        [
            Position("AAA", 9000, 1, 1, Band(50)),
            Position("BBB", 2000, 1, 1, Band(33 + 1 / 3)),
            Position("CCC", 1500, 1, 1, Band(16 + 2 / 3)),
        ],
        cash=2500,
    )
    assert traded(plan_of(book, mode=CASH_ONLY)) == {"BBB": 2250, "CCC": 250}


def test_cash_only_keeps_the_cash_that_is_wanted():
    book = Book([Position("AAA", 50, 100, 1, Band(90))], 5000, Band(10))
    assert plan_of(book, mode=CASH_ONLY).cash_after == pytest.approx(1000)


@pytest.mark.parametrize(("lot", "bought"), [(1.0, 33.0), (10.0, 30.0), (100.0, 0.0), (0.0, 33 + 1 / 3)])
def test_lots_and_fractions(lot, bought):
    # 1000 in cash for shares of 30: a third of a share is left over, or three, or all.
    plan = plan_of(Book([Position("AAA", 0, 30, None, Band(100), lot)], 1000))
    assert traded(plan).get("AAA", 0.0) == pytest.approx(bought)
    assert plan.cash_after == pytest.approx(1000 - 30 * bought, abs=1e-9)


def test_a_target_of_zero_sells_everything_odd_lots_too():
    book = Book([Position("OLD", 150.5, 10, 5, Band(0), 100), Position("NEW", 0, 10, None, Band(100), 1)])
    assert traded(plan_of(book)) == {"OLD": -150.5, "NEW": 150}


def test_what_is_below_the_minimum_is_not_traded_and_told():
    # 5100 and 4900 of 10,000: a sale and a buy of 100 would do, less than 200.
    plan = plan_of(even(51, 49, 0), minimum_trade=200)
    assert plan.trades == ()
    assert plan.reason == "no trade is large enough and paid for"
    assert plan.notes == ()  # one share of 100 off: within one share of the target

    plan = plan_of(even(52, 48, 0), minimum_trade=300)
    assert plan.notes[0] == "AAA: 200.00 above its goal, since the trade would be below the minimum of 300"


def test_a_small_deposit_goes_into_few_large_enough_buys():
    # Ten names lag by 645 each; buys of 50 would be below 200, two of 250 are not.
    names = [Position(f"N{i}", 30, 10, 1, Band(9)) for i in range(10)]
    book = Book([Position("BIG", 700, 10, 1, Band(10)), *names])
    plan = plan_of(book, mode=CASH_ONLY, deposit=500, minimum_trade=200)
    assert [one.value for one in plan.trades] == [250, 250]
    assert plan.cash_after == 0


def test_a_deposit_is_not_invested_beyond_the_targets_to_reach_the_minimum():
    names = [Position(f"N{i}", 50, 10, 1, Band(10)) for i in range(10)]
    assert plan_of(Book(names), mode=CASH_ONLY, deposit=500, minimum_trade=200).trades == ()


def test_nothing_is_proposed_that_would_not_help():
    # Half a share of 100 off each way: any trade of a whole share only turns the drift round.
    book = Book([Position("AAA", 1, 100, 1, Band(60)), Position("BBB", 1, 100, 1, Band(40))])
    plan = plan_of(book)
    assert plan.trades == ()
    assert plan.reason


def test_costs_that_are_dearer_than_the_drift_are_not_proposed():
    # One share too many of a hundred, all of it gain, taxed at 90 percent.
    book = Book([Position("AAA", 52, 100, 0.0, Band(50)), Position("BBB", 0, None, None, Band(50))], 4800)
    plan = plan_of(book, costs=Costs(tax_rate=90))
    assert plan.notes[0].startswith("BBB: ")
    assert plan.notes[0].endswith("since it has no price")


def test_an_empty_portfolio_and_one_of_cash():
    empty = plan_of(Book([Position("AAA", 0, 100, None, Band(100))]))
    assert (empty.trades, empty.reason) == ((), "the portfolio is worth nothing")
    first = plan_of(Book([Position("AAA", 0, 100, None, Band(60)), Position("BBB", 0, 50, None, Band(40))], 1000))
    assert traded(first) == {"AAA": 6, "BBB": 8}
    idle = plan_of(Book([], 1000, Band(100)))
    assert (idle.trades, idle.drift_before) == ((), 0)


def test_a_tax_needs_the_average_cost():
    book = Book([Position("AAA", 60, 100, None, Band(100))])
    with pytest.raises(BookError, match="average_cost: AAA is held and has none"):
        plan_of(book, costs=Costs(tax_rate=10))
    assert plan_of(book).drift_before == 0


@pytest.mark.parametrize("wrong", [{"mode": "half"}, {"deposit": -1}, {"minimum_trade": float("nan")}])
def test_wrong_questions_are_refused(wrong):
    with pytest.raises(ValueError, match=r"mode: must|deposit and minimum_trade must"):
        plan_of(even(1, 1, 1), **wrong)


@pytest.mark.parametrize("wrong", [{"commission": -1}, {"tax_rate": 100}])
def test_wrong_costs_are_refused(wrong):
    with pytest.raises(BookError, match="must be from 0 to below 100"):
        Costs(**wrong)


def test_a_plan_needs_targets_and_cash_that_is_not_owed():
    with pytest.raises(BookError, match=r"^target: there is none"):
        plan_of(Book([Position("AAA", 1, 1)], 10))
    with pytest.raises(BookError, match=r"^cash: 250\.00 is owed"):
        plan_of(even(10, 5, -250))
    assert traded(plan_of(even(10, 5, -250), deposit=750)) == {"BBB": 5}  # 1,000 and 500 and 500
    rounded = plan_of(even(10, 6, -0.004))
    assert (traded(rounded), rounded.cash_before, rounded.cash_after) == ({"AAA": -2, "BBB": 2}, 0, 0)


def test_full_is_the_default():
    assert plan_of(even(1, 2, 3)).mode == FULL
