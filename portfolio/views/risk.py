"""What a portfolio risks, whether its VaR held, where the risk and the return came from, and its alerts."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from market.pages.formats import NONE, day, number, points
from market.pages.forms import worded
from market.pages.parts import Cell, Table, Tile
from portfolio.charts.risk import exceedance_chart, risk_parts_chart, rolling_charts
from portfolio.charts.value import drawdown_chart
from portfolio.models import AlertLimit, PortfolioRiskMetrics
from portfolio.services.attribution import BY, TARGETS, attribution_report
from portfolio.services.attribution import NONE as ALONE
from portfolio.services.benchmarks import benchmark_report
from portfolio.services.overview import overview_of
from portfolio.services.risk import risk_row
from portfolio.services.risk_report import METHODS as VAR_METHODS
from portfolio.services.risk_report import risk_contributions, var_backtest
from portfolio.views.base import Part, PortfolioPage
from portfolio.views.links import trail_of
from portfolio.views.periods import period_of
from portfolio.views.tables import drawdowns_table, signed

LEVELS = {
    "VERY_LOW": ("done", gettext_lazy("Very low")), "LOW": ("done", gettext_lazy("Low")),
    "MODERATE": ("running", gettext_lazy("Moderate")), "HIGH": ("late", gettext_lazy("High")),
    "VERY_HIGH": ("failed", gettext_lazy("Very high")),
}  # fmt: skip
DRAWN = ("historical", 95)
AGAINST_RULE = 0.05
ALERTS = 20


class Risk(PortfolioPage):
    """The newest figures, their history, and the limits."""

    template_name = "portfolio/risk.html"
    tab = "risk"

    def figures(self) -> dict[str, Any]:
        portfolio = self.portfolio
        row, shown = risk_row(portfolio=portfolio), overview_of(portfolio=portfolio)
        limits = {one.kind: one for one in portfolio.alert_limits.all()}
        context: dict[str, Any] = {
            "row": row, "level": LEVELS.get(row.risk_level), "tiles": self._tiles(row),
            "losses": _losses(row), "no_return": shown.problem, "rolling": rolling_charts(shown.found.record.daily),
            "limits": [(kind, label, limits.get(kind)) for kind, label in worded(AlertLimit.Kind.choices)],
            "alerts": portfolio.alerts.all()[:ALERTS], "has_benchmark": shown.found.benchmark is not None,
        }  # fmt: skip
        if shown.report is not None:
            context |= {
                "drawdown_chart": drawdown_chart(shown.found.track),
                "drawdowns": drawdowns_table(shown.report["drawdowns"]),
            }
        return context

    def _tiles(self, row: PortfolioRiskMetrics) -> list[Tile]:
        def tile(label: str, name: str, detail: str = "", *, percent: bool = True) -> Tile:
            value = getattr(row, name)
            told = points(value) if percent else number(value)
            return Tile(label, told, detail, trail=trail_of(self.portfolio, name, "risk", date=row.date))

        return [
            tile(_("Volatility"), "volatility", _("a year")),
            tile(_("VaR 95 %"), "var_95_1d", _("of a session")),
            tile(_("CVaR 95 %"), "cvar_95_1d", _("mean of the sessions beyond it")),
            tile(_("Greatest drawdown"), "max_drawdown", _("now %(percent)s") % {
                "percent": points(row.current_drawdown)}),
            tile(_("Sharpe"), "sharpe_ratio", percent=False), tile(_("Sortino"), "sortino_ratio", percent=False),
            tile(_("Calmar"), "calmar_ratio", percent=False), tile(_("Treynor"), "treynor_ratio", percent=False),
            tile(_("Effective assets"), "effective_assets", _("1 / sum of squared weights"), percent=False),
            tile(_("Average correlation"), "average_correlation", _("highest %(ratio)s") % {
                "ratio": number(row.max_correlation)}, percent=False),
        ]  # fmt: skip


def _losses(row: PortfolioRiskMetrics) -> Table:
    """VaR by three methods and CVaR, at both levels."""
    rows = [
        [Cell(_("VaR of a session, %(method)s") % {"method": label.lower()}),
         *(Cell(points(getattr(row, VAR_METHODS[method].format(level)))) for level in (95, 99))]
        for method, label in _methods().items()
    ]  # fmt: skip
    for label, name in (
        (_("CVaR of a session"), "cvar_{}_1d"), (_("VaR of a month, scaled"), "var_{}_1m"),
        (_("VaR of a month, overlapping"), "var_{}_1m_overlapping"),
    ):  # fmt: skip
        rows.append([Cell(label), *(Cell(points(getattr(row, name.format(level)))) for level in (95, 99))])
    note = _("Of the last 252 returns; positive is a loss.")
    return Table(_("What a bad session costs"), ["", "95 %", "99 %"], rows, note)


def _methods() -> dict[str, str]:
    return {"historical": _("Historical"), "normal": _("Normal"), "cornish_fisher": _("Cornish-Fisher")}


class VarHeld(Part):
    """Each method beside how its forecasts held, and a chart of the exceedances."""

    template_name = "portfolio/risk_var.html"

    def figures(self) -> dict[str, Any]:
        found = var_backtest(portfolio=self.portfolio, explain=True)
        context: dict[str, Any] = {"found": found, "table": self._table(found["results"])}
        drawn = next((one for one in found["results"] if (one["method"], one["level"]) == DRAWN), None)
        if drawn and drawn["tests"]:
            sessions, name = found["explain"]["sessions"], "{}_{}".format(*DRAWN)
            context["var_chart"] = exceedance_chart(sessions, name, _("VaR 95 %, historical"), drawn["exceptions"])
        return context

    def _table(self, results: list[dict[str, Any]]) -> Table:
        head = [_("Method"), _("Level"), "VaR", _("Sessions"), _("Exceeded"), _("Expected"), _("Kupiec, p"),
                _("Christoffersen, p"), _("Both, p"), _("Judgement")]  # fmt: skip
        rows = [_tested(one) for one in results]
        note = _(
            "Kupiec: are there as many exceedances as there should be? Christoffersen: do they come one after the"
            " other? A p-value below 0.05 speaks against the VaR."
        )
        return Table(_("Tests of the VaR"), head, rows, note, words=(9,), wide=True)


def _tested(one: dict[str, Any]) -> list[Cell]:
    cells = [Cell(_methods()[one["method"]]), Cell(f"{one['level']} %"), Cell(points(one["var"]))]
    tests = one["tests"]
    if tests is None:
        return cells + [Cell(NONE)] * 6 + [Cell(_("too few returns"))]
    values = [tests[name] and tests[name]["p_value"] for name in ("failures", "independence", "coverage")]
    against = any(value is not None and value < AGAINST_RULE for value in values)
    return [
        *cells, Cell(str(tests["sessions"])), Cell(str(tests["exceptions"])), Cell(number(tests["expected"], 1)),
        *(Cell(number(value, 3), strong=value is not None and value < AGAINST_RULE) for value in values),
        Cell(_("speaks against it") if against else _("holds"), tone="down" if against else ""),
    ]  # fmt: skip


class RiskParts(Part):
    """What each asset adds to volatility, VaR and CVaR."""

    template_name = "portfolio/risk_contributions.html"

    def figures(self) -> dict[str, Any]:
        found = risk_contributions(portfolio=self.portfolio)
        rows = [
            [Cell(one["asset"]), Cell(points(one["weight"])),
             *(Cell(points(one[name]["percent"]) if one[name] else NONE)
               for name in ("volatility", "var_95_normal", "cvar_95"))]
            for one in sorted(found["results"], key=lambda one: -(one["volatility"] or {"percent": 0.0})["percent"])
        ]  # fmt: skip
        head = [_("Asset"), _("Weight"), _("Volatility"), _("VaR 95 %"), _("CVaR 95 %")]
        note = _("Percent of the portfolio's figure that each asset brings; what is negative is a hedge.")
        tiles = [
            Tile(label, number(found[name]), trail=trail_of(self.portfolio, name, "contributions"))
            for label, name in (
                (_("Diversification ratio"), "diversification_ratio"), (_("Effective risks"), "effective_risks"),
            )
        ]  # fmt: skip
        return {
            "found": found, "tiles": tiles, "parts_chart": risk_parts_chart(found["results"]),
            "table": Table(_("Shares in the risk"), head, rows, note, tall=True),
        }  # fmt: skip


class Compared(Part):
    """The benchmarks, figure by figure."""

    template_name = "portfolio/risk_benchmarks.html"

    def figures(self) -> dict[str, Any]:
        found = benchmark_report(portfolio=self.portfolio)
        head = [_("Benchmark"), _("Excess return"), _("Alpha, a year"), _("Beta"), _("Tracking error"),
                _("Information ratio"), _("Correlation"), _("Up capture"), _("Down capture"), _("Sessions"),
                _("As of"), ""]  # fmt: skip
        rows = [
            [
                Cell(one["symbol"], strong=one["is_primary"], title=one["name"]), signed(one["excess_return"]),
                signed(one["alpha"]), Cell(number(one["beta"])), Cell(points(one["tracking_error"])),
                Cell(number(one["information_ratio"])), Cell(number(one["correlation"])),
                Cell(points(one["up_capture"], 1)), Cell(points(one["down_capture"], 1)), Cell(str(one["sessions"])),
                Cell(day(one["as_of"])), Cell(one["reason"]),
            ]
            for one in found
        ]  # fmt: skip
        note = _("On the sessions that both have, in the portfolio's currency. The primary benchmark is bold.")
        return {"table": Table(_("Against benchmarks"), head, rows, note, words=(11,), wide=True) if found else None}


class Attribution(Part):
    """Brinson: allocation, selection and interaction against a benchmark or the targets."""

    template_name = "portfolio/risk_attribution.html"

    def figures(self) -> dict[str, Any]:
        asked, period = self.request.GET, period_of(self.request, self.portfolio.valued_to)
        by = asked["by"] if asked.get("by") in BY else "sector"
        against = TARGETS if asked.get("against") == TARGETS else None
        found = attribution_report(portfolio=self.portfolio, by=by, against=against, start=period.start, end=period.end)
        return {
            "found": found, "by": by, "against": against or "benchmark", "period": period,
            "table": _brinson(found) if found["against"] else _alone(found), "alone": ALONE,
        }  # fmt: skip


def _brinson(found: dict[str, Any]) -> Table:
    head = [_("Group"), _("Weight"), _("Benchmark weight"), _("Allocation"), _("Selection"), _("Interaction"),
            _("Together")]  # fmt: skip
    effects = ("allocation", "selection", "interaction")
    rows = [
        [Cell(one["group"]), Cell(points(one["weight"])), Cell(points(one["benchmark_weight"])),
         *(signed(one[name]) for name in (*effects, "total"))]
        for one in found["results"]
    ]  # fmt: skip
    totals = found["totals"]
    rows.append([
        Cell(_("Together"), strong=True), Cell(""), Cell(""), *(signed(totals[name]) for name in effects),
        signed(found["excess_return"]),
    ])  # fmt: skip
    title = _("Return %(own)s against %(other)s of %(name)s") % {
        "own": points(found["return"], sign=True), "other": points(found["benchmark_return"], sign=True),
        "name": found["against"],
    }  # fmt: skip
    return Table(title, head, rows, found["formula"], wide=True)


def _alone(found: dict[str, Any]) -> Table:
    rows = [[Cell(one["group"]), Cell(points(one["weight"])), signed(one["contribution"])] for one in found["results"]]
    title = _("Contributions to the return of %(own)s") % {"own": points(found["return"], sign=True)}
    return Table(title, [_("Group"), _("Weight"), _("Contribution")], rows, found["formula"], wide=True)
