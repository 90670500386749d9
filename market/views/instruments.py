"""The list of instruments."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from market.models import Instrument
from market.models.instruments import InstrumentQuerySet
from market.pages.columns import DayColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES


def instrument_address(record: Any) -> str:
    """Where the page of an instrument (or of whatever has its region and ticker) is."""
    return reverse("market:instrument", args=[record.region, record.ticker])


class InstrumentTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"))
    region = WordColumn(verbose_name=_("Region"))
    asset_type = WordColumn(verbose_name=_("Type"))
    sector = WordColumn(verbose_name=_("Sector"))
    currency = TextColumn(verbose_name=_("Currency"))
    listed_on = DayColumn(verbose_name=_("Listed"))
    delisted_on = DayColumn(verbose_name=_("Delisted"))

    empty = _("No instrument fits. Load some: manage.py load_instruments --region KR --source csv listings.csv")
    file = "instruments"

    class Meta(HouseTable.Meta):
        order_by = ("region", "ticker")


class InstrumentFilter(forms.Form):
    search = forms.CharField(label=_("Ticker or name"), required=False, max_length=100)
    region = forms.ChoiceField(label=_("Region"), required=False, choices=choices(REGION_CHOICES))
    asset_type = forms.ChoiceField(label=_("Type"), required=False, choices=choices(Instrument.AssetType.choices))


class Instruments(TablesMixin, Page):
    """Every instrument, narrowed by ticker or name, region and type."""

    template_name = "pages/tables.html"
    title = _("Instruments")
    tables = {"instruments": InstrumentTable}
    filters = {"instruments": InstrumentFilter}

    def rows_instruments(self, asked: dict[str, Any]) -> InstrumentQuerySet:
        return Instrument.objects.matching(**asked)
