"""Tables on the page of a portfolio: its figures, what it holds, what to look at."""

from collections.abc import Iterable
from typing import Any

from etfs.admin.base import Section
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.summary import portfolio_summary

NO_FIGURE = "-"


def portfolio_sections(portfolio: Portfolio) -> Iterable[Section]:
    """As of the last valued session; of a portfolio without a value, why it has none."""
    try:
        found = portfolio_summary(portfolio=portfolio)
    except (PortfolioBusy, PortfolioError) as error:
        yield Section("Findings", ("what to look at",), [(str(error),)], text=(0,), long=0)
        return
    yield _figures(found)
    yield _positions(found)
    findings = [(one,) for one in found["findings"]]
    yield Section("Findings", ("what to look at",), findings, text=(0,), long=0, empty="nothing to look at")


def _figures(found: dict[str, Any]) -> Section:
    currency, gains, returns, statistics = (found[name] for name in ("currency", "gains", "returns", "statistics"))
    rows = [
        (f"Value, {currency}", amount(found["value"])), (f"Cash, {currency}", amount(found["cash_value"])),
        (f"Gain, {currency}", amount(gains["total"])), ("TWR, %", percent(returns.get("twr"))),
        ("MWR, %", percent(returns.get("mwr"))), ("Volatility, %", percent(statistics.get("volatility"))),
        ("Greatest drawdown, %", percent(statistics.get("max_drawdown"))),
        ("Sharpe ratio", percent(statistics.get("sharpe_ratio"))),
    ]  # fmt: skip
    return Section("Figures", ("", "figure"), rows, right=(1,), text=(0,), note=f"As of {found['as_of']}.")


def _positions(found: dict[str, Any]) -> Section:
    rows = [
        (
            one["instrument"], one["name"] or NO_FIGURE, f"{one['quantity']:,.10g}", f"{one['price']:,.2f}",
            one["currency"], amount(one["value"]), percent(one["weight"]), amount(one["cost_average"]),
            amount(one["unrealised_average"]), percent(one["gain_percent"]),
        )
        for one in found["positions"]
    ]  # fmt: skip
    headings = ("asset", "name", "quantity", "price", "", "value", "weight %", "cost", "gain", "gain %")
    note = f"Value, cost and gain in {found['currency']}, by average cost."
    return Section("Positions", headings, rows, right=(2, 3, 5, 6, 7, 8, 9), text=(0, 1), note=note)


def amount(value: float) -> str:
    """Money to a hundredth."""
    return f"{value:,.2f}"


def percent(value: float | None) -> str:
    """A figure to a hundredth, '-' for none."""
    return NO_FIGURE if value is None else f"{value:,.2f}"
