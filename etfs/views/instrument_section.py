"""What this app says on the page of an instrument: which funds hold it, with what weight, and how that changed."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from etfs.models import ETF, HoldingLine
from etfs.services import holders_get, weights_get
from etfs.views.cells import FRESHNESS, FRESHNESS_WORDS
from market.models import Instrument
from market.pages.charts import Chart, chart, line
from market.pages.columns import BadgeColumn, CompactColumn, DayColumn, FigureColumn, TextColumn
from market.pages.sections import Section, register_section
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from market.views.instrument import OfInstrument

DRAWN = 5  # the heaviest holders, over time
COLOURS = ("#3b82c4", "#e08a1e", "#2f9e77", "#b65fa5", "#8a7f3d")


class HolderTable(HouseTable):
    ticker = TextColumn(
        verbose_name=_("Fund"), linkify=lambda record: reverse("etfs:fund", args=[record["region"], record["ticker"]])
    )
    name = TextColumn(verbose_name=_("Name"))
    weight = FigureColumn(verbose_name=_("Weight, %"))
    weight_change = FigureColumn(verbose_name=_("Change, pp"), digits=3, tone=True)
    rank = FigureColumn(verbose_name=_("Rank"), digits=0)
    shares = CompactColumn(verbose_name=_("Shares"))
    market_value = CompactColumn(verbose_name=_("Value"), currency=lambda record: record["currency"])
    as_of_date = DayColumn(verbose_name=_("As of"))
    freshness = BadgeColumn(verbose_name=_("State"), tones=FRESHNESS, labels=FRESHNESS_WORDS)

    title = _("Funds that hold it")
    empty = _("No fund's latest composition has it.")
    note = _("Of each fund's own latest composition; the change is against the one before it.")
    file = "holders"
    per_page = 10

    class Meta(HouseTable.Meta):
        order_by = ("-weight",)


class Holders(TablesMixin, OfInstrument):
    """The funds that hold an instrument."""

    template_name = "pages/tables.html"
    tables = {"holders": HolderTable}

    def get_title(self) -> Any:
        return _("Funds that hold %(name)s") % {"name": self.instrument}

    def rows_holders(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return holders_get(stock=self.instrument)


class HolderWeights(OfInstrument):
    """The weight of an instrument in its five heaviest holders over time: a part of its page."""

    template_name = "etfs/holder_weights.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(chart=weights_chart(self.instrument), **kwargs)


def weights_chart(instrument: Instrument) -> Chart | None:
    """None where no fund has more than one composition."""
    heaviest = holders_get(stock=instrument)[:DRAWN]
    funds = {fund.pk: fund for fund in ETF.objects.filter(pk__in=[row["etf_id"] for row in heaviest])}
    traces = []
    for row, colour in zip(heaviest, COLOURS, strict=False):
        weights = weights_get(fund=funds[row["etf_id"]], stock=instrument)
        days = [one["as_of_date"].isoformat() for one in weights]
        values = [None if one["weight"] is None else float(one["weight"]) for one in weights]
        traces.append(line(days, values, row["ticker"], colour) | {"mode": "lines+markers"})
    if not any(len(trace["x"]) > 1 for trace in traces):
        return None
    layout = {"yaxis": {"title": {"text": "%"}, "rangemode": "tozero"}}
    return chart(
        gettext("Weight over time"), gettext("percent of each fund, its five heaviest holders"), traces, layout
    )


def holders(request: HttpRequest, *, instrument: Instrument) -> dict[str, Any] | None:
    """A link to the fund's own page for a fund; nothing where no composition names the instrument."""
    fund = instrument.asset_type == Instrument.AssetType.ETF and ETF.objects.filter(pk=instrument.pk).exists()
    held = HoldingLine.objects.filter(instrument=instrument).exists()
    return {"fund": fund, "held": held} if fund or held else None


def fill() -> None:
    """Register it."""
    register_section(Section("instrument", "etfs", _("ETFs"), "etfs/instrument_section.html", holders, 20))
