"""Portfolios looked through over HTTP."""

from typing import Any

import pytest
from django.test import Client

from etfs.sources.base import LineKind
from tests.etfs.api.asking import ask
from tests.etfs.builder import composition, fund, line, stock


@pytest.fixture
def nested(america) -> None:
    """AOA of US holds VTI by half, and an unknown stock."""
    held = fund("US", "AOA")
    composition(held, "2024-06-28", [line("VTI", 50, 1, kind=LineKind.ETF), line("AAPL", 50, 2)])


def post(client: Client, body: Any, query: str = "") -> Any:
    return client.post(f"/api/etf-look-through/{query}", body, content_type="application/json")


def test_a_portfolio_of_funds_and_stocks(client: Client, nested) -> None:
    body = {"positions": [{"symbol": "AOA", "amount": 600}, {"symbol": "KR:005930", "amount": 400.0}]}
    found = post(client, body).json()
    assert found["as_of_dates"] == {"US:AOA": "2024-06-28", "US:VTI": "2024-06-28"}
    assert found["covered_percent"] == pytest.approx(97.0375)
    assert found["uncovered_percent"] == pytest.approx(2.9625)
    assert found["uncovered"] == {"unresolved": pytest.approx(2.9625)}
    assert [(row["symbol"], row["percent"], row["through"]) for row in found["results"]] == [
        ("US:AAPL", pytest.approx(51.0375), {"US:AOA": pytest.approx(51.0375)}),
        ("KR:005930", pytest.approx(46.0), {"direct": pytest.approx(40.0), "US:AOA": pytest.approx(6.0)}),
    ]
    assert found["by_currency"] == {"USD": pytest.approx(51.0375), "KRW": pytest.approx(46.0)}
    assert found["by_sector"] == {"Information Technology": pytest.approx(51.0375), "unknown": pytest.approx(46.0)}
    assert found["by_country"] == {"United States": pytest.approx(51.0375), "South Korea": pytest.approx(46.0)}


def test_positions_named_twice_are_added(client: Client, america) -> None:
    once = post(client, {"positions": [{"symbol": "VTI", "amount": 3}, {"symbol": "AAPL", "amount": 1}]}).json()
    twice = [{"symbol": "VTI", "amount": 1}, {"symbol": "US:VTI", "amount": 2}, {"symbol": "aapl", "amount": 1}]
    assert post(client, {"positions": twice}).json() == once


def test_as_of_a_day_and_as_csv(client: Client, korea) -> None:
    body = {"positions": [{"symbol": "069500", "amount": 1}], "as_of": "2024-06-27"}
    assert post(client, body).json()["as_of_dates"] == {"KR:069500": "2024-06-27"}
    text = post(client, body, "?format=csv").getvalue().decode()
    assert text.splitlines()[:2] == [
        "symbol,name,kind,percent,through", '''KR:005930,Stock 005930,STOCK,60.0,"{""KR:069500"": 60.0}"''',
    ]  # fmt: skip


def test_a_fund_without_a_composition_is_uncovered(client: Client, db) -> None:
    fund("US", "NEW")
    found = post(client, {"positions": [{"symbol": "NEW", "amount": 1}]}).json()
    assert (found["results"], found["uncovered"], found["covered_percent"]) == ([], {"no_composition": 100.0}, 0.0)
    assert ask(client, "etf-exposure/?etf=NEW")["uncovered"] == {"no_composition": 100.0}


def test_exposure_of_a_fund(client: Client, korea) -> None:
    assert ask(client, "etf-exposure/?etf=069500") == {
        "covered_percent": 100.0, "uncovered_percent": 0.0, "uncovered": {},
        "as_of_dates": {"KR:069500": "2024-06-28"}, "by_sector": {"unknown": 98.75, "Cash": 1.25},
        "by_country": {"South Korea": 98.75, "unknown": 1.25}, "by_currency": {"KRW": 98.75, "unknown": 1.25},
    }  # fmt: skip


ONE = {"symbol": "VTI", "amount": 1}


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "positions", "required"),
        ({"positions": []}, "positions", "at least 1"),
        ({"positions": [ONE] * 1001}, "positions", "no more than 1000"),
        ({"positions": {"VTI": 1}}, "positions", "Expected a list"),
        ({"positions": ["VTI"]}, "positions", "Expected a dictionary"),
        ({"positions": [ONE], "as_off": "2024-01-01"}, "as_off", "unknown field"),
        ({"positions": [ONE | {"amonut": 1}]}, "positions", "unknown field"),
        ({"positions": [ONE], "as_of": "2999-01-01"}, "as_of", "in the future"),
        ({"positions": [ONE], "as_of": "yesterday"}, "as_of", "YYYY-MM-DD"),
        ({"positions": [{"symbol": "VTI"}]}, "positions", "required"),
        ({"positions": [ONE | {"amount": -1}]}, "positions", "amount: must be above 0"),
        ({"positions": [ONE | {"amount": 0}]}, "positions", "amount: must be above 0"),
        ({"positions": [ONE, ONE | {"amount": -1}]}, "positions", "amounts add up to 0: must be above 0"),
        ({"positions": [ONE | {"amount": "ten"}]}, "positions", "valid number"),
        ({"positions": [ONE | {"amount": True}]}, "positions", "between -1e30 and 1e30"),
        ({"positions": [ONE | {"amount": 10**400}]}, "positions", "between -1e30 and 1e30"),
        ({"positions": [ONE | {"amount": 1e300}]}, "positions", "between -1e30 and 1e30"),
        ({"positions": [ONE | {"amount": "NaN"}]}, "positions", "valid number"),
        ({"positions": [ONE | {"amount": "-inf"}]}, "positions", "valid number"),
        ({"positions": [ONE | {"amount": None}]}, "positions", "null"),
        ({"positions": [ONE | {"symbol": "a\0b"}]}, "positions", "Null characters"),
        ({"positions": [ONE | {"symbol": "\ud800"}]}, "detail", "surrogates"),
        ({"positions": [ONE | {"symbol": ["VTI"]}]}, "positions", "valid string"),
        ({"positions": [ONE | {"symbol": "x" * 41}]}, "positions", "40 characters"),
        ([], "non_field_errors", "Expected a dictionary"),
        ("NaN", "detail", "JSON parse error"),
        ("[" * 100_000, "detail", "JSON parse error"),
    ],
)  # fmt: skip
def test_refusals_name_field_and_reason(client: Client, america, body: Any, field: str, reason: str) -> None:
    answer = post(client, body)
    assert answer.status_code == 400, answer.content
    assert reason in str(answer.json()[field])


def test_an_unknown_and_an_ambiguous_symbol(client: Client, america, twins) -> None:
    answer = post(client, {"positions": [ONE, {"symbol": "KR:VTI", "amount": 1}]})
    assert (answer.status_code, answer.json()["detail"]) == (404, "no instrument 'VTI' in region KR")
    answer = post(client, {"positions": [ONE, {"symbol": "2800", "amount": 1}]})
    assert (answer.status_code, answer.json()["choices"]) == (300, ["HK:2800", "JP:2800"])


def test_a_thousand_positions_are_four_lookups(client: Client, america, django_assert_max_num_queries) -> None:
    tickers = [stock("US", f"S{number}").ticker for number in range(999)]
    positions = [ONE, *({"symbol": ticker, "amount": 1e30} for ticker in tickers)]
    with django_assert_max_num_queries(12):
        found = post(client, {"positions": positions}).json()
    assert found["covered_percent"] == pytest.approx(100)
