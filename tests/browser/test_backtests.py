"""A backtest is built, mended, previewed, run, read; two are compared; a sweep is run, read, cancelled."""

import pytest

from tests.browser.visitor import Visitor

WRONG = "must be a whole number from 1"
LIKE = "/backtests/new/?like=1"
# What differs by its name alone is served from the store: each screen has backtests of its own.
SLIPPAGE = {"desktop": "0.3", "phone": "0.4"}


@pytest.fixture
def analyst(visitor) -> Visitor:
    visitor.log_in("analyst")
    return visitor


def run(visitor: Visitor, name: str, positions: str) -> None:
    """A variation of the demo's backtest, carried out by the worker."""
    visitor.open(LIKE)
    visitor.fill("Name", f"{name} {visitor.screen}")
    visitor.fill("Positions at most", positions)
    visitor.fill("Slippage", SLIPPAGE[visitor.screen])
    visitor.press("Run the backtest")
    visitor.see("Findings", seconds=60)


def test_build_mend_preview_run_and_read(analyst):
    analyst.open(LIKE)
    analyst.fill("Name", f"Journey {analyst.screen}")
    analyst.fill("Positions at most", "0")
    analyst.fill("Slippage", "0.2")  # leaves the field, which is checked then
    analyst.see(WRONG, "#error-max_positions")
    analyst.fits()
    analyst.fill("Positions at most", "4")
    analyst.fill("Slippage", SLIPPAGE[analyst.screen])
    analyst.until(lambda _: analyst.text("#error-max_positions") == "", "the error stays")
    analyst.press("+ Add a buy condition")
    analyst.until(lambda _: len(analyst.all("[name^=buy-][name$=-factor]")) == 3, "no third condition")
    analyst.press("Remove row 3")
    analyst.until(lambda _: len(analyst.all("[name^=buy-][name$=-factor]")) == 2, "the third condition stays")
    analyst.press("Preview the universe")
    analyst.see("meet all buy conditions", "#preview", seconds=60)
    analyst.press("Run the backtest")
    analyst.see("Findings", seconds=60)
    analyst.charts_drawn(2)
    analyst.fits()
    analyst.press("All trades")
    analyst.see("Price with slippage", seconds=30)
    analyst.press("Why trade 1")
    analyst.see("It met all buy conditions", "#dialog-body", seconds=30)
    analyst.see("price_momentum_12m", "#dialog-body")


def test_compare_two(analyst):
    run(analyst, "One", "3")
    run(analyst, "Two", "6")
    analyst.open("/backtests/?whose=mine")
    for name in ("One", "Two"):
        analyst.all(f"input[aria-label*='{name} {analyst.screen}']")[0].click()
    analyst.press("Compare marked")
    analyst.see("Settings that are not the same")
    analyst.charts_drawn(2)
    analyst.see("max positions")
    analyst.fits()


def test_sweep_and_its_map(analyst):
    analyst.open("/backtests/sweeps/new/?like=1")
    axis = ".row.axis:nth-of-type(1)"
    analyst.fill("Field", "max positions (5)", axis)
    analyst.fill("Values", "3..5", axis)
    analyst.see("3 variants", "#variants")
    second = ".row.axis:nth-of-type(2)"
    analyst.fill("Field", "cash buffer (5)", second)
    analyst.fill("Values", "0, 10", second)
    analyst.see("6 variants", "#variants")
    analyst.fits()
    analyst.press("Start the sweep")
    analyst.see("deflated Sharpe ratio", seconds=90)
    analyst.charts_drawn(2)
    analyst.fill("Figure", "total return")
    analyst.see("total return", "#map")
    analyst.fits()
    assert len(analyst.rows()) == 6


def test_cancel_a_sweep(analyst):
    analyst.open("/backtests/sweeps/new/?like=1")
    axis = ".row.axis:nth-of-type(1)"
    analyst.fill("Field", "slippage (0.1)", axis)
    analyst.fill("Values", "0..20:0.01", axis)
    analyst.see("2001 variants", "#variants")
    analyst.press("Start the sweep")
    analyst.find("#progress .danger")
    analyst.driver.execute_script(
        "document.querySelector('#progress .danger').focus(); document.querySelector('#progress').id = 'before'"
    )
    analyst.until(lambda _: analyst.all("#progress") and not analyst.all("#before"), "the progress does not move")
    focused = analyst.driver.execute_script("return document.activeElement.textContent")
    assert focused == "Cancel"  # under a finger or the keyboard's focus it stays, though all around it is exchanged
    analyst.press("Cancel")
    analyst.see("variants are computed")
    analyst.see("Go on with it")
