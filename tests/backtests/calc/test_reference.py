"""The simulation against a second one in plain Python, trade by trade, and what must hold of every ledger."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backtests.calc.ledger import Ending, Reason, Side
from backtests.calc.rules import Exit, Fill, Mode, Rules, SellRule
from backtests.calc.schedule import Frequency
from backtests.calc.simulate import simulate
from tests.backtests.markets import market, permuted, signals
from tests.backtests.reference import Reference

SIZINGS = ["EQUAL_WEIGHT", "MARKET_CAP", "RISK_PARITY", "SCORE"]
PER_SHARE = ["price", "execution_price", "average_price", "profit_rate"]
MONEY = ["commission", "tax", "cash_flow", "profit"]
PLACES = ["session", "signal_session", "rule", "hold_days"]
often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

sell_rule = st.one_of(
    st.builds(
        SellRule,
        st.sampled_from([Exit.STOP_LOSS, Exit.TAKE_PROFIT, Exit.TRAILING_STOP]),
        st.sampled_from([5.0, 10.0, 20.0]),
    ),
    st.builds(SellRule, st.just(Exit.HOLD_DAYS), st.sampled_from([1.0, 7.0, 30.0])),
    st.builds(SellRule, st.just(Exit.FACTOR), signal=st.sampled_from([0, 1])),
)


@st.composite
def rules(draw):
    return Rules(
        fill=draw(st.sampled_from(Fill)), mode=draw(st.sampled_from(Mode)), sizing=draw(st.sampled_from(SIZINGS)),
        max_positions=draw(st.integers(1, 6)), cash_buffer=draw(st.sampled_from([0.0, 5.0])),
        commission=draw(st.sampled_from([0.0, 0.015, 1.0])), tax=draw(st.sampled_from([0.0, 0.23])),
        slippage=draw(st.sampled_from([0.0, 0.1])), lot_size=draw(st.sampled_from([1.0, 10.0, 100.0])),
        fractional=draw(st.booleans()), volume_cap=draw(st.sampled_from([None, None, 10.0, 1.0])),
        sell_rules=tuple(draw(st.lists(sell_rule, max_size=3))), frequency=draw(st.sampled_from(Frequency)),
        every=draw(st.integers(1, 7)), rebalance_on_start=draw(st.booleans()),
        delisting_return=draw(st.sampled_from([0.0, -30.0, -100.0])),
        initial_capital=draw(st.sampled_from([1e4, 1e6, 1e8])),
    )  # fmt: skip


@st.composite
def backtests(draw):
    """(prices, signals, rules)."""
    seed, round_prices = draw(st.integers(0, 2**32 - 1)), draw(st.booleans())
    sessions, instruments = draw(st.integers(1, 90)), draw(st.integers(1, 8))
    wild = draw(st.sampled_from([0.1, 1.0, 3.0]))
    start = draw(st.sampled_from([0, sessions // 2, max(sessions - 20, 0)]))
    prices = market(seed, sessions, instruments, round_prices=round_prices, start=min(start, sessions - 1), wild=wild)
    return prices, signals(seed, prices, conditions=2, levels=draw(st.sampled_from([0, 5]))), draw(rules())


@often
@given(backtests())
def test_trade_by_trade_what_plain_python_does(case):
    prices, found, how = case
    ledger, expected = simulate(prices, found, how), Reference(*case).run()
    rows = ledger.trades
    told = [(Side(r["side"]).name, Reason(r["reason"]).name, prices.tickers[r["instrument"]]) for r in rows]
    assert told == [(trade["side"], trade["reason"], trade["ticker"]) for trade in expected.trades]
    for name in PLACES:
        assert rows[name].tolist() == [trade[name] for trade in expected.trades]
    for name in PER_SHARE:
        np.testing.assert_allclose(rows[name], [trade[name] for trade in expected.trades], rtol=1e-9, atol=1e-9)
    scale = how.initial_capital
    for name in MONEY:  # a small trade of a large portfolio is a difference of large numbers
        np.testing.assert_allclose(rows[name], [t[name] for t in expected.trades], rtol=1e-9, atol=1e-12 * scale)
    amounts = [trade["quantity"] * trade["price"] for trade in expected.trades]
    np.testing.assert_allclose(rows["quantity"] * rows["price"], amounts, rtol=1e-9, atol=1e-12 * scale)
    cancelled = [
        (r["session"], r["signal_session"], prices.tickers[r["instrument"]], Side(r["side"]).name,
         Ending(r["ending"]).name) for r in ledger.cancelled
    ]  # fmt: skip
    end = len(prices.dates) - 1
    assert sorted(c for c in cancelled if c[4] != "END") == sorted(c[:5] for c in expected.cancelled)
    left = [(o["signal"], o["name"]) for o in [*expected.buy_orders, *expected.sell_orders.values()]]
    assert sorted((c[1], c[2]) for c in cancelled if c[4] == "END") == sorted(left)
    assert {c[0] for c in cancelled if c[4] == "END"} <= {end}
    for name, place in (("session", 0), ("positions", 4)):
        assert ledger.snapshots[name].tolist() == [row[place] for row in expected.snapshots]
    for name, place in (("cash", 1), ("holdings", 2), ("value", 3)):
        figures = [row[place] for row in expected.snapshots]
        np.testing.assert_allclose(ledger.snapshots[name], figures, rtol=1e-9, atol=1e-9 * scale)


@often
@given(backtests())
def test_the_ledger_adds_up_on_every_session(case):
    """cash + sum(quantity x close) = value; the cash flows give the cash to the last bit; cash is never below zero."""
    prices, found, how = case
    ledger = simulate(prices, found, how)
    quantity, last, cash = np.zeros(prices.instruments), np.zeros(prices.instruments), how.initial_capital
    for row in ledger.snapshots:
        t = row["session"]
        for event in ledger.events[ledger.events["session"] == t]:
            if event["action"] == 0:
                quantity[event["instrument"]] *= event["figure"]
                last[event["instrument"]] /= event["figure"]
            else:
                assert event["cash_flow"] == quantity[event["instrument"]] * event["figure"]
            cash += float(event["cash_flow"])
        for trade in ledger.trades[ledger.trades["session"] == t]:
            quantity[trade["instrument"]] += trade["side"] * trade["quantity"]
            last[trade["instrument"]] = trade["price"]
            cash += float(trade["cash_flow"])
            assert cash >= 0
            assert trade["cash_flow"] == pytest.approx(
                -trade["side"] * trade["quantity"] * trade["execution_price"] - trade["commission"] - trade["tax"]
            )
        close = prices.close[t]
        last = np.where(np.isfinite(close) & (prices.ends >= t), close, last)
        assert row["cash"] == cash
        assert (quantity >= 0).all()
        assert row["value"] == pytest.approx(cash + float(quantity @ last), rel=1e-6)
        assert row["value"] == row["cash"] + row["holdings"]
        assert row["positions"] == (quantity > 0).sum() <= how.max_positions
    final = {int(row["instrument"]): float(row["quantity"]) for row in ledger.holdings}
    assert final == {int(i): float(quantity[i]) for i in np.flatnonzero(quantity)}
    for part in (ledger.trades, ledger.snapshots, ledger.holdings, ledger.events, ledger.cancelled):
        for name in part.dtype.names:
            assert np.isfinite(part[name]).all(), name


@often
@given(backtests())
def test_no_name_is_sold_and_bought_on_one_session_or_twice(case):
    prices, found, how = case
    rows = simulate(prices, found, how).trades
    sold, done = set(), set()
    for row in rows:
        key = (row["session"], row["instrument"])
        assert (*key, row["side"]) not in done
        done.add((*key, row["side"]))
        assert row["side"] == Side.SELL or key not in sold
        if row["side"] == Side.SELL:
            sold.add(key)


@often
@given(backtests())
def test_the_same_inputs_give_the_same_bytes(case):
    first, second = simulate(*case), simulate(*case)
    assert bytes_of(first) == bytes_of(second)


@often
@given(backtests(), st.randoms(use_true_random=False))
def test_the_order_of_the_columns_is_nobodys_business(case, random):
    prices, found, how = case
    order = list(range(prices.instruments))
    random.shuffle(order)
    mixed = simulate(*permuted(prices, found, np.array(order)), how)
    straight = simulate(prices, found, how)
    for name in ("trades", "events", "cancelled", "holdings"):
        part = getattr(mixed, name).copy()
        part["instrument"] = np.array(order)[part["instrument"]]
        assert part.tobytes() == getattr(straight, name).tobytes()
    assert mixed.snapshots.tobytes() == straight.snapshots.tobytes()
    assert mixed.warnings == straight.warnings


@often
@given(backtests(), st.floats(0, 1), st.booleans())
def test_nothing_depends_on_later_sessions(case, part, delete):
    prices, found, how = case
    t = prices.start + int(part * (prices.sessions - 1 - prices.start))
    whole = simulate(prices, found, how)
    cut = simulate(*(deleted if delete else scrambled)(prices, found, t), how)
    for name in ("trades", "events", "snapshots"):
        before, after = getattr(whole, name), getattr(cut, name)
        assert before[before["session"] <= t].tobytes() == after[after["session"] <= t].tobytes()
    gone = [c[(c["session"] <= t) & (c["ending"] != Ending.END)] for c in (whole.cancelled, cut.cancelled)]
    assert gone[0].tobytes() == gone[1].tobytes()


def deleted(prices, found, t):
    """Everything after session ``t`` taken away; a delisting after it is not known."""
    events = [
        type(e)(*(getattr(e, f)[e.session <= t] for f in ("session", "instrument", "figure")))
        for e in (prices.splits, prices.dividends)
    ]
    rows = {name: getattr(prices, name)[: t + 1] for name in ("dates", "open", "close", "volume", "market_value")}
    ends = np.where(prices.ends <= t, prices.ends, t + 1)
    cut = replace(prices, **rows, ends=ends, splits=events[0], dividends=events[1])
    sells = tuple(s[: t + 1] for s in found.sells)
    return cut, replace(found, order=found.order[: t + 1], candidates=found.candidates[: t + 1], sells=sells)


def scrambled(prices, found, t):
    """Another future after session ``t``."""
    other = market(99, prices.sessions, prices.instruments, wild=2.0)
    says = signals(99, other, conditions=2)
    later = np.arange(prices.sessions)[:, None] > t

    def mixed(one, two):
        return np.where(later, two, one)

    events = [
        type(a)(*(np.r_[getattr(a, f)[a.session <= t], getattr(b, f)[b.session > t]]
                  for f in ("session", "instrument", "figure")))
        for a, b in ((prices.splits, other.splits), (prices.dividends, other.dividends))
    ]  # fmt: skip
    rows = {n: mixed(getattr(prices, n), getattr(other, n)) for n in ("open", "close", "volume", "market_value")}
    ends = np.where(prices.ends <= t, prices.ends, np.maximum(other.ends, t))
    sells = tuple(mixed(a, b) for a, b in zip(found.sells, says.sells, strict=True))
    return replace(prices, **rows, ends=ends, splits=events[0], dividends=events[1]), replace(
        found, order=mixed(found.order, says.order), candidates=mixed(found.candidates, says.candidates), sells=sells
    )


def bytes_of(ledger):
    parts = (ledger.trades, ledger.events, ledger.cancelled, ledger.snapshots, ledger.holdings, ledger.rebalances)
    return [part.tobytes() for part in parts], ledger.warnings
