"""Reports of results as the tables give them: days are dates there, and buys have no profit."""

import pytest

from backtests import services
from backtests.report import comparison_report
from backtests.services.config import WRITTEN
from tests.backtests.report.page import checked
from tests.factors.market_tables import random_market

CONFIG = {
    "name": "Stored", "region": "KR", "start": "2023-09-01", "max_positions": 4, "fill": "next_close",
    "buy_conditions": [{"factor": "momentum_3m", "operator": "top", "value": 8}],
    "sell_conditions": [{"type": "STOP_LOSS", "value": 5}, {"type": "HOLD_DAYS", "value": 40}],
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_stored_session_is_reported_and_compared():
    random_market(12, bars=380)
    first = services.backtest_run(config=CONFIG)
    page = checked(services.backtest_report(session=first))
    found = services.backtest_result(session=first)
    trades = "Trades; the buttons in the head sort"
    assert page.column(trades, "date") == [one["trade_date"].isoformat() for one in found["trades"][:500]]
    assert list(found["config"]) == [name for name in WRITTEN if name in found["config"]]
    words = page.words
    assert words.index("name Stored region KR start 2023-09-01") < words.index(
        "sell conditions STOP_LOSS 5 %; HOLD_DAYS"
    )
    assert page.column(trades, "factors at the signal")[0].startswith("momentum_3m ")
    assert page.column("Holdings at the end", "first bought") == [str(one["first_bought"]) for one in found["holdings"]]
    assert {row[0] for row in page.tables["Reasons of the sales"]["rows"]} == {
        one["reason"] for one in found["reasons"]
    }
    assert page.figures["chart-0"]["data"][0]["y"] == found["series"]["value"]
    sales = next(one for one in page.figures.values() if one["data"][0]["name"] in ("HOLD_DAYS", "STOP_LOSS"))
    assert sales["data"][0]["x"][0][:4] in ("2023", "2024")
    chosen = found["selection"]
    assert page.column("Selection at each rebalance", "rebalance") == [one["date"] for one in chosen]
    assert page.column("Selection at each rebalance", "candidates") == [f"{one['candidates']:,}" for one in chosen]
    untold = [
        cells[0] for title in ("Return", "Account and costs") for cells in page.tables[title]["cells"]
        if not cells[0].get("title")
    ]  # fmt: skip
    assert untold == []
    thin = services.backtest_run(config=CONFIG | {"volume_cap": 1, "name": "Too large for its market"})
    waiting = checked(services.backtest_report(session=thin))
    assert "VOLUME_CAP" in waiting.column("Orders that came to nothing", "reason")
    other = services.backtest_run(config=CONFIG | {"max_positions": 2, "start": "2023-10-02", "name": "Two"})
    compared = checked(comparison_report([services.backtest_result(session=one) for one in (first, other)]))
    settings = {row[0]: row[1:] for row in compared.tables["Settings that are not the same"]["rows"]}
    assert settings["max positions"] == ["4", "2"]
    assert settings["first session"] == ["2023-09-01", "2023-10-04"]
    assert "The periods differ" in compared.words
