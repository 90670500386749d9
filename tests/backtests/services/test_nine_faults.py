"""The nine faults of the script that this replaces, each with the data it got wrong."""

import datetime as dt

import numpy as np
import pytest

from backtests.models import BacktestTrade
from backtests.services import backtest_run
from market.models import Fundamental, PriceBar
from tests.backtests.services.tables import config, days, small_market
from tests.factors.market_tables import add_report

pytestmark = pytest.mark.django_db(transaction=True)
FREE = {"commission": 0, "tax": 0, "slippage": 0}


@pytest.fixture
def market():
    return small_market()


def bar_of(trade: BacktestTrade, day: dt.date) -> PriceBar:
    return PriceBar.objects.get(instrument_id=trade.instrument_id, date=day)


def test_1_it_traded_at_the_close_it_had_decided_with(market):
    """Now at the open of the next session; the old way has to be asked for, and the result says what it is."""
    calendar = days()
    trades = list(backtest_run(config=config()).trades.all())
    for trade in trades:
        assert calendar.index(trade.trade_date) == calendar.index(trade.signal_date) + 1
        assert trade.price == bar_of(trade, trade.trade_date).open
    peeking = backtest_run(config=config(fill="same_close"))
    assert peeking.warnings[0].startswith("look-ahead")
    assert peeking.statistics.findings[0]["severity"] == "SERIOUS"
    assert "look_ahead_fill" in {finding["code"] for finding in peeking.statistics.findings}


def test_2_it_sold_on_rebalance_days_alone(market):
    """A month between two purchases; stops fire in between, on the session whose close is low enough."""
    session = backtest_run(config=config(rebalance="MONTHLY", sell_conditions=[{"type": "STOP_LOSS", "value": 8}]))
    sold = list(session.trades.filter(reason="STOP_LOSS"))
    bought = set(session.trades.filter(side="BUY").values_list("signal_date", flat=True))
    assert len(sold) > 5
    assert any(trade.signal_date not in bought for trade in sold)
    calendar = days()
    for trade in sold:
        first = session.trades.filter(side="BUY", ticker=trade.ticker, trade_date__lt=trade.trade_date).last()
        held = calendar[calendar.index(first.trade_date) : calendar.index(trade.signal_date) + 1]
        low_enough = [day for day in held if bar_of(trade, day).close <= first.average_price * 0.92 * (1 + 1e-9)]
        assert low_enough == [trade.signal_date]


def test_3_one_of_the_conditions_was_enough(market):
    """Every purchase meets both; some names met one."""
    asked = [
        {"factor": "pe_ratio", "operator": "<", "value": 8},
        {"factor": "roe", "operator": ">", "value": 12},
    ]
    session = backtest_run(config=config(buy_conditions=asked, order_by="roe"))
    bought = list(session.trades.filter(side="BUY"))
    assert bought
    for trade in bought:
        assert trade.factors["pe_ratio"]["value"] < 8
        assert trade.factors["roe"]["value"] > 12
    either = {
        ticker
        for condition in asked
        for ticker in backtest_run(config=config(buy_conditions=[condition], order_by="roe", max_positions=14))
        .trades.values_list("ticker", flat=True)
    }  # fmt: skip
    assert either - {trade.ticker for trade in bought}


def test_4_sales_had_no_slippage(market):
    for trade in backtest_run(config=config(slippage=0.5)).trades.all():
        worse = 1.005 if trade.side == "BUY" else 0.995
        assert trade.execution_price == pytest.approx(trade.price * worse, rel=1e-12)


def test_5_purchases_counted_as_losing_trades(market):
    session = backtest_run(config=config())
    figures, sales = session.statistics.figures, list(session.trades.sells())
    wins = sum(trade.profit > 0 for trade in sales)
    assert 0 < wins < len(sales)
    assert figures["win_rate"] == pytest.approx(100 * wins / len(sales))
    assert session.statistics.win_rate == figures["win_rate"]
    assert figures["trades"] > len(sales) == figures["sells"]


def test_6_reports_counted_on_the_day_of_their_date_alone(market):
    """A report is known from its publication until a newer one, not before and not on one day only."""
    Fundamental.objects.all().delete()
    known_on = dt.date(2024, 4, 15)
    for place, stock in enumerate(market):
        add_report(
            stock, dt.date(2023, 12, 31), on=known_on, net_income=1e10 + place * 1e9, total_equity=1e11,
        )  # fmt: skip
    session = backtest_run(config=config(
        buy_conditions=[{"factor": "roe", "operator": ">", "value": 10}], order_by="roe", sell_conditions=[],
        rebalance="MONTHLY", max_positions=13,
    ))  # fmt: skip
    bought = sorted(set(session.trades.filter(side="BUY").values_list("signal_date", flat=True)))
    assert bought[0] == dt.date(2024, 5, 2)  # the first session of the month after it was published
    assert session.trades.filter(side="BUY", signal_date=bought[0]).count() > 10


def test_7_market_cap_and_risk_parity_were_equal_weights(market):
    at_once = {"sell_conditions": [], "rebalance": "ANNUAL", "max_positions": 4, "fractional": True, **FREE}
    amounts = {
        sizing: dict(backtest_run(config=config(sizing=sizing, **at_once)).trades.values_list("ticker", "amount"))
        for sizing in ("EQUAL_WEIGHT", "MARKET_CAP", "RISK_PARITY")
    }
    assert len({tuple(found) for found in amounts.values()}) == 1  # the same four names
    equal, by_size, by_risk = (np.array(list(found.values())) for found in amounts.values())
    assert np.ptp(equal) == pytest.approx(0, abs=1e-6)
    first = backtest_run(config=config(sizing="MARKET_CAP", **at_once)).trades.all()
    size = np.array([
        bar.close * bar.shares_outstanding for bar in (bar_of(trade, trade.signal_date) for trade in first)
    ])  # fmt: skip
    assert by_size / by_size.sum() == pytest.approx(size / size.sum(), rel=1e-9)
    assert np.ptp(by_risk) > 0.01 * by_risk.mean()


def test_8_more_of_a_name_forgot_what_was_paid_before(market):
    """Average price by quantity; the first day stays."""
    session = backtest_run(config=config(mode="target", sell_conditions=[], max_positions=3, rebalance="WEEKLY"))
    held: dict = {}
    more = 0
    for trade in session.trades.order_by("number"):
        quantity, cost, first = held.get(trade.ticker, (0.0, 0.0, trade.trade_date))
        if trade.side == "BUY":
            more += quantity > 0
            quantity, cost = quantity + trade.quantity, cost + trade.amount
            assert trade.average_price == pytest.approx(cost / quantity, rel=1e-9)
        else:
            assert trade.hold_days == (trade.trade_date - first).days
            cost, quantity = cost * (1 - trade.quantity / quantity), quantity - trade.quantity
        held[trade.ticker] = (quantity, cost, first)
        if quantity == 0:
            del held[trade.ticker]
    assert more > 5


def test_9_trades_did_not_say_what_was_traded_and_why(market):
    """The real name, the reason, and the figures of the day it was decided."""
    for trade in backtest_run(config=config()).trades.all():
        assert trade.name == f"Company {int(trade.ticker[1:])}"
        assert trade.reason
        assert trade.factors["as_of"] == str(trade.signal_date)
        assert trade.factors["momentum_1m"]["value"] is not None
