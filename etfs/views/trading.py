"""What ETFs bought: all funds together, by security."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.services import EtfError
from etfs.services.all_trades import AllTrades, all_trades
from etfs.views.asking import Span
from etfs.views.cells import instrument_address, value_column
from etfs.views.trades import DRAWN, trade_bars
from market.pages.charts import Chart
from market.pages.columns import FigureColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES


class AllTradesTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"), css="long")
    net_value = value_column(_("Net"), tone=True)
    bought_value = value_column(_("Bought for"))
    sold_value = value_column(_("Sold for"))
    added = FigureColumn(verbose_name=_("Added"), digits=0)
    bought = FigureColumn(verbose_name=_("Bought"), digits=0)
    sold = FigureColumn(verbose_name=_("Sold"), digits=0)
    dropped = FigureColumn(verbose_name=_("Dropped"), digits=0)
    unvalued = FigureColumn(verbose_name=_("Without value"), digits=0)
    region = WordColumn(verbose_name=_("Region"))
    sector = WordColumn(verbose_name=_("Sector"))
    value_currency = TextColumn(verbose_name=_("Currency"), visible=False)

    empty = _("No fund traded anything that fits.")
    note = _(
        "Counts are of funds. Share counts are compared after splits, trades valued at the price in the fund's own"
        " list. Baskets of one creation unit say what was bought, not for how much: they are among those without value."
    )
    file = "etf-trades"
    per_page = 50

    class Meta(HouseTable.Meta):
        order_by = ("-net_value",)


class TradingForm(Span):
    """The days, and the region the funds are of."""

    region = forms.ChoiceField(label=_("Funds of"), required=False, choices=choices(REGION_CHOICES))


class AllTradesFilter(forms.Form):
    search = forms.CharField(label=_("Ticker or name"), required=False, max_length=100)


class Trading(TablesMixin, Page):
    """What was bought most and sold most across all funds."""

    template_name = "etfs/trading.html"
    title = _("What ETFs bought")
    tables = {"trades": AllTradesTable}
    filters = {"trades": AllTradesFilter}

    @cached_property
    def asked(self) -> TradingForm:
        return TradingForm(self.request.GET)

    @cached_property
    def found(self) -> AllTrades | str:
        """The trades, or why there are none."""
        start, end = self.asked.days
        region = self.asked.cleaned_data.get("region", "") if self.asked.is_valid() else ""
        try:
            return all_trades(region=region, start=start, end=end)
        except EtfError as error:
            return str(error)

    def rows_trades(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        found = self.found
        if isinstance(found, str):
            return []
        text = asked.get("search", "").casefold()
        return [
            row | {"value_currency": found.currency}
            for row in found.rows
            if text in f"{row['ticker']} {row['name']}".casefold()
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.found
        kwargs["asked"] = self.asked
        if isinstance(found, str):
            kwargs["why"] = found
        else:
            self.asked.show(start=found.start, end=found.end)
            kwargs |= {"found": found, "bars": _bars(found)}
        return super().get_context_data(**kwargs)


def _bars(found: AllTrades) -> Chart | None:
    """The largest net sales and purchases; ``rows`` are in their order."""
    rows = [row for row in reversed(found.rows) if row["net_value"]]
    shown = rows if len(rows) <= 2 * DRAWN else [*rows[:DRAWN], *rows[-DRAWN:]]
    return trade_bars(gettext("Bought and sold most, net"), found.currency, shown, "net_value") if shown else None
