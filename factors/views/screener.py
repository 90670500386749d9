"""The screener: stocks by conditions on their factors. The conditions stand in the address."""

import json
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factors.calc.conditions import Condition
from factors.services.screens import instruments_screened
from factors.views.conditions import (
    EMPTY,
    MOST_SCREENED,
    ConditionRow,
    buttons_done,
    choices_of_conditions,
    rows_of,
    written,
)
from factors.views.scope import scope_of
from market.models import Instrument
from market.models.instruments import InstrumentQuerySet
from market.pages.columns import AnySizeColumn, FigureColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.views.instruments import instrument_address

TABLE = "screen"


class ScreenTable(HouseTable):
    ticker = TextColumn(verbose_name=gettext_lazy("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=gettext_lazy("Name"))
    sector = WordColumn(verbose_name=gettext_lazy("Sector"))

    title = gettext_lazy("Who meets them")
    empty = gettext_lazy("Nobody meets all conditions on this session: loosen one, or remove it.")
    file = "screen"


def table_of(conditions: list[Condition]) -> type[HouseTable]:
    """The table with a column per condition, by the first of them: its best end first."""
    columns: dict[str, Any] = {f"figure_{place}": _column(one) for place, one in enumerate(conditions)}
    first = "ticker"
    if conditions:
        first = "figure_0" if conditions[0].operator.startswith("<") else "-figure_0"
    columns["Meta"] = type("Meta", (HouseTable.Meta,), {"order_by": (first,)})
    return type("ScreenTable", (ScreenTable,), columns)


def _column(of: Condition) -> FigureColumn:
    if of.field == "value":
        return AnySizeColumn(verbose_name=of.factor)
    is_score = of.field == "score"
    return FigureColumn(verbose_name=f"{of.factor}, {of.field}", digits=2 if is_score else 1, tone=is_score)


class SectorForm(forms.Form):
    sector = forms.ChoiceField(label=gettext_lazy("Sector"), required=False)

    def __init__(self, data: Any, region: str) -> None:
        super().__init__(data)
        self.fields["sector"].choices = choices((name, name) for name in Instrument.objects.in_region(region).sectors())


class Screener(TablesMixin, Page):
    """Stocks of a region that meet every condition on a session."""

    template_name = "factors/screener.html"
    title = gettext_lazy("Screener")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.scope = scope_of(request)
        self.sectors = SectorForm(request.GET, self.scope.region)
        self.sector = self.sectors.cleaned_data.get("sector", "") if self.sectors.is_valid() else ""
        self.rows = rows_of(request.GET) or [ConditionRow(*EMPTY)]
        for row in self.rows[MOST_SCREENED:]:
            row.condition, row.error = None, _("A screen has at most %(most)s conditions.") % {"most": MOST_SCREENED}
        self.conditions = [row.condition for row in self.rows if row.condition]
        self.tables = {TABLE: table_of(self.conditions)}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.copy()
        if buttons_done(asked):
            return redirect(f"{request.path}?{asked.urlencode()}")
        if request.htmx.target == f"table-{TABLE}":
            alone = render(request, "factors/screen_rows.html", {"table": self.table(TABLE), **self._about()})
            patch_vary_headers(alone, ["HX-Request", "HX-Target"])
            return alone
        return super().get(request, *args, **kwargs)

    def table(self, name: str) -> HouseTable:
        found = super().table(name)
        if self.scope.date is None:
            why = _("%(region)s has no scores yet on that day: compute them first.") % {"region": self.scope.region}
            found.empty = f"{why} manage.py compute_factors --region {self.scope.region}"
        return found

    def rows_screen(self, asked: dict[str, Any]) -> InstrumentQuerySet:
        if self.scope.date is None:
            return Instrument.objects.none()
        return instruments_screened(
            region=self.scope.region, date=self.scope.date, conditions=self.conditions, sector=self.sector
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = self._about() | choices_of_conditions()
        return super().get_context_data(sectors=self.sectors, **more, **kwargs)

    def _about(self) -> dict[str, Any]:
        """What changes with the conditions besides the table: their mistakes, and where one goes with them."""
        return {
            "rows": self.rows, "wrong": sum(bool(row.error) for row in self.rows),
            "scope": self.scope, "conditions": self.conditions,
            "save_url": f"{reverse('factors:strategy-new')}?{self._query_of_strategy()}",
            "backtest_url": backtest_address(region=self.scope.region, conditions=json.dumps(written(self.rows))),
        }  # fmt: skip

    def _query_of_strategy(self) -> str:
        pairs = [("region", self.scope.region), *([("sectors", self.sector)] if self.sector else [])]
        pairs += [("member", name) for name in dict.fromkeys(one.factor for one in self.conditions)]
        pairs += [cell for row in self.rows if row.condition for cell in row.cells()]
        return urlencode(pairs)


def backtest_address(**given: str) -> str:
    """The builder of backtests with these fields filled in; "" where the site has none."""
    try:
        return f"{reverse('backtests:new')}?{urlencode(given)}"
    except NoReverseMatch:
        return ""
