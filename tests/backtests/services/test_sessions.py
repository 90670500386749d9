"""A backtest from its configuration to its tables: stored whole or not at all, served again when nothing changed."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from django.conf import settings
from django.db import connection

from backtests.models import (
    BacktestCondition,
    BacktestEvent,
    BacktestHolding,
    BacktestSession,
    BacktestSnapshot,
    BacktestStatistics,
    BacktestTrade,
    Status,
)
from backtests.services import (
    BacktestError,
    backtest_cancel,
    backtest_create,
    backtest_execute,
    backtest_rerun,
    backtest_result,
    backtest_run,
    config_check,
)
from backtests.services.running import run_of
from backtests.services.watching import tidy
from backtests.services.workbench import Workbench
from factors.models import FactorScore
from factors.services import NotQueued, factors_compute
from market.models import PriceBar
from tests.backtests.services.tables import config, days, small_market
from tests.factors.market_tables import add_instrument

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = (BacktestSnapshot, BacktestTrade, BacktestHolding, BacktestEvent)


@pytest.fixture
def market():
    return small_market()


def rows(model, session, leave=("id", "session_id")):
    """What is stored of a session, without what tells one session from another."""
    found = model.objects.filter(session=session).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in leave} for row in found]


def test_all_tables_say_what_the_ledger_says(market):
    asked = config()
    session = backtest_run(config=asked)
    assert session.status == Status.COMPLETED
    run = run_of(config_check(config=asked), Workbench()).run
    ledger = run.ledger
    trades = list(session.trades.order_by("number"))
    assert len(trades) == len(ledger.trades) > 50
    assert {trade.reason for trade in trades} >= {"ENTRY", "STOP_LOSS", "TAKE_PROFIT", "TRAILING_STOP", "FACTOR"}
    for stored, row in zip(trades, ledger.trades, strict=True):
        assert stored.ticker == run.prices.tickers[row["instrument"]]
        assert stored.name == f"Company {int(stored.ticker[1:])}"
        assert np.datetime64(stored.trade_date) == run.prices.dates[row["session"]]
        assert np.datetime64(stored.signal_date) == run.prices.dates[row["signal_session"]]
        assert (stored.quantity, stored.execution_price) == (row["quantity"], row["execution_price"])
        assert stored.cash_flow == row["cash_flow"]
    curve = session.snapshots.order_by("date").values_list("value", flat=True)
    assert list(curve) == ledger.snapshots["value"].tolist()
    assert session.holdings.count() == len(ledger.holdings)
    assert session.events.count() == len(ledger.events) + len(ledger.cancelled)
    assert session.statistics.figures["trades"] == len(trades)
    assert session.statistics.total_return == pytest.approx(100 * (ledger.snapshots["value"][-1] / 1e8 - 1))


def test_cash_follows_from_what_is_stored(market):
    """Trades and events, added up session by session, are the cash of every snapshot."""
    session = backtest_run(config=config())
    flows: dict = {}
    for when, flow in [
        *session.events.values_list("date", "cash_flow"),
        *session.trades.values_list("trade_date", "cash_flow"),
    ]:
        flows[when] = flows.get(when, 0.0) + flow
    cash = 1e8
    for snapshot in session.snapshots.order_by("date"):
        cash += flows.get(snapshot.date, 0.0)
        assert snapshot.cash == pytest.approx(cash, rel=1e-9)
        assert snapshot.value == pytest.approx(snapshot.cash + snapshot.holdings_value, rel=1e-12)


def test_a_buy_has_neither_profit_nor_loss(market):
    session = backtest_run(config=config())
    assert not session.trades.filter(side="BUY", profit__isnull=False).exists()
    assert not session.trades.filter(side="SELL", profit__isnull=True).exists()
    figures = session.statistics.figures
    assert figures["wins"] + figures["losses"] <= figures["sells"] == session.trades.sells().count()


def test_conditions_are_kept_as_written(market):
    session = backtest_run(config=config())
    told = list(session.conditions.values_list("kind", "position", "text"))
    assert told[0] == ("BUY", 0, "momentum_1m value > -20")
    assert ("SELL", 0, "STOP_LOSS 8 %") in told
    assert ("SELL", 4, "FACTOR momentum_1m value < -8") in told


def test_figures_of_each_trade_are_those_of_its_signal(market):
    """The same figures as the daily job stores for that session."""
    session = backtest_run(config=config())
    trade = session.trades.filter(reason="STOP_LOSS").first()
    factors_compute(regions=["KR"], date=trade.signal_date, factor_names=["momentum_1m"])
    score = FactorScore.objects.get(
        date=trade.signal_date, instrument_id=trade.instrument_id, factor__name="momentum_1m"
    )
    told = trade.factors
    assert told["as_of"] == str(trade.signal_date)
    assert told["momentum_1m"]["value"] == pytest.approx(score.value, rel=1e-9)
    assert told["momentum_1m"]["score"] == pytest.approx(score.score, rel=1e-6)


def test_figures_of_a_holding_are_those_of_its_first_purchase(market):
    session = backtest_run(config=config(sell_conditions=[]))
    for holding in session.holdings.all():
        bought = session.trades.filter(ticker=holding.ticker, side="BUY").latest("number")
        assert holding.first_bought == bought.trade_date
        assert holding.factors["as_of"] == str(bought.signal_date)
        assert holding.factors["momentum_1m"] == bought.factors["momentum_1m"]


def test_an_equal_one_is_served_from_the_store(market):
    first = backtest_run(config=config())
    assert backtest_run(config=config(name="another name")).pk == first.pk
    assert backtest_run(config=config(max_positions=4)).pk != first.pk
    assert backtest_run(config=config(), again=True).pk != first.pk


def test_a_changed_bar_makes_it_another_one(market):
    first = backtest_run(config=config())
    bar = PriceBar.objects.filter(instrument=market[0], date=days()[-30]).first()
    PriceBar.objects.filter(instrument_id=bar.instrument_id, date=bar.date).update(close=bar.close * 1.01)
    assert backtest_run(config=config()).pk != first.pk


def test_a_delisting_makes_it_another_one(market):
    first = backtest_run(config=config())
    market[0].__class__.objects.filter(pk=market[0].pk).update(delisted_on=days()[-20])
    assert backtest_run(config=config()).pk != first.pk


def test_the_same_rows_again(market):
    """Byte by byte, but for what tells the sessions apart."""
    first, second = (backtest_run(config=config(), again=True) for _ in range(2))
    for model in TABLES:
        assert json.dumps(rows(model, first), default=str) == json.dumps(rows(model, second), default=str)
    leave = ("session_id",)
    one, two = (rows(BacktestStatistics, session, leave)[0] for session in (first, second))
    assert json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


@pytest.mark.parametrize("change", ["deleted", "scrambled"])
def test_the_future_changes_nothing(market, change):
    """What happened up to a day is the same when everything after it is another story."""
    known = days()[-40]
    asked = config(end=str(known), benchmark="none")
    before = backtest_run(config=asked)
    later = PriceBar.objects.filter(date__gt=known)
    if change == "deleted":
        later.delete()
        after = backtest_run(config=asked)
    else:
        rng = np.random.default_rng(1)
        for bar in later:
            PriceBar.objects.filter(instrument_id=bar.instrument_id, date=bar.date).update(
                close=bar.close * float(rng.uniform(0.5, 2)), open=float(rng.uniform(1000, 9000))
            )
        after = backtest_run(config=config(benchmark="none"))
    assert after.pk != before.pk
    for model, day in ((BacktestSnapshot, "date"), (BacktestTrade, "trade_date")):
        first, second = (rows(model, one) for one in (before, after))
        assert first == [row for row in second if row[day] <= known]
        assert len(first) > 30


def test_a_failure_is_told_and_leaves_no_rows(market):
    PriceBar.objects.update(open=None)
    session = backtest_create(config=config())
    with pytest.raises(BacktestError, match=r"^fill: next_open needs opens"):
        backtest_execute(session_id=session.pk)
    session.refresh_from_db()
    assert session.status == Status.FAILED
    assert session.error.startswith("fill: next_open needs opens")
    assert not any(model.objects.exists() for model in (*TABLES, BacktestStatistics))
    with pytest.raises(NotQueued):
        backtest_execute(session_id=session.pk)
    with pytest.raises(BacktestError, match=f"^status: backtest #{session.pk} is FAILED and has no result: fill:"):
        backtest_result(session=session)


def test_cancelled_before_it_begins(market):
    session = backtest_create(config=config())
    assert backtest_cancel(session_id=session.pk)
    with pytest.raises(NotQueued):
        backtest_execute(session_id=session.pk)
    assert not backtest_cancel(session_id=session.pk)


def test_cancelled_while_it_runs(market):
    """Its next look at the row ends it; nothing is stored."""
    session = backtest_create(config=config())

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == "saving":
            backtest_cancel(session_id=session.pk)

    assert backtest_execute(session_id=session.pk, progress=cancel).status == Status.CANCELLED
    assert not any(model.objects.exists() for model in (*TABLES, BacktestStatistics))


def test_progress_is_told_in_order(market):
    seen = []
    backtest_run(config=config(), progress=lambda stage, done, total: seen.append(stage))
    stages = [stage for stage in dict.fromkeys(seen) if stage != "explaining trades"]  # only where a stop needs it
    assert stages == ["reading prices", "computing factors", "simulating", "statistics", "saving"]


def test_killed_in_mid_run(market, tmp_path):
    """A process that dies leaves no rows, and its session is told to have failed."""
    session = backtest_create(config=config())
    code = (
        "import os, sys, time, django; django.setup()\n"
        "from backtests import services\n"
        "from backtests.services import sessions\n"
        "def hang(*given): print('there', flush=True); time.sleep(60)\n"
        "sessions.results_write = hang\n"
        f"services.backtest_execute(session_id={session.pk})\n"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "quantsite.settings",
        "QUANTSITE_DATABASE": connection.settings_dict["NAME"],
    }
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout.readline() == b"there\n"
    assert BacktestSession.objects.get(pk=session.pk).status == Status.RUNNING
    assert tidy(BacktestSession) == 0  # somebody holds its lock
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for _ in range(50):
        if tidy(BacktestSession):
            break
        time.sleep(0.1)
    session.refresh_from_db()
    assert (session.status, session.error) == (Status.FAILED, "its process ended before it")
    assert not any(model.objects.exists() for model in (*TABLES, BacktestStatistics))


def test_rerun_is_a_new_one_of_the_same_configuration(market):
    first = backtest_run(config=config())
    second = backtest_rerun(session_id=first.pk)
    assert (second.status, second.config) == (Status.PENDING, first.config)
    assert backtest_execute(session_id=second.pk).statistics.total_return == first.statistics.total_return


def test_deleting_a_session_takes_its_rows(market):
    session = backtest_run(config=config())
    session.delete()
    assert not any(model.objects.exists() for model in (*TABLES, BacktestStatistics, BacktestCondition))


def test_an_instrument_that_goes_leaves_the_trail_readable(market):
    session = backtest_run(config=config())
    ticker = session.trades.first().ticker
    market[0].__class__.objects.filter(ticker=ticker).delete()
    gone = session.trades.filter(ticker=ticker).first()
    assert gone.instrument_id is None
    assert gone.name


def test_the_benchmark_begins_with_the_capital(market):
    result = backtest_result(session=backtest_run(config=config()))
    series = result["series"]
    assert series["benchmark"][0] == series["value"][0] == 1e8
    index = {bar.date: bar.close for bar in PriceBar.objects.filter(instrument__ticker="KOSPI")}
    first, last = (index[np.datetime64(series["dates"][place]).item()] for place in (0, -1))
    assert series["benchmark"][-1] == pytest.approx(1e8 * last / first)
    assert result["statistics"]["benchmark_return"] == pytest.approx(100 * (last / first - 1))
    assert len({len(column) for column in series.values()}) == 1
    json.dumps(result, default=str, allow_nan=False)


def test_another_instrument_as_benchmark(market):
    result = backtest_result(session=backtest_run(config=config(benchmark="T03")))
    assert result["benchmark"] == {"ticker": "T03", "name": "Company 3"}
    assert backtest_result(session=backtest_run(config=config(benchmark="none")))["benchmark"] is None


def test_the_missing_index_is_found_by_the_diagnosis(market):
    market[0].__class__.objects.filter(ticker="KOSPI").delete()
    session = backtest_run(config=config())
    assert "benchmark_missing" in {finding["code"] for finding in session.statistics.findings}


def test_a_stock_without_a_bar_in_the_period_is_no_part_of_it(market):
    add_instrument("GONE")
    with pytest.raises(BacktestError, match="universe: empty: none of its stocks has a bar"):
        backtest_run(config=config(universe={"tickers": ["GONE"]}))
