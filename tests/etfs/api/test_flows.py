"""Flows over HTTP."""

import pytest
from django.test import Client

from tests.etfs.api.asking import ask, ask_csv, pages
from tests.etfs.builder import daily, fund


@pytest.fixture
def flowing(korea) -> None:
    """069500 (INDEX, +5e9 on 4e12) and a bond fund that loses 3e9 of 1e11; one in dollars."""
    bonds = fund("KR", "148070", category="BOND")
    daily(bonds, "2024-06-26", total_assets=1e11)
    daily(bonds, "2024-06-27", net_flow=-3e9)
    dollars = fund("US", "VTI", category="INDEX")
    daily(dollars, "2024-06-27", net_flow=1e6)


def test_flows_of_a_window(client: Client, flowing) -> None:
    found = ask(client, "etf-flows/?region=KR&from=2024-06-27&to=2024-06-28")
    up = {
        "symbol": "KR:069500", "name": "KODEX 200", "category": "INDEX", "currency": "KRW", "net_flow": 5e9,
        "net_flow_krw": 5e9, "assets_before": 4e12, "percent": 0.125, "days": 1,
    }  # fmt: skip
    down = up | {
        "symbol": "KR:148070", "name": "Fund 148070", "category": "BOND", "net_flow": -3e9, "net_flow_krw": -3e9,
        "assets_before": 1e11, "percent": -3.0,
    }  # fmt: skip
    assert found == {
        "next": None, "region": "KR", "start": "2024-06-27", "end": "2024-06-28", "currency": "KRW",
        "signal": "STABLE", "without": 0,
        "categories": [
            {"category": "BOND", "funds": 1, "net_flow_krw": -3e9, "assets_before_krw": 1e11, "percent": -3.0},
            {"category": "INDEX", "funds": 1, "net_flow_krw": 5e9, "assets_before_krw": 4e12, "percent": 0.125},
        ],
        "top_inflow": [up], "top_outflow": [down], "top_categories_in": ["INDEX"], "top_categories_out": ["BOND"],
        "results": [up, down],
    }  # fmt: skip


def test_the_last_sessions_of_all_regions(client: Client, flowing) -> None:
    found = ask(client, "etf-flows/?top=1")
    assert (found["end"], found["start"]) == ("2024-06-27", "2024-05-30")  # 20 sessions of Seoul
    assert [row["symbol"] for row in found["top_inflow"]] == ["KR:069500"]
    assert [row["symbol"] for row in found["results"]] == ["KR:069500", "US:VTI", "KR:148070"]
    assert [row["symbol"] for row in ask(client, "etf-flows/?category=bond")["results"]] == ["KR:148070"]
    assert [row["net_flow_krw"] for row in ask_csv(client, "etf-flows/?region=US")] == ["1400000000.0"]
    assert [len(page) for page in pages(client, "etf-flows/?page_size=2")] == [2, 1]


@pytest.mark.parametrize("asked", ["region=VN", "to=1980-01-01", "to=0001-01-01", "to=9999-12-31", "region=CN"])
def test_where_there_are_no_sessions(client: Client, flowing, asked: str) -> None:
    found = ask(client, f"etf-flows/?{asked}")
    assert found["start"] <= found["end"]
