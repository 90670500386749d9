"""Answers about ETFs as CSV."""

import datetime as dt

import pytest
from django.test import Client

from etfs.api import comparisons
from tests.etfs.api.asking import ask, ask_csv
from tests.etfs.builder import composition, fund, line

HOSTILE = "=cmd|' /C calc'!A0"


def test_no_cell_is_a_formula(client: Client, db) -> None:
    held = fund("US", "F", name=HOSTILE)
    composition(held, "2024-06-28", [line("A", "110.5", name="@A"), line("B", "-10.5", name=HOSTILE, shares="-7")])
    holdings = ask_csv(client, "etfs/F/holdings")
    assert [row["name"] for row in holdings] == ["Stock A", "Stock B"]  # ours have names of their own
    [row] = ask_csv(client, "etf-list/")
    assert row["name"] == f"'{HOSTILE}"


def test_names_of_sources_are_no_formulas_and_numbers_stay_numbers(client: Client, db) -> None:
    lines = [line("", "110.5", identifier="US0000000001", name="@A"), line("", "-10.5", 2, name=HOSTILE, shares="-7")]
    composition(fund("US", "F"), "2024-06-28", lines, known=False)
    one, other = ask_csv(client, "etfs/F/holdings")
    assert (one["name"], other["name"]) == ("'@A", f"'{HOSTILE}")
    assert (other["weight_pct"], other["shares"]) == ("-10.5", "-7.0")
    _, exact = ask_csv(client, "etf-compositions/?etf=F")
    assert (exact["name"], exact["weight"], exact["shares"]) == (f"'{HOSTILE}", "-10.5", "-7")
    assert ask(client, "etfs/F/holdings")[1]["name"] == HOSTILE  # JSON is what it is


def test_a_matrix_is_a_row_for_each_two_funds(client: Client, korea, america) -> None:
    address = "etf-overlap/?etfs=069500,VTI"
    assert ask_csv(client, address) == [
        {"left": "KR:069500", "right": "KR:069500", "percent": "98.75", "common": "2"},
        {"left": "KR:069500", "right": "US:VTI", "percent": "20.0", "common": "1"},
        {"left": "US:VTI", "right": "KR:069500", "percent": "20.0", "common": "1"},
        {"left": "US:VTI", "right": "US:VTI", "percent": "100.0", "common": "3"},
    ]
    assert client.get(f"/api/{address}", headers={"accept": "text/csv"})["Content-Type"].startswith("text/csv")


def test_correlations_that_are_not_known_are_empty(
    client: Client, monkeypatch: pytest.MonkeyPatch, korea, america
) -> None:
    found = {
        "funds": [{"symbol": "KR:069500", "coverage_percent": 1.0}, {"symbol": "US:VTI", "coverage_percent": 1.0}],
        "correlation": [[1.0, None], [None, 1.0]], "common_sessions": [[40, 3], [3, 40]], "sessions": 40,
        "as_of": dt.date(2024, 6, 28),
    }  # fmt: skip
    monkeypatch.setattr(comparisons, "correlation_get", lambda **_asked: found)
    rows = ask_csv(client, "etf-correlation/?etfs=069500,VTI")
    assert rows[1] == {"left": "KR:069500", "right": "US:VTI", "correlation": "", "common_sessions": "3"}
    assert rows[3] == {"left": "US:VTI", "right": "US:VTI", "correlation": "1.0", "common_sessions": "40"}
