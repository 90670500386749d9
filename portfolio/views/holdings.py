"""What is held, and the lots it was bought in."""

from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from market.pages.columns import DayColumn, MoneyColumn, PointsColumn, TextColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.services.holdings import holding_rows
from portfolio.services.lots import lots_of
from portfolio.services.standing import Standing, standing_of
from portfolio.views.base import OfPortfolio, PortfolioPage, Refused, reason_of
from portfolio.views.links import ExactColumn, instrument_address, trail_link

AVERAGE, FIFO = "average", "fifo"
METHODS = ((AVERAGE, _("Average cost")), (FIFO, _("Lots, first in first out")))


def _currency(record: dict[str, Any]) -> str:
    return str(record["currency"])


def _base(record: dict[str, Any]) -> str:
    return str(record["base"])


class HoldingTable(HouseTable):
    instrument = TextColumn(verbose_name=_("Asset"), linkify=lambda record: instrument_address(record["asset"]))
    name = TextColumn(verbose_name=_("Name"))
    quantity = ExactColumn(verbose_name=_("Quantity"))
    price = MoneyColumn(verbose_name=_("Price"), currency=_currency)
    day_change = PointsColumn(verbose_name=_("Day"), tone=True)
    value = MoneyColumn(verbose_name=_("Value"), currency=_base, digits=0)
    weight = PointsColumn(verbose_name=_("Weight"))
    cost = MoneyColumn(verbose_name=_("Cost"), currency=_base, digits=0)
    gain = MoneyColumn(verbose_name=_("Unrealised"), currency=_base, digits=0)
    percent = PointsColumn(verbose_name=_("Unrealised, %"), tone=True)
    realised = MoneyColumn(verbose_name=_("Realised"), currency=_base, digits=0)
    price_date = DayColumn(verbose_name=_("Price of"))
    lots = TextColumn(verbose_name=_("Lots"), empty_values=(), orderable=False, exclude_from_export=True)

    file = "holdings"
    per_page = 100
    empty = _("Nothing is held on this day.")
    note = _(
        "Prices in the asset's currency, all else in the portfolio's. The day's change is that of the adjusted close in"
        " the asset's currency. Costs have fees and taxes in them, at the exchange rates of their days."
    )

    class Meta(HouseTable.Meta):
        order_by = ("-value",)

    def render_lots(self, record: dict[str, Any]) -> Any:
        if record["asset"] is None:
            return ""
        return trail_link(record["lots_address"], gettext("Lots"))


class HoldingFilter(forms.Form):
    date = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    method = forms.ChoiceField(label=_("Cost method"), required=False, choices=choices(METHODS[1:], METHODS[0][1]))


class Holdings(TablesMixin, PortfolioPage):
    """Positions and cash at the end of a session."""

    template_name = "portfolio/holdings.html"
    tab = "holdings"
    tables = {"holdings": HoldingTable}
    filters = {"holdings": HoldingFilter}

    @cached_property
    def standing(self) -> Standing | None:
        """At the end of the day asked for; None, and the ``reason``, where nothing is known of it."""
        form = HoldingFilter(self.request.GET)
        form.is_valid()
        return self.answer_of(lambda: standing_of(portfolio=self.portfolio, as_of=form.cleaned_data.get("date")))

    def rows_holdings(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        if self.standing is None:
            return []
        method = asked.get("method", AVERAGE)
        percent = "gain_percent" if method == AVERAGE else "gain_fifo_percent"
        rows = holding_rows(standing=self.standing)
        for row in rows:
            row |= {
                "instrument": row["instrument"] or gettext("Cash, %(currency)s") % {"currency": row["currency"]},
                "base": self.portfolio.base_currency,
                "cost": row.get(f"cost_{method}"), "gain": row.get(f"unrealised_{method}"), "percent": row.get(percent),
                "realised": row.get(f"realised_{method}"), "lots_address": self._lots(row),
            }  # fmt: skip
        return rows

    def _lots(self, row: dict[str, Any]) -> str:
        if row["asset"] is None or self.standing is None:
            return ""
        address = reverse("portfolio:lots", args=[self.portfolio.pk, row["asset"].pk])
        return f"{address}?date={self.standing.as_of}"

    def figures(self) -> dict[str, Any]:
        standing = self.standing
        if standing is None:
            return {"no_standing": self.reason}
        return {"standing": standing, "trail_query": f"of=summary&date={standing.as_of}"}


class Lots(OfPortfolio):
    """The lots of one asset, open and closed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = HoldingFilter(request.GET)
        form.is_valid()
        context: dict[str, Any] = {"portfolio": self.portfolio, "title": _("Lots")}
        try:
            found = lots_of(
                portfolio=self.portfolio, instrument_id=self.kwargs["instrument"],
                as_of=form.cleaned_data.get("date"),
            )  # fmt: skip
        except Refused as error:
            context["problem"] = reason_of(error)
        else:
            context["lots"] = found
        return render(request, "portfolio/lots.html", context)
