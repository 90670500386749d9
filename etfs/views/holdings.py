"""What a fund holds on a day: the treemap and every line."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from etfs.models import Kind, Snapshot
from etfs.services.compositions_read import CompositionView
from etfs.services.factsheets import newest_or_none
from etfs.views.asking import AsOf
from etfs.views.cells import instrument_address, kind_word, value_column
from etfs.views.fund import FundPage
from etfs.views.treemap import treemap
from market.pages.columns import FigureColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin


class HoldingTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"), css="long")
    weight = FigureColumn(verbose_name=_("Weight, %"))
    weight_change = FigureColumn(verbose_name=_("Change, points"), tone=True)
    shares = FigureColumn(verbose_name=_("Shares"), digits=0)
    market_value = value_column(_("Value"))
    value_currency = TextColumn(verbose_name=_("Currency"), visible=False)
    kind = TextColumn(verbose_name=_("Kind"))
    sector = WordColumn(verbose_name=_("Sector"))
    country = TextColumn(verbose_name=_("Country"))
    rank = FigureColumn(verbose_name=_("Rank"), digits=0)
    identifier = TextColumn(verbose_name=_("Identifier"), visible=False)

    empty = _("No line fits.")
    note = _("The change of a weight is against the composition before; market moves are in it.")
    file = "holdings"
    per_page = 50

    class Meta(HouseTable.Meta):
        order_by = ("rank",)

    def render_kind(self, value: str) -> str:
        return kind_word(value)


class HoldingFilter(forms.Form):
    search = forms.CharField(label=_("Ticker or name"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=choices(Kind.choices))


class FundHoldings(TablesMixin, FundPage):
    """A fund's own newest composition up to a day."""

    tab = "fund"
    template_name = "etfs/holdings.html"
    tables = {"holdings": HoldingTable}
    filters = {"holdings": HoldingFilter}

    @cached_property
    def asked(self) -> AsOf:
        return AsOf(self.request.GET)

    @cached_property
    def composition(self) -> CompositionView | None:
        return newest_or_none(fund=self.fund, as_of=self.asked.day)

    def rows_holdings(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        found = self.composition
        if found is None:
            return []
        text, kind = asked.get("search", "").casefold(), asked.get("kind")
        return [
            row | {"value_currency": found.snapshot.currency}
            for row in found.lines
            if text in f"{row['ticker']} {row['name']}".casefold() and kind in (None, row["kind"])
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.composition
        kwargs |= {"asked": self.asked, "composition": found}
        if found is not None:
            day = found.snapshot.as_of_date
            self.asked.show(as_of=day)
            served = Snapshot.objects.newest_first(self.fund.pk)
            kwargs["earlier"] = served.filter(as_of_date__lt=day).values_list("as_of_date", flat=True).first()
            kwargs["later"] = served.filter(as_of_date__gt=day).values_list("as_of_date", flat=True).last()
            kwargs["map"] = treemap(found.lines, day)
        return super().get_context_data(**kwargs)
