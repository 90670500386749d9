"""Real US stocks with point-in-time reports: what the project finds against the plain reference, figure by figure."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pytest_django import DjangoDbBlocker

from backtests.calc.prices import Events, Prices
from backtests.services import backtest_run, config_check
from backtests.services.signals import asked_of, signals_of
from backtests.services.workbench import Workbench
from factors.engine import run
from factors.registry import factors_named
from market.services.loads import LOADS
from market.store.histories import read_history
from tests.backtests.us_reference.raw_files import PRICES, REPORTS, Action, new_york_sessions
from tests.backtests.us_reference.run import Market, Outcome, read_market, reference_run
from tests.backtests.us_reference.scenarios import CHEAP_AND_GOOD, FIRST, LAST, TRADED_TO_TARGET, scenario
from tests.emptying import emptied_after
from tests.market.files import write

pytestmark = pytest.mark.django_db


def action_row(action: Action) -> str:
    ratio, amount = (action.figure, "") if action.kind == "SPLIT" else ("", action.figure)
    return f"{action.ticker},{action.ex_date},{action.kind},{ratio},{amount}\n"


@pytest.fixture(scope="module")
def loaded(
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The market of the scenarios in the database, by the project's own loads; no test here changes it."""
    with emptied_after(django_db_blocker):
        with django_db_blocker.unblock():
            load_all(shared_data, tmp_path_factory.mktemp("files"))
        yield


def load_all(shared_data: Path, folder: Path) -> None:
    asked = scenario(shared_data, CHEAP_AND_GOOD)
    listings = "".join(f"{ticker},{day}\n" for ticker, day in asked.delisted.items())
    actions = "".join(action_row(action) for action in asked.actions)
    for kind, source, path in (
        ("instruments", "csv", write(folder, "ticker,delisted_on\n" + listings, "listings.csv")),
        ("prices", "csv", shared_data / PRICES),
        ("fundamentals", "us_pit", shared_data / REPORTS),
        ("actions", "csv", write(folder, "ticker,ex_date,kind,ratio,amount\n" + actions, "actions.csv")),
    ):
        assert LOADS[kind](region="US", source=source, file=path).rows_inserted, kind


@pytest.mark.usefixtures("loaded")
def test_price_earnings_and_return_on_equity_of_every_session(shared_data: Path) -> None:
    """127,000 instrument-sessions: who is in the universe, who has a figure, and the figures themselves."""
    asked = scenario(shared_data, CHEAP_AND_GOOD)
    market: Market = read_market(shared_data, asked.actions, asked.delisted)
    days: list[dt.date] = new_york_sessions(str(FIRST), str(LAST))
    history = read_history("US", days, 10)
    found = {cross.factor.name: cross for cross in run(history, factors_named(["pe_ratio", "roe"])).crosses}
    tickers = [str(ticker) for ticker in history.tickers]
    assert sorted(tickers) == list(market.in_universe.columns)
    assert (history.by_session(history.in_universe) == market.in_universe[tickers].to_numpy()).all()
    for name, least in (("pe_ratio", 53_000), ("roe", 61_000)):
        expected = market.values[name][tickers].to_numpy()
        assert np.isfinite(expected).sum() > least
        np.testing.assert_allclose(history.by_session(found[name].value), expected, rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(
        history.by_session(found["roe"].score), market.order[tickers].to_numpy(), rtol=1e-12, atol=1e-12
    )


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("config", [CHEAP_AND_GOOD, TRADED_TO_TARGET], ids=["cheap_and_good", "traded_to_target"])
def test_the_whole_backtest(shared_data: Path, config: dict[str, Any]) -> None:
    """What the simulation reads, then what is stored: trade by trade, session by session."""
    expected = reference_run(shared_data, scenario(shared_data, config))
    compare_inputs(config, expected)
    done = backtest_run(config=config)
    assert done.status == "COMPLETED", done.error
    trades = list(done.trades.values())
    compare_trades(trades, expected)
    compare_curve(list(done.snapshots.order_by("date").values()), expected)
    compare_figures(trades, expected)
    told = done.events.filter(kind="CANCELLED").values_list("date", "signal_date", "ticker", "side", "reason")
    assert sorted(told) == sorted(
        (row["date"], row["signal_date"], row["ticker"], row["side"], row["ending"]) for row in expected.cancelled
    )
    paid = {(row.ticker, row.date, row.figure) for row in done.events.filter(kind="DIVIDEND")}
    assert len(paid) > 40
    assert paid <= events_of(expected.prices, "dividends")


def compare_inputs(config: dict[str, Any], expected: Outcome) -> None:
    checked, bench = config_check(config=config), Workbench()
    market = bench.market(checked)
    asked = asked_of(checked, market, bench)
    prices, signals = signals_of(checked, market, asked)
    columns = [expected.prices.tickers.tolist().index(ticker) for ticker in prices.tickers]
    assert sorted(columns) == list(range(250))
    compare_prices(prices, expected.prices, columns)
    buys = asked.plan.at[asked.plan.buys]
    same = np.ix_(buys - prices.start, columns)
    assert prices.dates[buys].tolist() == list(expected.tables)
    np.testing.assert_array_equal(signals.candidates[buys], expected.signals.candidates[same])
    np.testing.assert_allclose(signals.order[buys], expected.signals.order[same], rtol=1e-6, atol=1e-6)
    assert len(signals.sells) == len(expected.signals.sells) == 1
    np.testing.assert_array_equal(signals.sells[0][prices.start :], expected.signals.sells[0][:, columns])


def compare_prices(prices: Prices, expected: Prices, columns: list[int]) -> None:
    """Bars up to the last listed day, corporate actions, last days. ``columns``: where the names of ``prices`` are."""
    assert prices.dates[prices.start :].tolist() == expected.dates.tolist()
    assert last_days(prices) == last_days(expected)
    for name in ("open", "close", "volume"):
        ours = getattr(prices, name)[prices.start :]
        listed = np.arange(len(ours))[:, None] <= expected.ends[columns]
        theirs = getattr(expected, name)[:, columns]
        np.testing.assert_array_equal(np.where(listed, ours, np.nan), theirs, err_msg=name)
    for kind in ("splits", "dividends"):
        assert events_of(prices, kind) == events_of(expected, kind)


def last_days(prices: Prices) -> dict[str, dt.date]:
    """Of the names that are delisted within the period."""
    ends = zip(prices.tickers.tolist(), prices.ends.tolist(), strict=True)
    return {ticker: prices.dates[end].item() for ticker, end in ends if end < prices.sessions}


def events_of(prices: Prices, kind: str) -> set[tuple[str, dt.date, float]]:
    """Corporate actions of listed names from the first session on."""
    events: Events = getattr(prices, kind)
    rows = zip(events.session.tolist(), events.instrument.tolist(), events.figure.tolist(), strict=True)
    return {
        (prices.tickers[column], prices.dates[session].item(), figure)
        for session, column, figure in rows
        if prices.start <= session <= prices.ends[column]
    }


def compare_trades(rows: list[dict[str, Any]], expected: Outcome) -> None:
    for name in ("signal_date", "trade_date", "ticker", "side", "reason", "quantity"):
        assert [row[name] for row in rows] == [trade[name] for trade in expected.trades], name
    for name in ("price", "execution_price", "commission", "tax", "cash_flow", "average_price"):
        assert [row[name] for row in rows] == approx([trade[name] for trade in expected.trades]), name
    for name in ("profit", "profit_rate", "hold_days"):
        of_sales = [trade[name] for trade in expected.trades if trade["side"] == "SELL"]
        assert [row[name] for row in rows if row["side"] == "SELL"] == approx(of_sales), name
        assert {row[name] for row in rows if row["side"] == "BUY"} == {None}, name


def compare_curve(rows: list[dict[str, Any]], expected: Outcome) -> None:
    for name in ("date", "positions"):
        assert [row[name] for row in rows] == [row[name] for row in expected.snapshots], name
    for ours, theirs in (("cash", "cash"), ("holdings_value", "holdings"), ("value", "value")):
        assert [row[ours] for row in rows] == approx([row[theirs] for row in expected.snapshots]), ours


def compare_figures(rows: list[dict[str, Any]], expected: Outcome) -> None:
    """P/E and return on equity that a trade was decided with."""
    for row in rows:
        for factor, figures in expected.market.values.items():
            theirs = figures.at[pd.Timestamp(row["signal_date"]), row["ticker"]]
            ours = row["factors"][factor]["value"]
            assert (ours is None) == pd.isna(theirs), (row, factor)
            assert ours is None or ours == pytest.approx(theirs, rel=1e-9), (row, factor)


def approx(figures: list[float]) -> Any:
    """Equal to 1e-9; what differences of millions leave near zero, to a millionth of a dollar."""
    return pytest.approx(figures, rel=1e-9, abs=1e-6)
