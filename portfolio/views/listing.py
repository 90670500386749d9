"""The list of portfolios: theirs, and for staff by permission everybody's."""

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from market.pages.columns import DayColumn, FigureColumn, MoneyColumn, PointsColumn, TextColumn
from market.pages.formats import NONE
from market.pages.sparkline import sparkline
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin
from portfolio.models import Portfolio
from portfolio.services.listing import lines_of_year, with_returns

LINE = _("Time-weighted return of the last year")
STATES = {"failed": _("Failed"), "running": _("Computing"), "done": _("Up to date"), "quiet": _("Empty")}


def state_of(record: Portfolio) -> str:
    """How far its values are, as a class of the style sheet."""
    if record.is_awaited:
        return "running"
    if record.valuation_error:
        return "failed"
    return "done" if record.valued_to else "quiet"


def portfolio_address(record: Portfolio) -> str:
    """Where its page is."""
    return reverse("portfolio:portfolio", args=[record.pk])


class LineColumn(TextColumn):
    """The last year as a small line."""

    def render(self, record: Portfolio, table: "PortfolioTable") -> Any:
        points = sparkline(table.lines.get(record.pk, []))
        return render_to_string("pages/sparkline.html", {"points": points, "label": LINE}) if points else NONE


class PortfolioTable(HouseTable):
    name = TextColumn(verbose_name=_("Portfolio"), linkify=portfolio_address)
    owner = TextColumn(verbose_name=_("Owner"), accessor="owner__username")
    newest_value = MoneyColumn(verbose_name=_("Value"), currency=lambda record: record.base_currency, digits=0)
    day_change = PointsColumn(verbose_name=_("Day"), tone=True)
    line = LineColumn(verbose_name=_("1 year"), accessor="pk", orderable=False, exclude_from_export=True)
    twr_ytd = PointsColumn(verbose_name=_("TWR this year"), tone=True)
    twr_1y = PointsColumn(verbose_name=_("TWR 1 year"), tone=True)
    newest_twr = PointsColumn(verbose_name=_("TWR all"), tone=True)
    drawdown = PointsColumn(verbose_name=_("Drawdown"))
    open_alerts = FigureColumn(verbose_name=_("Alerts"), digits=0)
    valued_to = DayColumn(verbose_name=_("As of"))
    state = TextColumn(verbose_name=_("State"), accessor="pk", orderable=False, exclude_from_export=True)

    file = "portfolios"
    empty = _("No portfolio yet: make one, and import its transactions or enter them.")
    note = _(
        "Time-weighted returns in the portfolio's currency, up to the day of the row."
        " Drawdown: below the highest so far."
    )

    class Meta(HouseTable.Meta):
        order_by = ("name",)

    @cached_property
    def lines(self) -> dict[int, list[float]]:
        """Of the rows on this page alone."""
        return lines_of_year([row.record for row in self.paginated_rows])

    def render_state(self, record: Portfolio) -> Any:
        return format_html('<span class="state {}">{}</span>', state_of(record), STATES[state_of(record)])

    def render_open_alerts(self, value: int, record: Portfolio) -> Any:
        return value or NONE


class PortfolioFilter(forms.Form):
    search = forms.CharField(label=_("Name"), required=False, max_length=100)


class Portfolios(TablesMixin, OwnPage):
    """Portfolios with their newest figures."""

    template_name = "portfolio/portfolios.html"
    title = _("Portfolios")
    tables = {"portfolios": PortfolioTable}
    filters = {"portfolios": PortfolioFilter}

    def rows_portfolios(self, asked: dict[str, Any]) -> QuerySet[Portfolio]:
        rows = Portfolio.objects.visible_to(self.request.user).select_related("owner")
        return with_returns(rows.filter(name__icontains=asked["search"]) if asked else rows)
