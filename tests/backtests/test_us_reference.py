"""The plain US backtest by hand where a hand reaches, and the simulator against it."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from backtests.calc.ledger import Side
from backtests.calc.simulate import simulate
from tests.backtests.us_reference.run import Market, Outcome, read_market, reference_run
from tests.backtests.us_reference.scenarios import CHEAP_AND_GOOD, DELISTED, TRADED_TO_TARGET, scenario

CLOSE = ["price", "execution_price", "commission", "tax", "cash_flow", "average_price"]


@pytest.fixture(scope="module")
def market(shared_data: Path) -> Market:
    asked = scenario(shared_data, CHEAP_AND_GOOD)
    return read_market(shared_data, asked.actions, asked.delisted)


@pytest.mark.parametrize(
    ("ticker", "day", "eps"),
    [
        ("AAPL", "2015-10-27", None),  # the day before the report of the year
        ("AAPL", "2015-10-28", 9.22),  # rule (a): a fiscal year
        ("AAPL", "2016-08-01", None),  # the quarter to December 2014 is in no report of the file
        ("AAPL", "2017-03-01", 8.31 + 3.36 - 3.28),  # (b): the year and the quarter since, less that of a year before
        ("ROST", "2015-06-08", 4.42),
        ("ROST", "2015-06-11", None),  # a first quarter without the one a year before
        ("ICE", "2016-11-03", 11.39 + (3.10 + 3.00 + 2.86) - (2.80 + 2.54 + 2.76)),  # basic where diluted is missing
        ("ICE", "2016-11-04", 12.25 / 5),  # five new shares for an old one, after the report
    ],
)
def test_price_earnings_by_hand(market: Market, ticker: str, day: str, eps: float | None) -> None:
    found = market.values["pe_ratio"].at[pd.Timestamp(day), ticker]
    if eps is None:
        assert pd.isna(found)
    else:
        assert found == pytest.approx(market.bars["close"].at[pd.Timestamp(day), ticker] / eps)


@pytest.mark.parametrize(
    ("ticker", "day", "percent"),
    [
        ("AAPL", "2015-11-02", 100 * 53_394 / 119_355),
        ("AAPL", "2017-03-01", 100 * (45_687 + 17_891 - 18_361) / 132_390),
        ("HOG", "2016-05-10", 100 * (752.207 + 250.489 - 269.854) / 1892.820),
    ],
)
def test_return_on_equity_by_hand(market: Market, ticker: str, day: str, percent: float) -> None:
    assert market.values["roe"].at[pd.Timestamp(day), ticker] == pytest.approx(percent)


def test_the_universe_ends_with_the_listing(market: Market) -> None:
    for ticker, last in DELISTED.items():
        assert market.in_universe[ticker].to_numpy().tolist() == [
            day.date() <= last for day in market.in_universe.index
        ]


def test_the_largest_scores_are_ties(market: Market) -> None:
    """Returns on equity of 558 % and 1,851 % are both clipped at three deviations."""
    scores = market.order.loc[pd.Timestamp("2017-03-01")]
    assert scores[scores == scores.max()].index.tolist() == ["BA", "KMB"]
    assert scores.max() == pytest.approx(3)


@pytest.fixture(scope="module", params=[CHEAP_AND_GOOD, TRADED_TO_TARGET], ids=["cheap_and_good", "traded_to_target"])
def done(shared_data: Path, request: pytest.FixtureRequest) -> tuple[dict, Outcome]:
    return request.param, reference_run(shared_data, scenario(shared_data, request.param))


def test_every_rule_applies(done: tuple[dict, Outcome]) -> None:
    config, outcome = done
    to_target = config["mode"] == "target"
    own = {"DELISTED", "DROPPED", "TARGET"} if to_target else {"DELISTED"}
    sold_for = {trade["reason"] for trade in outcome.trades if trade["side"] == "SELL"}
    assert sold_for == own | {condition["type"] for condition in config["sell_conditions"]}
    assert {row["ending"] for row in outcome.cancelled} == ({"VOLUME_CAP", "LAPSED"} if to_target else set())
    assert len(outcome.trades) > 150
    first_of_months = [day for day in outcome.tables if day > dt.date(2015, 7, 2)][:3]
    assert first_of_months == [dt.date(2015, 8, 3), dt.date(2015, 9, 1), dt.date(2015, 10, 1)]


def test_a_held_name_splits(shared_data: Path) -> None:
    """ROST, two for one on 2015-06-12: 1,840 shares were bought before, 3,680 sold until there were none left."""
    outcome = reference_run(shared_data, scenario(shared_data, TRADED_TO_TARGET))
    until = dt.date(2015, 9, 1)
    rows = [row for row in outcome.trades if row["ticker"] == "ROST" and row["trade_date"] < until]
    assert [row["quantity"] for row in rows] == [820, 1020, 2010, 1460, 210]
    assert [row["side"] for row in rows] == ["BUY", "BUY", "SELL", "SELL", "SELL"]
    assert rows[1]["average_price"] / rows[2]["average_price"] == pytest.approx(2)


def test_the_simulator_trades_the_same(done: tuple[dict, Outcome], shared_data: Path) -> None:
    config, outcome = done
    ledger = simulate(outcome.prices, outcome.signals, scenario(shared_data, config).rules)
    tickers, dates = outcome.prices.tickers.tolist(), outcome.prices.dates.tolist()
    found = [
        (dates[row["signal_session"]], dates[row["session"]], tickers[row["instrument"]], Side(row["side"]).name,
         row["quantity"]) for row in ledger.trades
    ]  # fmt: skip
    assert found == [
        (row["signal_date"], row["trade_date"], row["ticker"], row["side"], row["quantity"]) for row in outcome.trades
    ]
    for name in (*CLOSE, "profit"):
        expected = [row[name] for row in outcome.trades]
        assert ledger.trades[name].tolist() == pytest.approx(expected, rel=1e-9, abs=1e-6), name
    assert ledger.snapshots["value"].tolist() == pytest.approx([row["value"] for row in outcome.snapshots], rel=1e-9)
