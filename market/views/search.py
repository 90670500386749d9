"""The search of the bar: suggestions while somebody types, the instrument itself or a page of results after Enter."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from market.models import Instrument
from market.models.instruments import InstrumentQuerySet
from market.pages.forms import choices
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES, REGIONS
from market.texts import is_storable
from market.views.instruments import InstrumentTable

SHOWN = 8
LONGEST = 100


class FoundTable(InstrumentTable):
    empty = _("Nothing has this ticker, or this in its name. A part of the name is enough, in any language it has.")
    file = "found"

    class Meta(InstrumentTable.Meta):
        order_by = ()


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Ticker or name"), required=False, max_length=LONGEST)
    region = forms.ChoiceField(label=_("Region"), required=False, choices=choices(REGION_CHOICES))
    asset_type = forms.ChoiceField(label=_("Type"), required=False, choices=choices(Instrument.AssetType.choices))


class Search(TablesMixin, Page):
    """For htmx and the list under the box: the likeliest eight. A ticker that one instrument alone has leads there."""

    template_name = "pages/tables.html"
    title = _("Search")
    tables = {"found": FoundTable}
    filters = {"found": SearchForm}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        text = request.GET.get("q", "").strip()
        if request.htmx.target == "found":
            shown = render(request, "market/found.html", {"found": instruments_for(text)[:SHOWN], "text": text})
            patch_vary_headers(shown, ["HX-Request", "HX-Target"])
            return shown
        if list(request.GET) == ["q"] and not request.htmx:
            only = instruments_of_ticker(text)[:2]
            if len(only) == 1:
                return redirect("market:instrument", only[0].region, only[0].ticker)
        return super().get(request, *args, **kwargs)

    def rows_found(self, asked: dict[str, Any]) -> InstrumentQuerySet:
        found = instruments_for(asked.pop("q", ""))
        return found.filter(**asked)


def instruments_for(text: str) -> InstrumentQuerySet:
    """The likeliest first; ``kr:0059`` looks in one region. None for a blank."""
    region, word = _parts(text)
    if not word or len(word) > LONGEST or not is_storable(word):
        return Instrument.objects.none()
    found = Instrument.objects.likeliest(word)
    return found.filter(region=region) if region else found


def instruments_of_ticker(text: str) -> InstrumentQuerySet:
    """Those of exactly that ticker, in any case."""
    word = _parts(text)[1]
    return instruments_for(text).filter(ticker__iexact=word) if word else Instrument.objects.none()


def _parts(text: str) -> tuple[str, str]:
    region, colon, word = text.partition(":")
    known = bool(colon) and region.strip().upper() in REGIONS
    return (region.strip().upper(), word.strip()) if known else ("", text.strip())
