"""The first tab: value, returns, months, where the return came from, what to look at."""

from typing import Any

from django.utils.translation import gettext as _

from market.pages.formats import day, money, number, points, tone
from market.pages.parts import Tile
from portfolio.charts.value import contribution_chart, drawdown_chart, income_chart, return_chart, value_chart
from portfolio.models import Portfolio
from portfolio.services.attribution import NONE, attribution_report
from portfolio.services.findings import portfolio_findings
from portfolio.services.overview import Overview as Shown
from portfolio.services.overview import overview_of
from portfolio.views.base import Part, PortfolioPage
from portfolio.views.links import trail_of
from portfolio.views.periods import Period, period_of
from portfolio.views.tables import drawdowns_table, months_table

MOST_BARS = 30


class Overview(PortfolioPage):
    """Figures and charts of a period."""

    template_name = "portfolio/overview.html"
    tab = "portfolio"

    def figures(self) -> dict[str, Any]:
        portfolio = self.portfolio
        period = period_of(self.request, portfolio.valued_to)
        shown = overview_of(portfolio=portfolio, start=period.start, end=period.end)
        record = shown.found.record
        context: dict[str, Any] = {
            "period": period, "first": record.dates[0].item(), "last": record.dates[-1].item(),
            "sessions": len(record.dates), "tiles": tiles_of(portfolio, shown, period), "no_return": shown.problem,
            "value_chart": value_chart(record), "income_chart": income_chart(record),
            "open_alerts": portfolio.alerts.filter(seen_at=None)[:5],
        }  # fmt: skip
        if shown.report is not None:
            context |= {
                "return_chart": return_chart(record, shown.benchmarks),
                "drawdown_chart": drawdown_chart(shown.found.track),
                "months": months_table(shown.report["monthly"], shown.report["yearly"]),
                "drawdowns": drawdowns_table(shown.report["drawdowns"]),
            }
        return context


def tiles_of(portfolio: Portfolio, shown: Shown, period: Period) -> list[Tile]:
    """The key figures of a period; each leads to how it was computed."""
    daily, currency = shown.found.record.daily, portfolio.base_currency
    change = float(daily.daily_return[-1])
    as_of, gain = daily.date[-1].item(), shown.found.gain
    first = [
        Tile(_("Value"), money(float(daily.value[-1]), currency, 0), _("cash %(cash)s") % {
            "cash": money(float(daily.cash[-1]), currency, 0)}, True,
            trail=trail_of(portfolio, "value", "summary", date=as_of)),
        Tile(_("Day"), points(change, sign=True), day(as_of), tone=tone(change),
             trail=trail_of(portfolio, "return_1d", "summary", date=as_of)),
        Tile(_("Gain"), money(gain, currency, 0), _("value, less what was paid in"), tone=tone(gain),
             trail=trail_of(portfolio, "gain", "performance", **period.dates)),
    ]  # fmt: skip
    return first if shown.report is None else first + _returns(portfolio, shown.report, period)


def _returns(portfolio: Portfolio, report: dict[str, Any], period: Period) -> list[Tile]:
    statistics = report["statistics"]

    def trail(figure: str) -> str:
        return trail_of(portfolio, figure, "performance", **period.dates)

    def annual(name: str) -> str:
        value = report[f"{name}_annual"]
        return "" if value is None else _("%(percent)s a year") % {"percent": points(value, sign=True)}

    def signed(label: str, value: float | None, name: str, detail: str) -> Tile:
        return Tile(label, points(value, sign=True), detail, tone=tone(value), trail=trail(name))

    tiles = [
        signed(_("TWR"), report["twr"], "twr", annual("twr")), signed(_("MWR"), report["mwr"], "mwr", annual("mwr")),
        Tile(_("Volatility"), points(statistics["volatility"]), _("a year"), trail=trail("volatility")),
        Tile(_("Sharpe"), number(statistics["sharpe_ratio"]), _("Sortino %(ratio)s") % {
            "ratio": number(statistics["sortino_ratio"])}, trail=trail("sharpe_ratio")),
        Tile(_("Greatest drawdown"), points(statistics["max_drawdown"]), _("now %(percent)s") % {
            "percent": points(statistics["current_drawdown"])}, trail=trail("max_drawdown")),
        Tile(_("VaR 95 %"), points(statistics["var_95_1d"]), _("of a session, over this period"),
             trail=trail("var_95_1d")),
    ]  # fmt: skip
    if report["benchmark"]:
        against = _("against %(benchmark)s") % {"benchmark": report["benchmark"]}
        tiles += [
            signed(_("Excess return"), statistics["excess_return"], "excess_return", against),
            Tile(_("Beta"), number(statistics["beta"]), _("alpha %(percent)s") % {
                "percent": points(statistics["alpha"], sign=True)}, trail=trail("beta")),
        ]  # fmt: skip
    return tiles


class Findings(Part):
    """What does not add up."""

    template_name = "portfolio/findings.html"

    def figures(self) -> dict[str, Any]:
        return {"findings": portfolio_findings(portfolio=self.portfolio)}


class Contributions(Part):
    """What each asset brought to the return of the period."""

    template_name = "portfolio/contributions.html"

    def figures(self) -> dict[str, Any]:
        period = period_of(self.request, self.portfolio.valued_to)
        found = attribution_report(portfolio=self.portfolio, against=NONE, start=period.start, end=period.end)
        rows = sorted(found["results"], key=lambda row: -abs(row["contribution"]))
        return {
            "contribution_chart": contribution_chart(rows[:MOST_BARS]), "found": found,
            "left": max(len(rows) - MOST_BARS, 0),
        }  # fmt: skip
