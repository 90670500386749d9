"""ARK's own files, loaded as people load them, asked for over the API; compared with what the files say."""

import csv
from pathlib import Path

import pytest
from django.test import Client

from etfs.services import files_import
from tests.etfs.api.asking import ask, pages
from tests.etfs.builder import stock

DAYS = ("2021-10-27", "2021-10-28")


def rows_of(data: Path, fund: str, day: str) -> dict[str, dict[str, str]]:
    """Ticker (CUSIP where there is none) -> row of a file."""
    with (data / "holdings" / "ark_raw" / fund / f"{day}.csv").open(encoding="utf-8", newline="") as file:
        return {row["ticker"] or row["cusip"]: row for row in csv.DictReader(file) if row["fund"] == fund}


def number(text: str) -> float:
    return float(text.translate(str.maketrans("", "", "$,%")))


@pytest.fixture
def ark(db, shared_data: Path) -> None:
    for ticker in ("TSLA", "TDOC", "COIN"):
        stock("US", ticker)
    files = [shared_data / "holdings" / "ark_raw" / fund / f"{day}.csv" for fund in ("ARKK", "ARKW") for day in DAYS]
    run = files_import(region="US", source="ark", files=files)
    assert (run.stored, run.failed) == (4, 0), run.message


def test_symbols_and_a_fund_at_a_glance(client: Client, ark, shared_data) -> None:
    assert ask(client, "etfs") == ["ARKK", "ARKW"]
    found = ask(client, "etfs/ARKK")
    weights = sorted(
        (number(row["weight (%)"]) for row in rows_of(shared_data, "ARKK", DAYS[1]).values()), reverse=True
    )
    assert found["holdings"] | {"link": ""} == {"count": len(weights), "date": DAYS[1], "link": ""}
    assert found["hhi_percent"] == pytest.approx(sum(weight**2 for weight in weights))
    assert found["top_10_percent"] == pytest.approx(sum(weights[:10]))


@pytest.mark.parametrize("fund", ["ARKK", "ARKW"])
@pytest.mark.parametrize("day", DAYS)
def test_every_holding_of_a_day(client: Client, ark, shared_data, fund: str, day: str) -> None:
    said = rows_of(shared_data, fund, day)
    answer = client.get(f"/api/etfs/{fund}/holdings?as_of={day}")
    held = answer.json()
    assert (answer["X-As-Of"], answer["X-Source"], len(held)) == (day, "ark", len(said))
    for row in held:
        line = said[row["symbol"]]
        assert row["weight_pct"] == number(line["weight (%)"])
        assert row["weight_bps"] == pytest.approx(100 * number(line["weight (%)"]))
        assert row["shares"] == number(line["shares"])
        assert row["market_value_usd"] == number(line["market value ($)"])
        assert row["market_value_millions"] == pytest.approx(number(line["market value ($)"]) / 1e6)


def test_digits_are_those_of_the_file(client: Client, ark) -> None:
    found = ask(client, f"etf-compositions/?etf=ARKK&as_of={DAYS[1]}")
    first = found["lines"][0]
    assert (first["symbol"], first["weight"], first["shares"], first["market_value"]) == (
        "US:TSLA", "10.87", "2206289", "2289819101.54",
    )  # fmt: skip


def test_who_holds_tesla(client: Client, ark, shared_data) -> None:
    rows = ask(client, "etf-holders/?stock=TSLA")["results"]
    said = {
        f"US:{fund}": number(rows_of(shared_data, fund, DAYS[1])["TSLA"]["weight (%)"]) for fund in ("ARKK", "ARKW")
    }
    assert {row["symbol"]: row["weight"] for row in rows} == said


def test_what_they_have_in_common(client: Client, ark, shared_data) -> None:
    one, other = (rows_of(shared_data, fund, DAYS[1]) for fund in ("ARKK", "ARKW"))
    shared = {name for name in set(one) & set(other) if one[name]["ticker"]}  # cash is no stock
    found = ask(client, "etf-overlap/pair/?left=ARKK&right=ARKW")
    assert found["common"] == len(shared)
    smaller = [min(number(one[name]["weight (%)"]), number(other[name]["weight (%)"])) for name in shared]
    assert found["overlap_percent"] == pytest.approx(sum(smaller))


def test_what_was_traded(client: Client, ark, shared_data) -> None:
    before, after = (rows_of(shared_data, "ARKK", day) for day in DAYS)
    found = [row for page in pages(client, "etf-changes/?etf=ARKK&page_size=7") for row in page]
    told = {row["symbol"].removeprefix("US:"): row for row in found}
    moved = {name for name in set(before) & set(after) if before[name]["shares"] != after[name]["shares"]}
    assert {name for name, row in told.items() if row["status"] in ("BOUGHT", "SOLD")} == moved
    assert {name for name, row in told.items() if row["status"] == "ADDED"} == set(after) - set(before)
    for name in moved:
        change = number(after[name]["shares"]) - number(before[name]["shares"])
        assert told[name]["share_change"] == pytest.approx(change)
