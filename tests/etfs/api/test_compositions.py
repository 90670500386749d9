"""Compositions, weights over time, changes, holders, heavy lines, concentration."""

import pytest
from django.test import Client

from tests.etfs.api.asking import ask, ask_csv, pages
from tests.etfs.builder import composition, fund, stock


def test_a_composition_with_the_digits_of_its_source(client: Client, korea) -> None:
    found = ask(client, "etf-compositions/?etf=069500")
    lines = found.pop("lines")
    assert found == {
        "symbol": "KR:069500", "name": "KODEX 200", "as_of_date": "2024-06-28", "source": "csv", "state": "GOOD",
        "message": "", "currency": "KRW", "per_unit": False, "weight_sum": "100.00",
        "market_value": None,  # the cash has none
        "unresolved_weight": "0", "line_count": 3, "expected_lines": None, "hhi_percent": 5171.375,
        "effective_holdings": pytest.approx(10_000 / 5171.375), "top_10_percent": 100.0,
    }  # fmt: skip
    assert lines[0] == {
        "rank": 1, "symbol": "KR:005930", "ticker": "005930", "region": "KR", "identifier": "",
        "name": "Stock 005930", "kind": "STOCK", "weight": "61.5", "weight_change": "1.5", "shares": "1200",
        "market_value": "98400000.50", "sector": "", "country": "", "currency": "KRW",
    }  # fmt: skip
    assert [(line["symbol"], line["weight"], line["kind"]) for line in lines[1:]] == [
        ("KR:035420", "37.25", "STOCK"), (None, "1.25", "CASH"),
    ]  # fmt: skip


def test_a_composition_as_of_a_day_and_as_csv(client: Client, korea) -> None:
    assert ask(client, "etf-compositions/?etf=069500&as_of=2024-06-27")["as_of_date"] == "2024-06-27"
    rows = ask_csv(client, "etf-compositions/?etf=069500")
    assert [(row["symbol"], row["weight"], row["weight_change"]) for row in rows] == [
        ("KR:005930", "61.5", "1.5"), ("KR:035420", "37.25", "37.25"), ("", "1.25", "0.25"),
    ]  # fmt: skip


def test_what_nobody_knows_is_said(client: Client, america) -> None:
    found = ask(client, "etf-compositions/?etf=VTI")
    assert (found["unresolved_weight"], found["lines"][2]["symbol"]) == ("9.875", "US0000000001")


def test_holders_each_by_its_own_newest_composition(client: Client, korea, america) -> None:
    found = ask(client, "etf-holders/?stock=KR:005930&as_of=2024-06-28")
    assert (found["stock"], found["name"], found["as_of"]) == ("KR:005930", "Stock 005930", "2024-06-28")
    assert found["results"][0] == {
        "symbol": "KR:069500", "name": "KODEX 200", "category": "INDEX", "issuer": "Samsung",
        "as_of_date": "2024-06-28", "sessions_old": 0, "freshness": "fresh",
        "weight": 61.5, "weight_change": 1.5, "shares": 1200.0,
        "market_value": 98400000.5, "currency": "KRW", "per_unit": False, "rank": 1, "lines": 1, "total_assets": 5e12,
        "source": "csv", "state": "GOOD",
    }  # fmt: skip
    assert [(row["symbol"], row["weight"]) for row in found["results"]] == [("KR:069500", 61.5), ("US:VTI", 20.0)]


@pytest.mark.parametrize(
    ("asked", "symbols"),
    [
        ("stock=005930&region=US", ["US:VTI"]), ("stock=005930&min_weight=61.5", ["KR:069500"]),
        ("stock=005930&min_weight=61.50001", []), ("stock=000660", []),
        ("stock=000660&as_of=2024-06-27", ["KR:069500"]),
        ("stock=aapl", ["US:VTI"]),
    ],
)  # fmt: skip
def test_holders_that_meet_a_condition(client: Client, korea, america, asked: str, symbols: list[str]) -> None:
    assert [row["symbol"] for row in ask(client, f"etf-holders/?{asked}")["results"]] == symbols


def test_holders_in_pages_and_as_csv(client: Client, korea, america) -> None:
    assert [[row["symbol"] for row in page] for page in pages(client, "etf-holders/?stock=005930&page_size=1")] == [
        ["KR:069500"], ["US:VTI"],
    ]  # fmt: skip
    rows = ask_csv(client, "etf-holders/?stock=005930&page_size=1")
    assert [(row["symbol"], row["weight"]) for row in rows] == [("KR:069500", "61.5"), ("US:VTI", "20.0")]


def test_a_weight_over_time(client: Client, korea) -> None:
    found = ask(client, "etf-weights/?etf=069500&stock=035420")
    assert found == {
        "next": None, "etf": "KR:069500", "stock": "KR:035420",
        "results": [
            {
                "as_of_date": "2024-06-27", "weight": 0.0, "shares": None, "market_value": None, "rank": None,
                "currency": "KRW", "source": "csv",
            },
            {
                "as_of_date": "2024-06-28", "weight": 37.25, "shares": None, "market_value": None, "rank": 2,
                "currency": "KRW", "source": "csv",
            },
        ],
    }  # fmt: skip
    assert [row["weight"] for row in ask_csv(client, "etf-weights/?etf=069500&stock=005930&to=2024-06-27")] == ["60.0"]


def test_changes(client: Client, korea) -> None:
    found = ask(client, "etf-changes/?etf=069500")
    assert (found["etf"], found["start"], found["end"]) == ("KR:069500", "2024-06-27", "2024-06-28")
    assert [(row["symbol"], row["status"], row["weight_change"]) for row in found["results"]] == [
        ("KR:000660", "DROPPED", -39.0), ("KR:035420", "ADDED", 37.25), ("KR:005930", "WEIGHT_UP", 1.5),
        (None, "WEIGHT_UP", 0.25),
    ]  # fmt: skip
    assert found["results"][0] == {
        "status": "DROPPED", "symbol": "KR:000660", "name": "Stock 000660", "kind": "STOCK", "shares_before": None,
        "shares_after": 0.0, "share_change": None, "weight_before": 39.0, "weight_after": 0.0, "weight_change": -39.0,
        "value_change": None, "split_ratio": 1.0,
    }  # fmt: skip
    assert len(ask_csv(client, "etf-changes/?etf=069500")) == 4
    one = client.get("/api/etf-changes/?etf=069500&to=2024-06-27")
    assert (one.status_code, "no composition of KR:069500 up to 2024-06-26" in one.json()["detail"]) == (404, True)


def test_changes_with_what_stayed(client: Client, db) -> None:
    held = fund("KR", "069500")
    for day in (27, 28):
        composition(held, f"2024-06-{day}", {"005930": 60, "000660": 40})
    assert ask(client, "etf-changes/?etf=069500")["results"] == []
    assert {row["status"] for row in ask(client, "etf-changes/?etf=069500&held=true")["results"]} == {"HELD"}


def test_heavy_lines(client: Client, korea, america) -> None:
    found = ask(client, "etf-high-weights/?threshold=37.25")
    assert found["threshold"] == 37.25
    assert [(row["symbol"], row["held"], row["weight"]) for row in found["results"]] == [
        ("US:VTI", "US:AAPL", 70.125), ("KR:069500", "KR:005930", 61.5), ("KR:069500", "KR:035420", 37.25),
    ]  # fmt: skip
    assert found["results"][1]["exposure"] == 5e12 * 0.615
    assert len(ask(client, "etf-high-weights/?region=US")["results"]) == 3
    assert len(ask_csv(client, "etf-high-weights/?as_of=2024-06-27")) == 2
    assert [len(page) for page in pages(client, "etf-high-weights/?page_size=3")] == [3, 2]


def test_concentration(client: Client, korea, america) -> None:
    stock("KR", "035720")
    found = ask(client, "etf-concentration/?stocks=005930,035420,035720")
    assert (found["level"], found["results"]) == (
        "LOW",
        [
            {
                "symbol": "KR:069500", "name": "KODEX 200", "as_of_date": "2024-06-28", "count": 2, "weight": 98.75,
                "stocks": ["KR:005930", "KR:035420"],
            }
        ],
    )  # fmt: skip
    assert ask(client, "etf-concentration/?stocks=005930&stocks=AAPL")["results"][0]["symbol"] == "US:VTI"
    (row,) = ask_csv(client, "etf-concentration/?stocks=005930,AAPL&region=US")
    assert row["stocks"] == '["KR:005930", "US:AAPL"]'
