"""The page of one instrument: its price, what was reported of it, what happened to its shares, what rooms above say."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from market.models import CorporateAction, Fundamental, Instrument
from market.models.fundamentals import FundamentalQuerySet
from market.pages import formats
from market.pages.columns import CompactColumn, DayColumn, FigureColumn, TextColumn, WordColumn
from market.pages.parts import Tile
from market.pages.sections import sections_shown
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import region_get
from market.services.price_figures import PriceFigures, price_figures
from market.services.reported import Reported, reported_figures

PER_SHARE = ("eps", "dividends_per_share", "book_value_per_share")
COUNTS = ("shares_outstanding", "free_float_shares")
FIGURE_NAMES = {
    "revenue": _("Revenue"), "operating_income": _("Operating income"), "net_income": _("Net income"),
    "ebitda": _("EBITDA"), "operating_cash_flow": _("Operating cash flow"),
    "capital_expenditure": _("Capital expenditure"), "eps": _("Earnings per share"),
    "dividends_per_share": _("Dividends per share"), "total_assets": _("Total assets"),
    "total_equity": _("Equity"), "total_debt": _("Debt"), "cash": _("Cash"),
    "current_assets": _("Current assets"), "current_liabilities": _("Current liabilities"),
    "book_value_per_share": _("Book value per share"), "shares_outstanding": _("Shares outstanding"),
    "free_float_shares": _("Shares in free float"),
}  # fmt: skip


class PeriodTable(HouseTable):
    period_end = DayColumn(verbose_name=_("Period to"))
    period = TextColumn(verbose_name=_("Period"))
    available_on = DayColumn(verbose_name=_("Published"))
    revenue = CompactColumn(verbose_name=FIGURE_NAMES["revenue"])
    operating_income = CompactColumn(verbose_name=FIGURE_NAMES["operating_income"])
    net_income = CompactColumn(verbose_name=FIGURE_NAMES["net_income"])
    operating_cash_flow = CompactColumn(verbose_name=FIGURE_NAMES["operating_cash_flow"])
    eps_diluted = FigureColumn(verbose_name=_("EPS, diluted"))
    total_assets = CompactColumn(verbose_name=FIGURE_NAMES["total_assets"])
    total_equity = CompactColumn(verbose_name=FIGURE_NAMES["total_equity"])
    total_debt = CompactColumn(verbose_name=FIGURE_NAMES["total_debt"])
    currency = TextColumn(verbose_name=_("Currency"))
    source = TextColumn(verbose_name=_("Source"))

    title = _("Reports by period")
    empty = _("No report is known. Load some: manage.py load_fundamentals --region US --source csv reports.csv")
    note = _("The newest version of each report known today, as it was filed: not adjusted for splits since.")
    file = "reports"
    per_page = 8

    class Meta(HouseTable.Meta):
        order_by = ("-period_end",)


class ActionTable(HouseTable):
    ex_date = DayColumn(verbose_name=_("Ex-date"))
    kind = WordColumn(verbose_name=_("What"))
    ratio = FigureColumn(verbose_name=_("Ratio"), digits=4)
    amount = FigureColumn(verbose_name=_("Amount per share"), digits=4)
    source = TextColumn(verbose_name=_("Source"))

    title = _("Corporate actions")
    empty = _("No split or dividend is known. Load some: manage.py load_actions --region US --source csv actions.csv")
    note = _("The ratio of a split is new shares for an old one.")
    file = "corporate-actions"
    per_page = 8

    class Meta(HouseTable.Meta):
        order_by = ("-ex_date",)


def instrument_get_or_404(region: str, ticker: str) -> Instrument:
    """By region (in any case) and ticker, as addresses have them."""
    found = Instrument.objects.at(region.upper(), ticker)
    if found is None:
        raise Http404(f"no instrument {ticker!r} in region {region}")
    return found


class OfInstrument(Page):
    """What is shown of one instrument, under its region and ticker."""

    @cached_property
    def instrument(self) -> Instrument:
        return instrument_get_or_404(self.kwargs["region"], self.kwargs["ticker"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(instrument=self.instrument, **kwargs)


class InstrumentPage(TablesMixin, OfInstrument):
    """Everything there is to know of an instrument."""

    template_name = "market/instrument.html"
    tables = {"reports": PeriodTable, "actions": ActionTable}

    def get_title(self) -> str:
        return self.instrument.name or self.instrument.ticker

    def rows_reports(self, asked: dict[str, Any]) -> FundamentalQuerySet:
        today = region_get(self.instrument.region).today()
        return Fundamental.objects.known_on(self.instrument.pk, today).newest_versions()

    def rows_actions(self, asked: dict[str, Any]) -> QuerySet[CorporateAction]:
        return self.instrument.actions.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        instrument = self.instrument
        figures = price_figures(instrument=instrument)
        known_on = figures.as_of if figures else region_get(instrument.region).today()
        asked = {"region": instrument.region, "ticker": instrument.ticker}
        reported = reported_figures(instrument=instrument, as_of=known_on)
        return super().get_context_data(
            figures=figures, tiles=price_tiles(figures, reported, instrument.currency) if figures else [],
            known_on=known_on, reported=[shown(one, instrument.currency) for one in reported],
            without_figures=not reported,
            reports_api=f"{reverse('fundamental-list')}?{urlencode(asked | {'as_of': known_on})}",
            prices_api=f"{reverse('price-list')}?{urlencode(asked)}",
            sections=sections_shown("instrument", self.request, instrument=instrument), **kwargs,
        )  # fmt: skip


def shown(one: Reported, currency: str) -> dict[str, Any]:
    """A row of the table of figures: texts."""

    def text(value: float | None) -> str:
        if one.name in PER_SHARE:
            return formats.money(value, currency, 2)
        return formats.compact(value, "" if one.name in COUNTS else currency)

    return {
        "label": FIGURE_NAMES[one.name], "of": _("12 months") if one.is_flow else _("newest"), "now": text(one.figure),
        "before": text(one.before), "change": one.change, "is_stale": one.is_stale,
    }  # fmt: skip


def price_tiles(of: PriceFigures, reported: Sequence[Reported], currency: str) -> list[Tile]:
    """The figures at the head of the page."""
    shares = next((one.figure for one in reported if one.name == "shares_outstanding"), None)
    found = [_change(_("1 month"), of.month), _change(_("This year"), of.year_to_date), _change(_("1 year"), of.year)]
    if of.volume is not None:
        found.append(Tile(_("Volume"), formats.compact(of.volume), _("shares")))
    amounts = ((_("Trading value"), of.value), (_("Market value"), of.market_value(reported_shares=shares)))
    return found + [Tile(label, formats.compact(value, currency)) for label, value in amounts if value is not None]


def _change(label: Any, value: float | None) -> Tile:
    return Tile(label, formats.percent(value, sign=True), tone=formats.tone(value))
