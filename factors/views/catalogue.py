"""The catalogue of factors."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from factors.base import Factor
from factors.models import FactorFormula
from factors.registry import UnknownFactor
from factors.services.catalogue import factors_resolved
from factors.services.skill import Skill, skill_newest
from factors.services.standings import Standing, session_with_scores, standings_read
from factors.views.reasons import reason_label
from factors.views.scope import factor_address, region_newest
from market.pages import formats
from market.pages.columns import FigureColumn, PointsColumn, TextColumn, WordColumn
from market.pages.forms import choices, worded
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.regions import REGION_CHOICES
from market.texts import is_storable

BETTER = {1: _("high"), -1: _("low")}


@dataclass(frozen=True)
class Row:
    """A factor with what it reaches in a region; ``skill`` None where nobody has analysed it there."""

    region: str
    factor: Factor
    standing: Standing | None
    skill: Skill | None

    @property
    def better(self) -> Any:
        return BETTER[self.factor.direction]

    @property
    def first_reason(self) -> str:
        reasons = self.standing.reasons if self.standing else {}
        return next(iter(reasons), "")


def row_address(record: Row) -> str:
    """Where the factor's page is."""
    return factor_address(record.factor.name, record.region)


def factor_or_404(name: str) -> Factor:
    """The factor of this name, library or formula."""
    if not is_storable(name):
        raise Http404
    try:
        return factors_resolved([name])[0]
    except UnknownFactor as error:
        raise Http404(str(error)) from error


class ReasonsColumn(TextColumn):
    """The first reason for having no score, which opens all of them."""

    def render(self, value: str, record: Row) -> str:
        there = f"{reverse('factors:coverage', args=[record.factor.name])}?region={record.region}"
        count = formats.number(record.standing.reasons[value] if record.standing else None, 0)
        return format_html(
            '<a class="trail" href="{0}" hx-get="{0}" hx-target="#dialog-body" hx-push-url="false"'
            ' hx-swap="innerHTML">{1} {2}</a>', there, reason_label(value), count,
        )  # fmt: skip


class FactorTable(HouseTable):
    name = TextColumn(verbose_name=_("Factor"), accessor="factor__name", linkify=row_address)
    category = WordColumn(verbose_name=_("Category"), accessor="factor__category")
    unit = WordColumn(verbose_name=_("Unit"), accessor="factor__unit")
    better = TextColumn(verbose_name=_("Better"))
    scored = FigureColumn(verbose_name=_("Scored"), accessor="standing__scored", digits=0)
    universe = FigureColumn(verbose_name=_("Universe"), accessor="standing__universe", digits=0)
    coverage = PointsColumn(verbose_name=_("Coverage"), accessor="standing__coverage", digits=0)
    first_reason = ReasonsColumn(verbose_name=_("Not scored, mostly"))
    horizon = FigureColumn(verbose_name=_("Horizon"), accessor="skill__horizon", digits=0)
    rank_ic = FigureColumn(verbose_name=_("Rank IC"), accessor="skill__rank_ic", digits=3, tone=True)
    t = FigureColumn(verbose_name=_("t, overlap"), accessor="skill__t", digits=1, tone=True)

    empty = _("No factor fits.")
    file = "factors"
    per_page = 50

    class Meta(HouseTable.Meta):
        order_by = ("category", "name")


class FactorFilter(forms.Form):
    region = forms.ChoiceField(label=_("Region"), required=False, choices=worded(REGION_CHOICES))
    category = forms.ChoiceField(label=_("Category"), required=False)
    search = forms.CharField(label=_("Name or formula"), required=False, max_length=100)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        asked = data.copy() if data is not None else {}
        asked.setdefault("region", region_newest())
        super().__init__(asked, **kwargs)
        formulas = FactorFormula.objects.active().values_list("category", flat=True)
        names = sorted({factor.category for factor in factors_resolved()} | set(formulas))
        self.fields["category"].choices = choices((name, name.replace("_", " ")) for name in names)


class Factors(TablesMixin, Page):
    """Every factor and active formula with its newest coverage in a region and what the last analysis found."""

    template_name = "factors/factors.html"
    title = _("Factors")
    tables = {"factors": FactorTable}
    filters = {"factors": FactorFilter}

    def rows_factors(self, asked: dict[str, Any]) -> list[Row]:
        region = asked.get("region") or region_newest()
        date = session_with_scores(region=region)
        standings = standings_read(region=region, date=date) if date else {}
        skills = skill_newest(region=region)
        return [
            Row(region, factor, standings.get(factor.name), skills.get(factor.name))
            for factor in _narrowed(factors_resolved(), asked.get("category", ""), asked.get("search", ""))
        ]

    def table(self, name: str) -> HouseTable:
        table = super().table(name)
        region = table.form.cleaned_data.get("region") or region_newest()
        date = session_with_scores(region=region)
        table.note = (
            _("Scores of %(region)s as of %(date)s. Rank IC: of the newest analysis, over its longest horizon.")
            % {"region": region, "date": formats.day(date)} if date else
            _("%(region)s has no scores yet: manage.py compute_factors --region %(region)s") % {"region": region}
        )  # fmt: skip
        return table


def _narrowed(factors: Iterable[Factor], category: str, search: str) -> list[Factor]:
    wanted = search.casefold()
    return [
        factor for factor in factors
        if category in ("", factor.category) and wanted in f"{factor.name} {factor.description()}".casefold()
    ]  # fmt: skip
