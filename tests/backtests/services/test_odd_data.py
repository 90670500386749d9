"""Data as they should not be: told, or carried without a NaN in any figure."""

import json

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat

from backtests.models import BacktestSession, Status
from backtests.services import (
    BacktestError,
    backtest_create,
    backtest_execute,
    backtest_result,
    backtest_run,
    orders_csv,
    weights_csv,
)
from market.models import CorporateAction, PriceBar
from tests.backtests.calc.test_oracles import bt
from tests.backtests.outcomes.test_replay import replayed
from tests.backtests.services.tables import config, days, small_market

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["bt"]


@pytest.fixture
def market():
    return small_market()


def test_prices_that_are_no_numbers(market):
    """NaN is no bar: positions are valued at the last close, and no figure becomes NaN."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE market_pricebar SET close = 'NaN', open = 'NaN' WHERE date IN (%s, %s)", days()[-30:-28])
    result = backtest_result(session=backtest_run(config=config()))
    json.dumps(result, default=str, allow_nan=False)
    assert len(result["series"]["value"]) == result["sessions"] + 1


def test_endless_prices_are_refused_by_name(market):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE market_pricebar SET open = 'Infinity' WHERE date = %s AND instrument_id = %s",
            [days()[-30], market[3].pk],
        )
    session = backtest_create(config=config())
    with pytest.raises(BacktestError, match=rf"^data: open: inf of T03 on {days()[-30]}"):
        backtest_execute(session_id=session.pk)
    session.refresh_from_db()
    assert session.status == Status.FAILED


def test_a_split_and_a_dividend_of_what_is_held(market):
    """Twice the shares at half the price; cash for each; nothing gained or lost by the split."""
    plain = backtest_run(config=config(sell_conditions=[], rebalance="ANNUAL", commission=0, tax=0, slippage=0))
    held = plain.holdings.first()
    ex, later = days()[-40], days()[-20]
    bars = PriceBar.objects.filter(instrument_id=held.instrument_id, date__gte=ex)
    for bar in bars:
        PriceBar.objects.filter(instrument_id=bar.instrument_id, date=bar.date).update(
            close=bar.close / 2, open=bar.open / 2, volume=bar.volume * 2
        )
    CorporateAction.objects.create(instrument_id=held.instrument_id, ex_date=ex, kind="SPLIT", ratio=2)
    CorporateAction.objects.create(instrument_id=held.instrument_id, ex_date=later, kind="CASH_DIVIDEND", amount=30)
    paid = backtest_run(config=config(sell_conditions=[], rebalance="ANNUAL", commission=0, tax=0, slippage=0))
    after = paid.holdings.get(ticker=held.ticker)
    assert after.quantity == 2 * held.quantity
    assert after.average_price == pytest.approx(held.average_price / 2)
    split, dividend = paid.events.filter(ticker=held.ticker).order_by("number")
    assert (split.kind, split.figure, split.date) == ("SPLIT", 2, ex)
    assert (dividend.kind, dividend.cash_flow, dividend.date) == ("DIVIDEND", 30 * after.quantity, later)
    gained = paid.statistics.final_value - plain.statistics.final_value
    assert gained == pytest.approx(dividend.cash_flow, rel=1e-9)


def test_adjusted_bars_have_their_actions_in_them(market):
    """A split is not applied twice, and the diagnosis says that quantities are not real."""
    asked = config(sell_conditions=[], rebalance="ANNUAL")
    plain = backtest_run(config=asked)
    held = plain.holdings.first()
    PriceBar.objects.update(close_is_adjusted=True)
    CorporateAction.objects.create(instrument_id=held.instrument_id, ex_date=days()[-40], kind="SPLIT", ratio=2)
    adjusted = backtest_run(config=asked)
    assert adjusted.holdings.get(ticker=held.ticker).quantity == held.quantity
    assert not adjusted.events.exists()
    assert "adjusted_prices" in {finding["code"] for finding in adjusted.statistics.findings}


def test_a_delisted_holding_is_closed(market):
    asked = config(sell_conditions=[], rebalance="ANNUAL", delisting_return=-30)
    held = backtest_run(config=asked).holdings.first()
    last = days()[-30]
    market[0].__class__.objects.filter(ticker=held.ticker).update(delisted_on=last)
    closed = backtest_run(config=asked).trades.get(reason="DELISTED")
    bar = PriceBar.objects.get(instrument_id=held.instrument_id, date=last)
    assert (closed.ticker, closed.trade_date) == (held.ticker, days()[-29])
    assert closed.execution_price == pytest.approx(0.7 * bar.close)
    assert (closed.commission, closed.tax) == (0, 0)


def test_a_ticker_that_a_spreadsheet_would_run(market):
    market[0].__class__.objects.filter(pk__in=[one.pk for one in market]).update(ticker=Concat(Value("=1+"), "ticker"))
    session = backtest_run(config=config())
    for text in (orders_csv(session=session), weights_csv(session=session)):
        assert "'=1+T" in text
        assert ",=1+" not in text


def test_an_instrument_that_is_deleted_while_it_runs(market):
    """One sentence, and nothing is stored."""
    session = backtest_create(config=config())

    def delete(stage: str, done: int, total: int) -> None:
        if stage == "saving":
            market[0].__class__.objects.filter(asset_type="STOCK").delete()

    with pytest.raises(BacktestError, match=r"^data: an instrument was deleted while it ran"):
        backtest_execute(session_id=session.pk, progress=delete)
    session.refresh_from_db()
    assert session.status == Status.FAILED
    assert not session.trades.exists()


def test_a_session_that_is_deleted_while_it_runs(market):
    session = backtest_create(config=config())

    def delete(stage: str, done: int, total: int) -> None:
        if stage == "saving":
            BacktestSession.objects.all().delete()

    backtest_execute(session_id=session.pk, progress=delete)
    assert not BacktestSession.objects.exists()


@pytest.mark.filterwarnings("ignore")  # of other people's packages
def test_bt_meets_the_stored_curve_with_the_exported_weights(market, bt):
    """From the tables to a CSV file to another program: the same equity curve."""
    session = backtest_run(config=config(
        fractional=True, cash_buffer=0, commission=0, tax=0, slippage=0, fill="next_close", mode="target",
        initial_capital=1e6, max_positions=4,
    ))  # fmt: skip
    bars = PriceBar.objects.filter(instrument__asset_type="STOCK", date__gte=session.start)
    table = pd.DataFrame(bars.values("date", "close", "instrument__ticker"))
    close = table.pivot_table(index="date", columns="instrument__ticker", values="close")

    class Market:
        dates = np.array(close.index, dtype="datetime64[D]")
        tickers = list(close.columns)

    Market.close = close.to_numpy()
    curve = list(session.snapshots.order_by("date").values_list("value", flat=True))
    np.testing.assert_allclose(replayed(bt, Market, weights_csv(session=session)), curve, rtol=1e-6)
    assert session.statistics.trades > 50
