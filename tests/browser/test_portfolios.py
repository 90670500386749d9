"""A portfolio is made, filled from a file with a bad row, looked at down to a trail; a wrong transaction is mended."""

import pytest

HEAD = "date,kind,asset,quantity,price,amount\n"
ROWS = (
    "2022-01-03,DEPOSIT,,,,20000\n"
    "2022-01-04,BUY,US:AAPL,50,150,\n"
    "2022-01-04,BUY,US:NOPE,10,100,\n"  # there is no such asset
    "2022-02-01,BUY,US:MSFT,20,300,\n"
)


@pytest.fixture
def trades(tmp_path) -> str:
    file = tmp_path / "trades.csv"
    file.write_text(HEAD + ROWS, encoding="utf-8")
    return str(file)


def test_from_nothing_to_a_trail(visitor, trades):
    name = f"journey {visitor.screen}"
    visitor.log_in("analyst")
    visitor.open("/portfolios/")
    visitor.press("New portfolio")
    visitor.fill("Name", name)
    visitor.fill("Base currency", "USD")
    visitor.press("Make it")
    visitor.see("has no value yet")
    visitor.fits()
    visitor.press("Import a file")
    visitor.fill("File", trades)
    visitor.press("Show what it would do")
    visitor.see("unknown asset 'US:NOPE'")
    visitor.fits()
    visitor.press("Book 3 rows, leave out the errors")
    visitor.see("3 booked")
    visitor.press("Overview", "nav.tabs")
    visitor.see("TWR", ".tiles", seconds=60)  # the worker has valued it, and the page was read anew
    visitor.charts_drawn(3)
    visitor.fits()
    value = visitor.find(".tile a.trail").text
    assert value.startswith("$")
    visitor.press(value, ".tiles")
    visitor.see("quantity x price x rate", "#dialog-body")
    assert len(visitor.all("#dialog-body tbody tr")) == 3  # two assets and cash
    visitor.press("Close", "#dialog")
    visitor.press("Risk", "nav.tabs")
    visitor.see("What a bad session costs")
    visitor.charts_drawn(2)
    visitor.fits()
    visitor.press("Holdings", "nav.tabs")
    visitor.see("US:MSFT", "table.rows")
    visitor.press("Lots", "table.rows")
    visitor.see("Open", "#dialog-body")


def test_a_wrong_field_is_told_and_mended(visitor):
    visitor.log_in("analyst")
    visitor.open("/portfolios/new/")
    visitor.fill("Name", f"mended {visitor.screen}")
    visitor.fill("Base currency", "USD")
    visitor.press("Make it")
    visitor.press("Add a transaction")
    visitor.fill("Date", "2022-03-01")
    visitor.fill("Kind", "Sell")
    visitor.fill("Asset", "US:AAPL")
    visitor.fill("Quantity", "10")
    visitor.fill("Price", "150")
    visitor.find("h2").click()  # leaving the field has it checked
    visitor.see("none came in before", "#id_quantity_error")
    visitor.fill("Kind", "Buy")
    visitor.until(lambda _: "none came in" not in visitor.text("#id_quantity_error"), "the error stays")
    visitor.press("Book it")
    visitor.see("is booked")
    assert [row[1:4] for row in visitor.rows()] == [["Buy", "US:AAPL", "10"]]
    visitor.fits()
