"""Targets are set, the drift is seen, a plan is proposed, approved and booked; then the weights are those wanted."""

import pytest

ROWS = (
    "date,kind,asset,quantity,price,amount\n"
    "2022-01-03,DEPOSIT,,,,20000\n"
    "2022-01-04,BUY,US:AAPL,50,150,\n"
    "2022-01-04,BUY,US:MSFT,20,300,\n"
)
WANTED = {"US:AAPL": 60.0, "US:MSFT": 30.0, "CASH": 10.0}


@pytest.fixture
def trades(tmp_path) -> str:
    file = tmp_path / "trades.csv"
    file.write_text(ROWS, encoding="utf-8")
    return str(file)


def weights(visitor) -> dict[str, float]:
    """Of the drift table: asset and weight."""
    return {row[0]: float(row[2].rstrip("%")) for row in visitor.rows("#table-drift table")}


def valued(visitor, trades: str) -> None:
    """A portfolio of two assets and cash, with values."""
    visitor.log_in("analyst")
    visitor.open("/portfolios/new/")
    visitor.fill("Name", f"rebalanced {visitor.screen}")
    visitor.fill("Base currency", "USD")
    visitor.press("Make it")
    visitor.press("Import a file")
    visitor.fill("File", trades)
    visitor.press("Show what it would do")
    visitor.press("Book 3 rows")
    visitor.see("3 booked")
    visitor.press("Overview", "nav.tabs")
    visitor.see("TWR", ".tiles", seconds=60)


def test_from_targets_to_the_books(visitor, trades):
    valued(visitor, trades)
    visitor.press("Allocation", "nav.tabs")
    visitor.see("No targets yet")
    visitor.fits()
    visitor.press("Set targets")
    for number, target in enumerate(WANTED.values(), 1):
        visitor.fill(f"Target, % {number}", str(target))
    visitor.fill("Tolerance, points 1", "x")
    visitor.find("h2").click()  # leaving the field has it checked
    visitor.see("'x' is no number", "#targets")
    visitor.see("Sum 100 %", "#targets-total")
    visitor.fill("Tolerance, points 1", "2")
    visitor.press("Add a row")
    visitor.until(lambda _: len(visitor.all("#targets tbody tr")) == 4, "no row is added")
    visitor.fits()
    visitor.press("Save the targets")
    visitor.see("The targets are saved.")
    visitor.see("Time to rebalance: beyond a limit: US:AAPL")
    visitor.charts_drawn(1)
    visitor.fits()
    assert abs(weights(visitor)["US:AAPL"] - WANTED["US:AAPL"]) > 2

    visitor.press("Rebalance")
    visitor.see("Full: to every target", "#plans")
    visitor.fits()
    visitor.press("Propose: Full: to every target", "#plans")
    visitor.see("Approving books nothing yet.")
    visitor.charts_drawn(1)
    visitor.fits()
    assert {row[2] for row in visitor.rows("#table-trades table")} == {"US:AAPL", "US:MSFT"}
    visitor.press("Approve")
    visitor.press("Book the trades")
    visitor.see("2 trades become transactions")
    visitor.fits()
    visitor.press("Book them")
    visitor.see("The trades are booked")
    visitor.see("Booked", "h2 .state")
    visitor.press("Weights of now")
    visitor.see("Weights and targets")
    assert weights(visitor) == pytest.approx(WANTED, abs=1.5)  # whole shares

    visitor.press("Stress", "nav.tabs")
    visitor.charts_drawn(2)
    visitor.fits()
    visitor.press("What would it cost?")
    visitor.see("If the rest moves alike", "#shocks")
    visitor.charts_drawn(3)
