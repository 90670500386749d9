"""Funds beside each other, worked out by hand."""

import pytest

from tests.etfs.builder import composition, fund
from tests.etfs.test_admin_queries import queries
from tests.etfs.views.pages import page, rows_of

COMPARE = "/etfs/compare/"
BOTH = "US:GRO,US:VAL"

pytestmark = pytest.mark.usefixtures("growth", "value")


def test_overlap_and_active_share(client):
    """Both hold X, 60 and 20: 20 in common; half of 40 + 30 + 10 + 80 apart."""
    row = rows_of(client, COMPARE, "pairs", funds=BOTH)[0]
    assert (row["Fund"], row["With"], row["Names in common"]) == ("US:GRO", "US:VAL", "1")
    assert (float(row["Overlap, %"]), float(row["Active share, %"])) == (20, 80)
    heat = page(client, COMPARE, funds=BOTH).context["heat"]
    assert heat["data"][0]["z"] == [[None, 20], [20, None]]
    assert heat["states"]["Active share"]["data"][0]["z"] == [[None, 80], [80, None]]


def test_common_holdings_side_by_side(client):
    (row,) = rows_of(client, COMPARE, "common", funds=BOTH)
    assert row | {"Ticker": "X", "Funds": "2", "US:GRO": "60.0", "US:VAL": "20.0"} == row


def test_costs_and_concentration(client):
    rows = {row["Fund"]: row for row in rows_of(client, COMPARE, "beside", funds=BOTH)}
    assert float(rows["US:GRO"]["Fee, % a year"]) == 0.75
    assert float(rows["US:GRO"]["Effective holdings"]) == pytest.approx(1e4 / (60**2 + 30**2 + 10**2))
    assert float(rows["US:VAL"]["Effective holdings"]) == pytest.approx(1e4 / (80**2 + 20**2))
    assert float(rows["US:VAL"]["Assets"]) == 1e9


@pytest.mark.parametrize(
    ("weights", "x"), [("75,25", 50), ("", 40), ("75", 40), ("a,b", 40), ("0,0", 40), ("-1,2", 40)]
)
def test_a_mix_is_looked_through_even_where_weights_say_nothing(client, weights, x):
    """60 and 20 percent of X: 50 of three to one, 40 of one to one."""
    rows = rows_of(client, COMPARE, "mix", funds=BOTH, weights=weights)
    found = next(row for row in rows if row["Ticker"] == "X")
    assert float(found["Weight, %"]) == pytest.approx(x)
    assert "US:GRO" in found["Through"]


@pytest.mark.parametrize(
    ("funds", "told"),
    [
        ("US:NONE", "no ETF"), ("US:GRO,US:GRO", "more than once"), ("US:X", "nothing was loaded of it as an ETF"),
        (",".join(["US:GRO"] * 11), "more than once"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_told(client, funds, told):
    answer = page(client, COMPARE, funds=funds)
    assert told in answer.content.decode()
    assert answer.context["tables"] == {}


def test_a_fund_without_a_composition_leaves_the_others(client):
    fund("US", "NEW")
    text = page(client, COMPARE, funds=f"{BOTH},US:NEW").content.decode()
    assert "no composition of US:NEW" in text
    assert "Side by side" in text


def test_one_fund_and_none(client):
    assert "pairs" not in page(client, COMPARE, funds="US:GRO").context["tables"]
    assert "Choose funds to compare" in page(client, COMPARE).content.decode()


def test_a_day(client):
    """The day before: 50 and 20 percent of X."""
    row = rows_of(client, COMPARE, "common", funds=BOTH, as_of="2024-06-27")[0]
    assert (row["US:GRO"], row["US:VAL"]) == ("50.0", "20.0")


def test_search_offers_what_is_not_there_yet(client):
    found = page(client, f"{COMPARE}search/", q="fund", funds="US:GRO").content.decode()
    assert f"{COMPARE}?funds=US%3AGRO%2CUS%3AVAL" in found
    assert "<b>US:GRO</b>" not in found
    assert "No fund fits." in page(client, f"{COMPARE}search/", q="zzz").content.decode()
    assert "No fund fits." in page(client, f"{COMPARE}search/", q="a\0b").content.decode()
    assert page(client, f"{COMPARE}search/").content.decode().strip() == ""


def test_as_many_queries_for_more_funds(client, value):
    two = queries(lambda: client.get(COMPARE, {"funds": BOTH}))
    others = [fund("US", f"F{place}") for place in range(4)]
    for one in others:
        composition(one, "2024-06-28", {"X": 50, "V": 50})
    asked = ",".join([BOTH, *(str(one.instrument) for one in others)])
    assert queries(lambda: client.get(COMPARE, {"funds": asked})) == two
