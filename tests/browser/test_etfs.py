"""Funds are found, looked into on two days, and compared. Their holdings are made up for these tests alone."""

import pytest

HEAD = "fund,as_of_date,ticker,name,kind,weight,shares,market_value,sector"
HELD = {  # fund -> ticker -> (shares on the 27th and the 28th of December 2022, price, sector)
    "MTUM": {
        "AAPL": (500, 600, 100, "Technology"), "XOM": (300, 300, 100, "Energy"), "JPM": (200, 100, 100, "Financials"),
    },
    "QUAL": {"AAPL": (800, 800, 100, "Technology"), "MSFT": (200, 200, 100, "Technology")},
    "SIZE": {"XOM": (500, 500, 100, "Energy"), "JPM": (500, 500, 100, "Financials")},
    "USMV": {"JNJ": (1000, 1000, 100, "Health Care")},
    "VLUE": {"JPM": (700, 700, 100, "Financials"), "XOM": (300, 300, 100, "Energy")},
}  # fmt: skip


@pytest.fixture(scope="module")
def holdings(site, tmp_path_factory) -> None:
    """Two compositions of each of the demo's five funds, all worth 100,000: test data, in the test's own database."""
    lines = [HEAD]
    for fund, held in HELD.items():
        for day in (0, 1):
            for ticker, (*shares, price, sector) in held.items():
                value = shares[day] * price
                facts = [fund, f"2022-12-{27 + day}", ticker, f"{ticker} (test)", "STOCK", value / 1000]
                lines.append(",".join(map(str, [*facts, shares[day], value, sector])))
    file = tmp_path_factory.mktemp("holdings") / "test-holdings.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    site.manage("load_etfs", "--region", "US", "--source", "csv", str(file))


@pytest.mark.usefixtures("holdings")
def test_from_the_list_into_a_fund_and_back_a_day(visitor):
    visitor.open("/etfs/")
    visitor.fill("Ticker or name", "momentum")
    visitor.see("1 row")
    visitor.fits()
    visitor.press("MTUM", "table.rows")
    visitor.see("Composition of Dec 28, 2022")
    visitor.charts_drawn(1)
    visitor.fits()
    assert [row[0] for row in visitor.rows()] == ["AAPL", "XOM", "JPM"]
    visitor.press("‹ Dec 27, 2022")
    visitor.see("Composition of Dec 27, 2022")
    visitor.charts_drawn(1)
    visitor.fill("As of", "2022-12-28")
    visitor.press("Show", "main")
    visitor.see("Composition of Dec 28, 2022")
    visitor.press("Bought and sold", "nav.tabs")
    visitor.see("From the composition of Dec 27, 2022 to that of Dec 28, 2022")
    visitor.charts_drawn(1)
    visitor.fits()
    traded = {row[0]: (row[2], row[3]) for row in visitor.rows()}
    assert traded == {"AAPL": ("Bought", "$10,000"), "JPM": ("Sold", "−$10,000")}


@pytest.mark.usefixtures("holdings")
def test_every_side_of_a_fund(visitor):
    for side, seen in (
        ("history/", "2 compositions"), ("flows/", "No daily figures"), ("exposure/", "Sectors"),
        ("quality/", "Findings"),
    ):  # fmt: skip
        visitor.open(f"/etfs/US/MTUM/{side}")
        visitor.see(seen)
        visitor.fits()


@pytest.mark.usefixtures("holdings")
def test_two_funds_beside_each_other(visitor):
    visitor.open("/etfs/compare/")
    for text, count in (("MTUM", 1), ("QUAL", 2)):
        visitor.fill("Add a fund", text)
        visitor.see(f"US:{text}", "#picked")
        visitor.find("#picked a").click()
        visitor.until(lambda _, count=count: len(visitor.all(".chip")) == count, f"{text} is not there")
    visitor.charts_drawn(1)
    visitor.fits()
    pairs = visitor.rows("#table-pairs table.rows")
    assert pairs == [["US:MTUM", "US:QUAL", "60.00", "40.00", "1"]]  # AAPL, 60 of 80
    visitor.fill("US:MTUM, weight", "100")
    visitor.fill("US:QUAL, weight", "0")
    visitor.press("Compare", "#chosen")
    visitor.see("60.00", "#table-mix")
    visitor.press("Without US:QUAL")
    visitor.until(lambda _: len(visitor.all(".chip")) == 1, "QUAL is still there")


@pytest.mark.usefixtures("holdings")
def test_what_all_of_them_bought(visitor):
    visitor.open("/etfs/trading/?start=2022-12-27&end=2022-12-28")
    visitor.see("5 funds are compared.")
    visitor.charts_drawn(1)
    visitor.fits()
    assert {row[0]: row[2] for row in visitor.rows()} == {"AAPL": "$10,000", "JPM": "−$10,000"}
