"""Ledgers worked out by hand. Capital 10,000 and two weeks from Monday 2020-01-06 unless a test says otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from backtests.calc.ledger import Action, Ending, Reason, Side
from backtests.calc.prices import Events, Prices
from backtests.calc.rules import Rules, SellRule
from backtests.calc.signals import Signals
from backtests.calc.simulate import LOOK_AHEAD, simulate

approx = pytest.approx
NAN = float("nan")
FREE = Rules(commission=0, tax=0, slippage=0, cash_buffer=0, initial_capital=10_000, frequency="EVERY_N", every=99)


def table(*columns):
    """Rows are sessions, one argument per name."""
    return np.array(columns, dtype=float).T.copy()


def event(*rows):
    session, instrument, figure = zip(*rows, strict=True)
    return Events(np.array(session), np.array(instrument), np.array(figure, dtype=float))


def prices(close, open_=None, **more):
    """A market of A, B, C ... whose opens are its closes unless they are given."""
    sessions, count = close.shape
    given = {"volume": np.full(close.shape, NAN), "ends": np.full(count, sessions)} | more
    dates = np.busday_offset(np.datetime64("2020-01-06"), np.arange(sessions), roll="forward")
    return Prices(dates, np.array(list("ABCDEF")[:count]), close if open_ is None else open_, close, **given)


def chosen(market, order=None, **more):
    """Everybody is a candidate, A before B before C, unless ``order`` [N] or [T, N] says otherwise (NaN: nobody)."""
    shape = market.close.shape
    score = np.broadcast_to(-np.arange(shape[1], dtype=float) if order is None else np.array(order, float), shape)
    return Signals(score, np.isfinite(score), **more)


def rows(ledger):
    """(session, signal session, name, side, reason, quantity, price) of each trade."""
    return [
        (t["session"], t["signal_session"], "ABCDEF"[t["instrument"]], Side(t["side"]).name, Reason(t["reason"]).name,
         t["quantity"], t["price"]) for t in ledger.trades
    ]  # fmt: skip


def cancelled(ledger):
    return [
        (c["session"], c["signal_session"], "ABCDEF"[c["instrument"]], Side(c["side"]).name, Ending(c["ending"]).name,
         c["quantity"]) for c in ledger.cancelled
    ]  # fmt: skip


# --- three stocks, ten days ---------------------------------------------------------------------------------------


def test_three_stocks_ten_days():
    """Sizing, split, dividend, trailing stop, waiting buy, stop loss that waits, delisting: weekly, two positions,
    commission 1 %, tax 2 %, no slippage, buffer 5 %.

    session   0 Mon   1      2      3     4 Fri   5 Mon   6     7     8     9 Fri
    A open           100                          55
    A close  100     100     52     60    54      55      55    55    55    55      2:1 split on session 2
    B open            50                                                    44
    B close   50      50     50     50    50      50      50    45    -     44      dividend 1 on session 2
    C open                                                -     20
    C close   20      20     20     20    20      20      -     20    21    gone    last listed on session 8
    """
    close = table([100, 100, 52, 60, 54, 55, 55, 55, 55, 55], [50, 50, 50, 50, 50, 50, 50, 45, NAN, 44],
                  [20, 20, 20, 20, 20, 20, NAN, 20, 21, NAN])  # fmt: skip
    market = prices(close, ends=np.array([10, 10, 8]), splits=event((2, 0, 2)), dividends=event((2, 1, 1)))
    order = np.array([[3, 2, 1]] * 5 + [[NAN, 2, 1]] * 5, dtype=float)
    how = Rules(
        commission=1, tax=2, slippage=0, initial_capital=10_000, frequency="WEEKLY", max_positions=2,
        delisting_return=-50, sell_rules=(SellRule("STOP_LOSS", 10), SellRule("TRAILING_STOP", 10)),
    )  # fmt: skip
    ledger = simulate(market, chosen(market, order), how)
    assert ledger.rebalances.tolist() == [0, 5]
    assert rows(ledger) == [
        # 9,500 for two free slots, 4,750 each: / 101 = 47.03; / 50.50 = 94.06
        (1, 0, "A", "BUY", "ENTRY", 47, 100),
        (1, 0, "B", "BUY", "ENTRY", 94, 50),
        # 47 became 94 at an average of 50; the peak is the close of 60, and 54 is 10 % below it
        (5, 4, "A", "SELL", "TRAILING_STOP", 94, 55),
        # chosen on Monday for the slot that A left; no bar on Tuesday. Cash 506 + 94 + 5,014.90 = 5,614.90, of which
        # 95 % = 5,334.155, / 20.20 = 264.07
        (7, 5, "C", "BUY", "ENTRY", 264, 20),
        # the first session after the last one: last close 21, of which half is lost
        (9, 9, "C", "SELL", "DELISTED", 264, 21),
        # 45 is 10 % below 50; no bar on session 8
        (9, 7, "B", "SELL", "STOP_LOSS", 94, 44),
    ]
    # 4,700 + 47 | the same | 5,170 - 51.70 - 103.40 | 5,280 + 52.80 | 264 x 10.50 | 4,136 - 41.36 - 82.72
    flows = [-4747, -4747, 5014.90, -5332.80, 2772, 4011.92]
    assert ledger.trades["cash_flow"].tolist() == approx(flows)
    assert ledger.trades["profit"].tolist() == approx([0, 0, 267.90, 0, -2560.80, -735.08])
    assert ledger.trades["profit_rate"][2] == approx(100 * 267.90 / 4747)
    assert ledger.trades["hold_days"].tolist() == [0, 0, 6, 0, 2, 10]  # 7th to 13th, 15th to 17th, 7th to 17th
    assert ledger.trades["rule"].tolist() == [-1, -1, 1, -1, -1, 0]
    assert ledger.trades["average_price"].tolist() == [100, 50, 0, 20, 0, 0]
    assert ledger.trades["execution_price"].tolist() == [100, 50, 55, 20, 10.5, 44]
    assert [tuple(e) for e in ledger.events] == [(2, 0, Action.SPLIT, 2, 94, 0), (2, 1, Action.DIVIDEND, 1, 94, 94)]
    cash = [10_000, 506, 600, 600, 600, 5614.90, 5614.90, 282.10, 282.10, 7066.02]
    # A and B; on session 8 B is valued at 45 though it has no bar
    holdings = [0, 9400, 9588, 10_340, 9776, 4700, 4700, 264 * 20 + 94 * 45, 264 * 21 + 94 * 45, 0]
    assert ledger.snapshots["cash"].tolist() == approx(cash)
    assert ledger.snapshots["holdings"].tolist() == approx(holdings)
    assert ledger.snapshots["positions"].tolist() == [0, 2, 2, 2, 2, 1, 1, 2, 2, 0]
    assert ledger.snapshots["turnover"][1] == approx(100 * 4700 / 9906)  # half of 9,400
    assert len(ledger.holdings) == 0
    assert not cancelled(ledger)
    assert ledger.warnings == ()


# --- sell conditions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "close", "sold"),
    [
        (SellRule("STOP_LOSS", 10), [100, 100, 91, 90, 80, 80], 4),  # 90 is 10 % below: ordered on 3
        (SellRule("TAKE_PROFIT", 10), [100, 100, 109, 110, 120, 90], 4),
        (SellRule("HOLD_DAYS", 6), [100] * 8, 6),  # bought on Tuesday; Monday is the sixth day: ordered on 5
        (SellRule("HOLD_DAYS", 5), [100] * 8, 6),  # Sunday would be the fifth
        (SellRule("TRAILING_STOP", 10), [150, 100, 120, 109, 108, 108], 5),  # 150 was before the buy
        (SellRule("FACTOR", signal=1), [100] * 6, 3),
    ],
)
def test_each_condition(rule, close, sold):
    market = prices(table(close))
    says = np.zeros(market.close.shape, dtype=bool)
    on_2 = says.copy()
    on_2[2] = True
    how = replace(FREE, max_positions=1, sell_rules=(rule,))
    ledger = simulate(market, chosen(market, sells=(says, on_2)), how)
    assert rows(ledger) == [
        (1, 0, "A", "BUY", "ENTRY", 100, 100),
        (sold, sold - 1, "A", "SELL", rule.kind.name, 100, close[sold]),
    ]


def test_the_first_condition_that_applies_is_the_reason():
    market = prices(table([100, 100, 80, 80]))
    stop, trail, factor = SellRule("STOP_LOSS", 10), SellRule("TRAILING_STOP", 10), SellRule("FACTOR")
    says = (np.ones(market.close.shape, dtype=bool),)
    for sells, reason in (((stop, trail), "STOP_LOSS"), ((trail, stop), "TRAILING_STOP"), ((factor, stop), "FACTOR")):
        ledger = simulate(market, chosen(market, sells=says), replace(FREE, max_positions=1, sell_rules=sells))
        assert rows(ledger)[1][4] == reason
        assert ledger.trades["rule"][1] == 0


def test_a_loss_of_ten_percent_is_one_whatever_the_floats_say():
    # 100 x (33.3 - 29.97) / 33.3 is 9.999999999999995
    market = prices(table([33.3, 33.3, 29.97, 29.97]))
    how = replace(FREE, sell_rules=(SellRule("STOP_LOSS", 10),))
    assert rows(simulate(market, chosen(market), how))[1][:5] == (3, 2, "A", "SELL", "STOP_LOSS")


def test_the_average_price_has_slippage_but_no_commission():
    # bought at 101 with 10 % slippage: 111.1; a close of 100 is 9.99 % below it
    market = prices(table([101, 101, 100, 100]))
    how = replace(FREE, slippage=10, commission=5, sell_rules=(SellRule("STOP_LOSS", 9.99),))
    ledger = simulate(market, chosen(market), how)
    assert ledger.trades["average_price"][0] == approx(111.1)
    assert len(ledger.trades) == 2
    assert ledger.trades["execution_price"][1] == approx(90)  # 100 less 10 %


# --- fills --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fill", "session", "price"), [("next_open", 1, 8), ("next_close", 1, 10), ("same_close", 0, 5)]
)
def test_fills(fill, session, price):
    market = prices(table([5, 10, 20]), table([4, 8, 16]))
    ledger = simulate(market, chosen(market), replace(FREE, fill=fill, max_positions=1))
    assert rows(ledger) == [(session, 0, "A", "BUY", "ENTRY", 10_000 / price, price)]
    assert (LOOK_AHEAD in ledger.warnings) == (fill == "same_close")


def test_same_close_does_not_buy_back_what_it_sold_on_that_session():
    # bought at 100 on 0; on 1 the loss is 10 %: sold at 90, B bought in its place; daily
    market = prices(table([100, 90, 90], [30, 30, 30]))
    how = replace(FREE, fill="same_close", frequency="DAILY", max_positions=1, sell_rules=(SellRule("STOP_LOSS", 10),))
    assert rows(simulate(market, chosen(market), how)) == [
        (0, 0, "A", "BUY", "ENTRY", 100, 100),
        (1, 1, "A", "SELL", "STOP_LOSS", 100, 90),
        (1, 1, "B", "BUY", "ENTRY", 300, 30),
    ]


def test_a_name_sold_at_the_open_may_be_ordered_again_at_the_close():
    market = prices(table([100, 100, 90, 90, 90]))
    how = replace(FREE, frequency="DAILY", max_positions=1, sell_rules=(SellRule("STOP_LOSS", 10),))
    assert [row[:4] for row in rows(simulate(market, chosen(market), how))] == [
        (1, 0, "A", "BUY"), (3, 2, "A", "SELL"), (4, 3, "A", "BUY")]  # fmt: skip


def test_a_waiting_buy_lapses_at_the_next_rebalance():
    # every three sessions: A is chosen on 0 and has no bar until 4, so that on 3 it is no candidate any more
    market = prices(table([10, NAN, NAN, NAN, 10, 10]))
    ledger = simulate(market, chosen(market), replace(FREE, every=3, max_positions=1))
    assert cancelled(ledger) == [(3, 0, "A", "BUY", "LAPSED", 0)]
    assert rows(ledger) == []


def test_a_waiting_sell_survives_rebalances():
    market = prices(table([10, 10, 10, NAN, NAN, NAN, NAN, 12]))
    says = np.zeros(market.close.shape, dtype=bool)
    says[2] = True
    how = replace(FREE, every=2, max_positions=1, sell_rules=(SellRule("FACTOR"),))
    ledger = simulate(market, chosen(market, sells=(says,)), how)
    assert rows(ledger)[1] == (7, 2, "A", "SELL", "FACTOR", 1000, 12)
    assert ledger.snapshots["value"].tolist() == [10_000] * 7 + [12_000]


def test_a_bar_without_volume_is_no_trade():
    market = prices(table([10, 10, 10]), volume=table([5, 0, 5]))
    assert rows(simulate(market, chosen(market), FREE))[0][:3] == (2, 0, "A")


def test_orders_that_still_wait_at_the_end_are_told():
    market = prices(table([10, 10, NAN], [10, NAN, NAN]))
    says = np.ones(market.close.shape, dtype=bool)
    ledger = simulate(market, chosen(market, sells=(says,)), replace(FREE, sell_rules=(SellRule("FACTOR"),)))
    assert cancelled(ledger) == [(2, 0, "B", "BUY", "END", 0), (2, 1, "A", "SELL", "END", 0)]
    assert ledger.holdings["instrument"].tolist() == [0]


def test_an_order_for_a_name_that_is_delisted_meanwhile():
    market = prices(table([10, NAN, NAN]), ends=np.array([0]))
    assert cancelled(simulate(market, chosen(market), FREE)) == [(1, 0, "A", "BUY", "DELISTED", 0)]


# --- slots and money ----------------------------------------------------------------------------------------------


def test_a_lone_candidate_does_not_get_everything():
    # four slots: a quarter of 9,500 = 2,375 at 10
    market = prices(table([10, 10]))
    ledger = simulate(market, chosen(market), replace(FREE, max_positions=4, cash_buffer=5))
    assert rows(ledger)[0][5] == 237


@pytest.mark.parametrize("sizing", ["MARKET_CAP", "SCORE"])
def test_other_weights_share_the_part_of_their_slots(sizing):
    # two of four slots get half of 10,000, as 3 to 1; the third has neither M nor a score above 0: its slot is empty
    market = prices(table([10, 10], [10, 10], [10, 10]), market_value=table([3, 3], [1, 1], [NAN, NAN]))
    ledger = simulate(market, chosen(market, [3, 1, -1]), replace(FREE, max_positions=4, sizing=sizing))
    assert [row[2:6] for row in rows(ledger)] == [("A", "BUY", "ENTRY", 375), ("B", "BUY", "ENTRY", 125)]
    assert cancelled(ledger) == [(0, 0, "C", "BUY", "NO_WEIGHT", 0)]


def test_board_lots_and_names_too_dear_for_one():
    # 5,000 each: 49 shares of A are no lot of 100; 500 of B are five
    market = prices(table([101, 101], [10, 10]))
    ledger = simulate(market, chosen(market), replace(FREE, max_positions=2, lot_size=np.array([100.0, 100.0])))
    assert rows(ledger) == [(1, 0, "B", "BUY", "ENTRY", 500, 10)]
    assert cancelled(ledger) == [(1, 0, "A", "BUY", "TOO_SMALL", 0)]
    ledger = simulate(market, chosen(market), replace(FREE, max_positions=2, lot_size=np.array([1.0, 100.0])))
    assert [row[5] for row in rows(ledger)] == [49, 500]


def test_fractions_use_all_the_money_and_not_more():
    market = prices(table([7, 7], [3, 3], [11, 11]))
    ledger = simulate(market, chosen(market), replace(FREE, fractional=True, max_positions=3, commission=0.7))
    assert 0 <= ledger.snapshots["cash"][1] < 1e-8
    assert ledger.trades["quantity"][0] == approx(10_000 / 3 / 7 / 1.007)


def test_a_suspended_sale_keeps_its_slot_and_the_buy_for_it_waits():
    # A is ordered to be sold on 1 and suspended on 2: B, chosen on 1 for its slot, is bought on 3 when A is gone
    market = prices(table([10, 10, NAN, 10], [10, 10, 10, 10]))
    says = np.zeros(market.close.shape, dtype=bool)
    says[1, 0] = True
    how = replace(FREE, frequency="EVERY_N", every=1, max_positions=1, sell_rules=(SellRule("FACTOR"),))
    ledger = simulate(market, chosen(market, sells=(says,)), replace(how, every=5))
    assert [row[:5] for row in rows(ledger)] == [(1, 0, "A", "BUY", "ENTRY"), (3, 1, "A", "SELL", "FACTOR")]
    ledger = simulate(market, chosen(market, sells=(says,)), replace(how, every=1))
    assert [row[:5] for row in rows(ledger)] == [
        (1, 0, "A", "BUY", "ENTRY"), (3, 1, "A", "SELL", "FACTOR"), (3, 2, "B", "BUY", "ENTRY")]  # fmt: skip
    assert cancelled(ledger)[0] == (2, 1, "B", "BUY", "LAPSED", 0)


def test_the_volume_cap_cancels_the_rest_and_the_condition_fires_again():
    # 10 % of 4,000 of the 1,000 wanted; then 10 % of 3,000, of 500 and of 9,000 of the 400 to be sold
    market = prices(table([10, 10, 10, 10, 10, 10]), volume=table([1, 4000, 3000, 500, 9000, 1]))
    says = np.ones(market.close.shape, dtype=bool)
    how = replace(FREE, max_positions=1, volume_cap=10, sell_rules=(SellRule("FACTOR"),))
    ledger = simulate(market, chosen(market, sells=(says,)), how)
    assert rows(ledger) == [
        (1, 0, "A", "BUY", "ENTRY", 400, 10), (2, 1, "A", "SELL", "FACTOR", 300, 10),
        (3, 2, "A", "SELL", "FACTOR", 50, 10), (4, 3, "A", "SELL", "FACTOR", 50, 10),
    ]  # fmt: skip
    assert cancelled(ledger) == [
        (1, 0, "A", "BUY", "VOLUME_CAP", 600), (2, 1, "A", "SELL", "VOLUME_CAP", 100),
        (3, 2, "A", "SELL", "VOLUME_CAP", 50),
    ]  # fmt: skip


def test_an_unknown_volume_is_not_capped_but_told():
    market = prices(table([10, 10]))
    ledger = simulate(market, chosen(market), replace(FREE, max_positions=1, volume_cap=10))
    assert rows(ledger)[0][5] == 1000
    assert ledger.warnings == ("a volume is not known: the volume cap was not applied (1 session, first 2020-01-07)",)


# --- target weights -----------------------------------------------------------------------------------------------


def test_trading_to_target_weights():
    """Two names, half each, every two sessions.

    session    0     1     2     3
    A         10    10    20    20      500 bought on 1; 10,000 + 5,000 = 15,000 on 3: 7,500 are 375 shares, sell 125
    B         10    10    10    10      500; 750 wanted: buy 250 more at 10 with the 2,500 from A
    """
    market = prices(table([10, 10, 20, 20], [10, 10, 10, 10]))
    ledger = simulate(market, chosen(market), replace(FREE, mode="target", every=2, max_positions=2))
    assert rows(ledger) == [
        (1, 0, "A", "BUY", "TARGET", 500, 10), (1, 0, "B", "BUY", "TARGET", 500, 10),
        (3, 2, "A", "SELL", "TARGET", 125, 20), (3, 2, "B", "BUY", "TARGET", 250, 10),
    ]  # fmt: skip
    assert ledger.trades["profit"][2] == approx(1250)  # 125 x (20 - 10)
    assert ledger.snapshots["cash"].tolist() == [10_000, 0, 0, 0]


def test_names_that_are_no_longer_chosen_are_sold_first():
    # C takes the place of A: 500 A sold at 20 give 10,000; the portfolio is worth 15,000, half of it is 750 at 10
    market = prices(table([10, 10, 20, 20], [10, 10, 10, 10], [10, 10, 10, 10]))
    order = np.array([[3, 2, 1]] * 2 + [[1, 2, 3]] * 2, dtype=float)
    ledger = simulate(market, chosen(market, order), replace(FREE, mode="target", every=2, max_positions=2))
    assert rows(ledger)[2:] == [
        (3, 2, "A", "SELL", "DROPPED", 500, 20), (3, 2, "C", "BUY", "TARGET", 750, 10),
        (3, 2, "B", "BUY", "TARGET", 250, 10),
    ]  # fmt: skip


def test_more_of_a_held_name_moves_the_average_but_not_the_first_day():
    market = prices(table([10, 10, 40, 40, 40], [10, 10, 20, 20, 20]))
    ledger = simulate(market, chosen(market), replace(FREE, mode="target", every=2, max_positions=2))
    # 500 x 40 + 500 x 20 = 30,000: 15,000 are 375 of A (sell 125) and 750 of B (buy 250 at 20)
    assert rows(ledger)[3] == (3, 2, "B", "BUY", "TARGET", 250, 20)
    assert ledger.trades["average_price"][3] == approx((500 * 10 + 250 * 20) / 750)
    assert ledger.trades["hold_days"][3] == 2
    held = ledger.holdings[1]
    assert held["cost"] == 10_000
    assert held["profit"] == 5000
    assert held["profit_rate"] == 50
    assert held["weight"] == approx(50)
    assert held["first_session"] == 1
    assert held["peak"] == 20


def test_buys_by_rank_while_cash_lasts():
    market = prices(table([10, 10, 10, 10], [10, 10, 10, 10], [10, 10, 10, 10]))
    order = np.array([[3, NAN, NAN]] * 2 + [[NAN, 2, 1]] * 2, dtype=float)
    how = replace(FREE, mode="target", every=2, max_positions=2, tax=50)
    ledger = simulate(market, chosen(market, order), how)
    # 1,000 A sold for 10,000 less 5,000 tax; B and C are wanted for 5,000 each: B gets it all
    assert [row[2:6] for row in rows(ledger)[1:]] == [("A", "SELL", "DROPPED", 1000), ("B", "BUY", "TARGET", 500)]
    assert cancelled(ledger) == [(3, 2, "C", "ADJUST", "TOO_SMALL", 0)]


def test_a_held_name_stays_chosen_without_a_bar_of_the_day():
    market = prices(table([10, 10, NAN, 10], [10, 10, 10, 10]))
    ledger = simulate(market, chosen(market), replace(FREE, mode="target", every=2, max_positions=1))
    assert len(ledger.trades) == 1


def test_in_mode_fill_nothing_is_bought_or_sold_to_keep_weights():
    market = prices(table([10, 10, 20, 20, 20], [10, 10, 10, 10, 10], [10, 10, 10, 10, 10]))
    order = np.array([[3, 2, 1]] * 2 + [[1, 2, 3]] * 3, dtype=float)
    ledger = simulate(market, chosen(market, order), replace(FREE, frequency="DAILY", max_positions=2))
    assert len(ledger.trades) == 2


# --- corporate actions --------------------------------------------------------------------------------------------


def test_a_split_moves_nothing_that_matters():
    # 3:2 split of 101 shares: 151.5; neither stop loss nor trailing stop fires, the half share is sold with the rest
    market = prices(table([99, 99, 66, 66, 66]), splits=event((2, 0, 1.5)))
    says = np.zeros(market.close.shape, dtype=bool)
    says[3] = True
    sells = (SellRule("STOP_LOSS", 1), SellRule("TRAILING_STOP", 1), SellRule("FACTOR"))
    ledger = simulate(market, chosen(market, sells=(says,)), replace(FREE, max_positions=1, sell_rules=sells))
    assert rows(ledger) == [(1, 0, "A", "BUY", "ENTRY", 101, 99), (4, 3, "A", "SELL", "FACTOR", 151.5, 66)]
    assert ledger.snapshots["value"].tolist() == [10_000] * 5
    assert ledger.trades["profit"][1] == approx(0)


def test_a_split_and_a_dividend_of_one_day_and_a_suspended_ex_day():
    # 100 become 200 at 50, though there is no bar; then 1 on each of the 200
    market = prices(table([100, 100, NAN, 50]), splits=event((2, 0, 2)), dividends=event((2, 0, 1)))
    ledger = simulate(market, chosen(market), replace(FREE, max_positions=1))
    assert ledger.snapshots["value"].tolist() == [10_000, 10_000, 10_200, 10_200]


def test_who_buys_on_the_ex_day_gets_no_dividend():
    market = prices(table([100, 100, 100]), dividends=event((1, 0, 1)))
    assert len(simulate(market, chosen(market), FREE).events) == 0


def test_a_delisting_at_nothing():
    market = prices(table([10, 10, NAN]), ends=np.array([1]))
    ledger = simulate(market, chosen(market), replace(FREE, max_positions=1, delisting_return=-100, commission=1))
    assert rows(ledger)[1] == (2, 2, "A", "SELL", "DELISTED", 990, 10)
    assert ledger.trades["cash_flow"][1] == 0
    assert ledger.trades["profit_rate"][1] == -100


# --- the beginning ------------------------------------------------------------------------------------------------


def test_rows_before_the_start_are_history():
    market = prices(table([10, 10, 10, 10]), start=2)
    ledger = simulate(market, chosen(market), FREE)
    assert ledger.snapshots["session"].tolist() == [2, 3]
    assert rows(ledger)[0][:2] == (3, 2)


def test_without_a_rebalance_on_start_nothing_happens_before_the_first():
    market = prices(table([10] * 8))
    ledger = simulate(market, chosen(market), replace(FREE, frequency="WEEKLY", rebalance_on_start=False))
    assert ledger.rebalances.tolist() == [5]
    assert rows(ledger)[0][:2] == (6, 5)


def test_a_session_without_candidates_is_told():
    market = prices(table([10, 10]))
    assert simulate(market, chosen(market, [NAN]), FREE).warnings == (
        "nothing met the buy conditions on a rebalance session (1 session, first 2020-01-06)",
    )
