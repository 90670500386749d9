"""Overlap, costs, liquidity over HTTP."""

import datetime as dt

import numpy as np
import pytest
from django.test import Client

from etfs.models import ETF
from factors.models import Factor, FactorRun, FactorScore
from market.models import Instrument, PriceBar
from tests.etfs.api.asking import ask, ask_csv
from tests.etfs.builder import composition, fund


def test_overlap(client: Client, korea, america) -> None:
    assert ask(client, "etf-overlap/?etfs=069500,vti") == {
        "funds": [
            {"symbol": "KR:069500", "as_of_date": "2024-06-28"}, {"symbol": "US:VTI", "as_of_date": "2024-06-28"},
        ],
        "percent": [[98.75, 20.0], [20.0, 100.0]], "common": [[2, 1], [1, 3]],
    }  # fmt: skip
    assert ask(client, "etf-overlap/?etfs=VTI&etfs=069500&as_of=2024-06-28")["percent"][0] == [100.0, 20.0]


def test_overlap_of_two_by_name(client: Client, korea, america) -> None:
    found = ask(client, "etf-overlap/pair/?left=069500&right=VTI")
    assert (found["overlap_percent"], found["common"]) == (20.0, 1)
    assert found["results"] == [
        {"symbol": "KR:005930", "name": "Stock 005930", "left_weight": 61.5, "right_weight": 20.0, "shared": 20.0}
    ]
    assert ask_csv(client, "etf-overlap/pair/?left=VTI&right=069500")[0]["left_weight"] == "20.0"


def test_costs(client: Client, korea, america) -> None:
    found = ask(client, "etf-costs/?etfs=069500,VTI&amount=1000&years=2")
    assert (found["amount"], found["years"]) == (1000.0, 2.0)
    assert [row["symbol"] for row in found["results"]] == ["US:VTI", "KR:069500"]
    assert found["results"][1]["total_cost"] == pytest.approx(1000 * (1 - 0.9985**2))
    assert found["results"][0]["first_year_cost"] == pytest.approx(0.3)
    assert [row["symbol"] for row in ask_csv(client, "etf-costs/?etfs=069500,VTI")] == ["US:VTI", "KR:069500"]


def bars(ticker: str, value: float, count: int = 20) -> None:
    instrument = Instrument.objects.get(ticker=ticker)
    for day in range(count):
        PriceBar.objects.create(
            instrument=instrument, date=dt.date(2024, 6, 1) + dt.timedelta(days=day), close=100.0, trading_value=value
        )


def test_liquidity(client: Client, korea) -> None:
    bars("005930", 1e6)
    found = ask(client, "etf-liquidity/?etf=069500&amount=1000000&participation=0.1")
    assert (found["fund"], found["as_of_date"], found["currency"]) == ("KR:069500", "2024-06-28", "KRW")
    assert (found["fund_days"], found["amount"], found["participation"]) == (None, 1e6, 0.1)
    assert found["unknown_percent"] == pytest.approx(100 * 37.25 / 98.75)
    assert found["slowest"] == [
        {"ticker": "005930", "name": "Stock 005930", "amount": 615000.0, "days": pytest.approx(6.15)}
    ]
    assert found["days_to_percent"]["100"] == pytest.approx(6.15)
    assert ask_csv(client, "etf-liquidity/?etf=069500&amount=1000000&participation=0.1")[0]["ticker"] == "005930"


def test_days_to_trade_a_fund_in_another_currency_than_it_holds_are_not_known(client: Client, db) -> None:
    held = fund("KR", "379800", average_value_20d=1e9)
    composition(held, "2024-06-28", {"AAPL": 100}, currency="USD")
    assert ask(client, "etf-liquidity/?etf=379800&amount=1000")["fund_days"] is None
    composition(held, "2024-06-30", {"AAPL": 100})
    assert ask(client, "etf-liquidity/?etf=379800&amount=1e8&participation=0.1")["fund_days"] == 1.0


@pytest.fixture
def priced(transactional_db) -> list[ETF]:
    """Two funds of two stocks each, one in common, with 60 sessions of prices and scores on the last one."""
    factor = Factor.objects.create(name="roe", category="quality", unit="%", direction=1, lookback=1)
    funds = [fund("KR", "069500"), fund("KR", "102110")]
    composition(funds[0], "2024-06-28", {"005930": 75, "000660": 25})
    composition(funds[1], "2024-06-28", {"005930": 50, "035420": 50})
    days = np.busday_offset("2024-06-28", -np.arange(60)[::-1], roll="forward")
    moves = np.random.default_rng(1).normal(0, 0.01, (60, 3))
    for column, ticker in enumerate(("005930", "000660", "035420")):
        instrument = Instrument.objects.get(ticker=ticker)
        closes = 100 * np.cumprod(1 + moves[:, column])
        PriceBar.objects.bulk_create(
            PriceBar(instrument=instrument, date=day.item(), close=close)
            for day, close in zip(days, closes, strict=True)
        )
        FactorScore.objects.create(
            date="2024-06-28", instrument=instrument, factor=factor, value=1.0, score=column - 1.0, percentile=50.0
        )
    FactorRun.objects.create(region="KR", date="2024-06-28", state="DONE", score_count=3)
    return funds


def test_correlation(client: Client, priced) -> None:
    found = ask(client, "etf-correlation/?etfs=069500,102110&sessions=30&as_of=2024-06-28")
    assert (found["sessions"], found["as_of"]) == (30, "2024-06-28")
    assert found["funds"] == [
        {"symbol": "KR:069500", "coverage_percent": 100.0}, {"symbol": "KR:102110", "coverage_percent": 100.0},
    ]  # fmt: skip
    (one, both), _ = found["correlation"]
    assert one == pytest.approx(1.0)
    assert 0.3 < both < 1
    assert found["common_sessions"] == [[30, 30], [30, 30]]


@pytest.mark.parametrize("as_of", ["0001-01-01", "1980-01-01"])
def test_correlation_long_ago(client: Client, priced, as_of: str) -> None:
    answer = client.get(f"/api/etf-correlation/?etfs=069500,102110&sessions=2520&as_of={as_of}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "no stock of these funds has prices in that time")


def test_tilts(client: Client, priced) -> None:
    assert ask(client, "etf-tilts/?etf=102110&factor=roe&as_of=2024-06-28") == {
        "etf": "KR:102110", "as_of": "2024-06-28",
        "results": [
            {"factor": "roe", "tilt": 0.0, "coverage_percent": 100.0, "scores_of": {"KR": "2024-06-28"}},
        ],
    }  # fmt: skip
    (row,) = ask_csv(client, "etf-tilts/?etf=069500")
    assert (row["tilt"], row["scores_of"]) == ("-0.75", '{"KR": "2024-06-28"}')
