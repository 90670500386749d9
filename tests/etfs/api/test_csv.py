"""Answers about ETFs as CSV."""

from django.test import Client

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
