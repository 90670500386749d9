"""Real US stocks with point-in-time reports: what the project finds against the plain reference, figure by figure."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from factors.engine import run
from factors.registry import factors_named
from market.services.loads import LOADS
from market.store.histories import read_history
from tests.backtests.us_reference.raw_files import PRICES, REPORTS, Action, new_york_sessions
from tests.backtests.us_reference.run import Market, read_market
from tests.backtests.us_reference.scenarios import CHEAP_AND_GOOD, FIRST, LAST, scenario
from tests.market.files import write

pytestmark = pytest.mark.django_db(transaction=True)


def action_row(action: Action) -> str:
    ratio, amount = (action.figure, "") if action.kind == "SPLIT" else ("", action.figure)
    return f"{action.ticker},{action.ex_date},{action.kind},{ratio},{amount}\n"


@pytest.fixture
def loaded(shared_data: Path, tmp_path: Path) -> None:
    """The market of the scenarios in the database, by the project's own loads."""
    asked = scenario(shared_data, CHEAP_AND_GOOD)
    listings = "".join(f"{ticker},{day}\n" for ticker, day in asked.delisted.items())
    actions = "".join(action_row(action) for action in asked.actions)
    for kind, source, path in (
        ("instruments", "csv", write(tmp_path, "ticker,delisted_on\n" + listings, "listings.csv")),
        ("prices", "csv", shared_data / PRICES),
        ("fundamentals", "us_pit", shared_data / REPORTS),
        ("actions", "csv", write(tmp_path, "ticker,ex_date,kind,ratio,amount\n" + actions, "actions.csv")),
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
