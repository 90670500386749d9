"""What this app says on the first page: how fresh bars and scores are, and what moved in the scores."""

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factors.models import Factor, FactorRun
from factors.services.movers import Movers, movers_get
from factors.store.movers import Mover
from market.pages import formats
from market.pages.columns import FigureColumn, MeterColumn, TextColumn
from market.pages.forms import worded
from market.pages.sections import Section, register_section
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES
from market.services.freshness import freshness_list, sessions_behind
from market.views.data import AGES
from market.views.instruments import instrument_address

USUAL = "price_momentum_12m"


def freshness_context(request: HttpRequest) -> dict[str, Any]:
    """Newest bars and scores of each region, against its last session."""
    scores = FactorRun.objects.newest_by_region()
    rows = []
    for one in freshness_list():
        scored: dt.date | None = scores.get(one.region)
        behind = sessions_behind(region=one.region, newest=scored, due=one.due)
        rows.append({"of": one, "age": AGES[one.state], "scored": scored, "scores_behind": behind})
    return {"rows": rows}


class MoverTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"))
    percentile = MeterColumn(verbose_name=_("Percentile"), digits=1)
    before = FigureColumn(verbose_name=_("Before"), digits=1)
    change = FigureColumn(verbose_name=_("Change"), digits=1, tone=True)

    title = _("Top movers")
    file = "movers"
    per_page = 10

    class Meta(HouseTable.Meta):
        order_by = ()


class MoverFilter(forms.Form):
    factor = forms.ChoiceField(label=_("Factor"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False, choices=worded(REGION_CHOICES))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(Factor.objects.values_list("name", flat=True))
        regions = dict(worded(REGION_CHOICES))
        scored = sorted(FactorRun.objects.newest_by_region(), key=list(regions).index)
        self.fields["factor"].choices = [(name, name) for name in names]
        self.fields["region"].choices = [(code, regions[code]) for code in scored]
        self.fields["factor"].initial = USUAL if USUAL in names else next(iter(names), "")
        self.fields["region"].initial = next(iter(scored), "")


class MoversPage(TablesMixin, Page):
    """The largest changes of percentile since the session scored before, of one factor and region."""

    template_name = "pages/tables.html"
    title = _("Top movers in factor scores")
    tables = {"movers": MoverTable}
    filters = {"movers": MoverFilter}

    def table(self, name: str) -> HouseTable:
        found = super().table(name)
        if not found.form.errors:  # what is shown stands in the form
            found.form = MoverFilter(initial={"factor": self.moved.factor, "region": self.moved.region})
        found.note, found.empty = _told(self.moved), _why_empty(self.moved)
        return found

    @cached_property
    def moved(self) -> Movers:
        form = MoverFilter(self.request.GET)
        form.is_valid()
        asked = {name: form.cleaned_data.get(name) or field.initial for name, field in form.fields.items()}
        return movers_get(region=asked["region"], factor=asked["factor"])

    def rows_movers(self, asked: dict[str, Any]) -> list[Mover]:
        return sorted(self.moved.rows, key=lambda one: -abs(one.change))


def _told(moved: Movers) -> Any:
    if moved.date is None or moved.before is None:
        return ""
    return _("%(factor)s, %(region)s: %(date)s against %(before)s, the largest changes up and down.") % {
        "factor": moved.factor, "region": moved.region, "date": formats.day(moved.date),
        "before": formats.day(moved.before),
    }  # fmt: skip


def _why_empty(moved: Movers) -> Any:
    if moved.date is None:
        return _("There are no scores yet. Compute some: manage.py compute_factors --all-regions")
    if moved.before is None:
        said = _("Scores of one session only (%(date)s). Movers appear with a second one: manage.py compute_factors")
        return said % {"date": formats.day(moved.date)}
    return _("Nothing changed between the two sessions.")


def movers_context(request: HttpRequest) -> dict[str, Any]:
    return {"href": reverse("factors:movers")}


def fill() -> None:
    """Register them."""
    register_section(Section(
        "home", "freshness", _("Data"), "factors/home_freshness.html", freshness_context, 20, narrow=True
    ))  # fmt: skip
    register_section(Section(
        "home", "movers", _("What moved"), "factors/home_movers.html", movers_context, 30, narrow=True
    ))  # fmt: skip
