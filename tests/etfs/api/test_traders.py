"""The traders' addresses: symbols, one fund at a glance, its holdings."""

import csv
import datetime as dt
import io

import pytest
from django.test import Client

from etfs.models import Snapshot
from market.models import CorporateAction, PriceBar
from tests.etfs.builder import composition, daily, fund, line


@pytest.mark.parametrize("address", ["/api/etfs", "/api/etfs/"])
def test_symbols_are_plain_words(client: Client, korea, america, twins, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == ["069500", "HK:2800", "JP:2800", "VTI"]
    for symbol in answer.json():
        assert client.get(f"/api/etfs/{symbol}").json()["symbol"] == symbol


@pytest.mark.parametrize(
    ("asked", "symbols"),
    [
        ("region=kr", ["069500"]), ("region=JP", ["JP:2800"]), ("category=index", ["069500", "VTI"]),
        ("issuer=vanguard", ["VTI"]), ("search=kodex", ["069500"]), ("search=v&region=US", ["VTI"]),
        ("search=nothing", []),
    ],
)  # fmt: skip
def test_symbols_that_meet_a_condition(client: Client, market, asked: str, symbols: list[str]) -> None:
    assert client.get(f"/api/etfs?{asked}").json() == symbols


@pytest.mark.parametrize("address", ["/api/etfs/069500", "/api/etfs/069500/", "/api/etfs/KR:069500"])
def test_a_fund_at_a_glance(client: Client, korea, address: str) -> None:
    found = client.get(address).json()
    assert found == {
        "symbol": "KR:069500" if ":" in address else "069500", "name": "KODEX 200", "region": "KR", "currency": "KRW",
        "category": "INDEX", "issuer": "Samsung", "tracking_index": "", "last_price": 100.3, "change": 1.2,
        "change_pct": pytest.approx(100 * 1.2 / 99.1), "volume": 1500.0, "as_of": "2024-06-28", "price_source": "daily",
        "holdings": {
            "count": 3, "date": "2024-06-28", "link": "http://testserver/api/etfs/KR:069500/holdings",
        },
        "hhi_percent": 61.5**2 + 37.25**2 + 1.25**2,
        "effective_holdings": pytest.approx(10_000 / (61.5**2 + 37.25**2 + 1.25**2)), "top_10_percent": 100.0,
        "net_flow_20d": 3e9, "figures_as_of": None, "total_assets_as_of": "2024-06-28",
        "total_assets": 5e12, "expense_ratio": 0.15,
        "tracking_error_20d": None, "tracking_error_60d": None, "tracking_error_120d": None,
        "tracking_error_250d": None, "premium_discount": None, "average_volume_20d": None, "average_value_20d": None,
    }  # fmt: skip
    assert client.get(found["holdings"]["link"]).status_code == 200


def test_small_letters_find_it_too(client: Client, america) -> None:
    assert client.get("/api/etfs/vti").json()["symbol"] == "VTI"
    assert client.get("/api/etfs/us:vti").json()["symbol"] == "US:VTI"


def test_without_daily_figures_the_price_is_of_the_bars(client: Client, america) -> None:
    for day, close in ((27, 250.0), (28, 255.0)):
        PriceBar.objects.create(instrument=america.instrument, date=dt.date(2024, 6, day), close=close, volume=7)
    found = client.get("/api/etfs/VTI").json()
    wanted = {"last_price": 255.0, "change": 5.0, "change_pct": 2.0, "volume": 7.0, "price_source": "bars"}
    assert {name: found[name] for name in wanted} == wanted


def test_a_split_is_no_change(client: Client, america) -> None:
    daily(america, "2024-06-27", close=250)
    daily(america, "2024-06-28", close="126")
    CorporateAction.objects.create(instrument=america.instrument, ex_date="2024-06-28", kind="SPLIT", ratio=2.0)
    found = client.get("/api/etfs/VTI").json()
    assert (found["change"], found["change_pct"]) == (1.0, 0.8)


def test_a_fund_of_which_nothing_is_known(client: Client, db) -> None:
    fund("US", "NEW")
    found = client.get("/api/etfs/NEW").json()
    assert found["holdings"] == {"count": 0, "date": None, "link": "http://testserver/api/etfs/US:NEW/holdings"}
    unknown = ("last_price", "change", "change_pct", "volume", "as_of", "hhi_percent", "net_flow_20d", "total_assets")
    assert [found[name] for name in unknown] == [None] * len(unknown)
    answer = client.get("/api/etfs/NEW/holdings")
    assert (answer.status_code, answer.json()) == (404, {"detail": "no composition of US:NEW"})


def test_one_close_alone_has_no_change(client: Client, america) -> None:
    daily(america, "2024-06-28", close=250)
    found = client.get("/api/etfs/VTI").json()
    assert (found["last_price"], found["change"], found["change_pct"], found["volume"]) == (250.0, None, None, None)


@pytest.mark.parametrize("address", ["/api/etfs/VTI/holdings", "/api/etfs/VTI/holdings/"])
def test_holdings_in_dollars(client: Client, america, address: str) -> None:
    answer = client.get(address)
    assert answer.json() == [
        {
            "symbol": "AAPL", "name": "Stock AAPL", "weight_pct": 70.125, "shares": 10.0,
            "market_value_usd": 2500000.0, "market_value_millions": 2.5, "weight_bps": 7012.5,
            "market_value": 2500000.0, "currency": "USD",
        },
        {
            "symbol": "005930", "name": "Stock 005930", "weight_pct": 20.0, "shares": None,
            "market_value_usd": 713000.0, "market_value_millions": 0.713, "weight_bps": 2000.0,
            "market_value": 713000.0, "currency": "USD",
        },
        {
            "symbol": "US0000000001", "name": "Private Co", "weight_pct": 9.875, "shares": None,
            "market_value_usd": None, "market_value_millions": None, "weight_bps": 987.5, "market_value": None,
            "currency": "USD",
        },
    ]  # fmt: skip
    told = [answer[name] for name in ("X-As-Of", "X-Source", "X-State", "X-Currency")]
    assert told == ["2024-06-28", "csv", "GOOD", "USD"]


def test_holdings_in_won_have_no_dollars(client: Client, korea) -> None:
    first, *_, cash = client.get("/api/etfs/069500/holdings").json()
    assert (first["market_value_usd"], first["market_value"], first["currency"]) == (None, 98400000.5, "KRW")
    assert first["market_value_millions"] == 98.4000005
    assert (cash["symbol"], cash["name"], cash["weight_bps"]) == (None, "Cash", 125.0)


def test_holdings_of_one_creation_unit_say_so(client: Client, korea) -> None:
    assert client.get("/api/etfs/069500/holdings")["X-Per-Unit"] == "false"
    Snapshot.objects.update(per_unit=True)
    for address in ("/api/etfs/069500/holdings", "/api/etfs/069500/holdings?format=csv"):
        assert client.get(address)["X-Per-Unit"] == "true"


def test_holdings_of_an_earlier_day(client: Client, korea) -> None:
    answer = client.get("/api/etfs/069500/holdings?as_of=2024-06-27")
    assert [(row["symbol"], row["weight_pct"]) for row in answer.json()] == [
        ("005930", 60.0), ("000660", 39.0), (None, 1.0),
    ]  # fmt: skip
    assert answer["X-As-Of"] == "2024-06-27"
    early = client.get("/api/etfs/069500/holdings?as_of=2024-06-26")
    assert (early.status_code, early.json()["detail"]) == (404, "no composition of KR:069500 up to 2024-06-26")


def test_a_flagged_composition_says_so(client: Client, db) -> None:
    held = fund("KR", "114800")
    composition(held, "2024-06-03", {"005930": 100})
    composition(held, "2024-06-28", {"005930": 90})  # more than ten sessions later: the best there is
    assert client.get("/api/etfs/114800/holdings")["X-State"] == "FLAGGED"


def test_holdings_as_csv(client: Client, america) -> None:
    answer = client.get("/api/etfs/VTI/holdings?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [(row["symbol"], row["weight_pct"], row["market_value_usd"]) for row in rows] == [
        ("AAPL", "70.125", "2500000.0"), ("005930", "20.0", "713000.0"), ("US0000000001", "9.875", ""),
    ]  # fmt: skip
    assert answer["X-As-Of"] == "2024-06-28"


def test_one_ticker_in_several_regions(client: Client, twins) -> None:
    for address in ("/api/etfs/2800", "/api/etfs/2800/holdings", "/api/etf-compositions/?etf=2800"):
        answer = client.get(address)
        assert (answer.status_code, answer.json()) == (
            300,
            {
                "detail": "2800 is listed in several regions: use one of HK:2800, JP:2800",
                "choices": ["HK:2800", "JP:2800"],
            },
        )
    assert client.get("/api/etfs/HK:2800/holdings").status_code == 200


@pytest.mark.parametrize("symbol", ["NOPE", "KR:VTI", "a%00b", "%ED%A0%80", "x" * 500, "XX:VTI", "%20"])
def test_an_unknown_fund(client: Client, america, symbol: str) -> None:
    for address in (f"/api/etfs/{symbol}", f"/api/etfs/{symbol}/holdings"):
        answer = client.get(address)
        assert (answer.status_code, "no ETF" in answer.json()["detail"]) == (404, True)


def test_numbers_beyond_a_double_are_null(client: Client, db) -> None:
    held = fund("US", "BIG", assets="1e400")
    composition(held, "2024-06-28", [line("AAPL", 100, market_value="1e400")])
    assert client.get("/api/etfs/BIG").json()["total_assets"] is None
    assert client.get("/api/etfs/BIG/holdings").json()[0]["market_value"] is None
    assert client.get("/api/etf-list/").json()["results"][0]["total_assets"] is None


def test_health_needs_no_slash(client: Client, db) -> None:
    for address in ("/api/health", "/api/health/"):
        assert client.get(address).json()["database"]["reachable"] is True
