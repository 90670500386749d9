"""A factor's page: what it is, who leads and who trails. Its parts are fetched after it (``factor_parts``)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from factors.formulas import FormulaFactor
from factors.models import Factor as FactorRow
from factors.services.screens import figures_added
from factors.services.standings import Standing, standings_read
from factors.views.catalogue import BETTER, factor_or_404
from factors.views.scope import scope_of
from market.models import Instrument
from market.models.instruments import InstrumentQuerySet
from market.pages.columns import AnySizeColumn, FigureColumn, TextColumn
from market.pages.formats import number, points
from market.pages.forms import in_words
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import Page, TablesMixin
from market.views.instruments import instrument_address


class NamesTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=instrument_address)
    name = TextColumn(verbose_name=_("Name"))
    value = AnySizeColumn(verbose_name=pgettext_lazy("of a factor", "Value"))
    score = FigureColumn(verbose_name=_("Score"), tone=True)
    percentile = FigureColumn(verbose_name=_("Percentile"), digits=1)

    empty = _("Nobody has a value on this session: the reasons are told above.")
    file = "factor_scores"
    per_page = 10


class TopTable(NamesTable):
    title = _("Highest scores")

    class Meta(HouseTable.Meta):
        order_by = ("-score",)


class BottomTable(NamesTable):
    title = _("Lowest scores")

    class Meta(HouseTable.Meta):
        order_by = ("score",)


class FactorPage(TablesMixin, Page):
    """One factor in one region on one session."""

    template_name = "factors/factor.html"
    tables = {"top": TopTable, "bottom": BottomTable}

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.factor = factor_or_404(kwargs["name"])
        self.scope = scope_of(request)

    def get_title(self) -> str:
        return self.factor.name

    def rows_top(self, asked: dict[str, Any]) -> InstrumentQuerySet:
        return self._names()

    def rows_bottom(self, asked: dict[str, Any]) -> InstrumentQuerySet:
        return self._names()

    def _names(self) -> InstrumentQuerySet:
        if self.scope.date is None:
            return Instrument.objects.none()
        columns = {column: (self.factor.name, column) for column in ("value", "score", "percentile")}
        stocks = Instrument.objects.in_region(self.scope.region)
        found = figures_added(instruments=stocks, date=self.scope.date, figures=columns)
        return found.filter(value__isnull=False)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        region, date = self.scope.region, self.scope.date
        standing = standings_read(region=region, date=date).get(self.factor.name) if date else None
        return super().get_context_data(
            factor=self.factor, scope=self.scope, standing=standing, tiles=_tiles(standing),
            facts=_facts(self.factor), formula=getattr(getattr(self.factor, "terms", None), "formula", ""),
            known=FactorRow.objects.filter(name=self.factor.name).exists(), **kwargs,
        )  # fmt: skip


def _tiles(standing: Standing | None) -> list[Tile]:
    if standing is None:
        return []
    return [
        Tile(_("Universe"), number(standing.universe, 0), _("instruments")),
        Tile(_("With a value"), number(standing.valued, 0), ""),
        Tile(_("Scored"), number(standing.scored, 0), points(standing.coverage, 1), strong=True),
        Tile(_("Without a score"), number(standing.unscored, 0), ""),
    ]


def _facts(factor: Any) -> list[tuple[Any, Any]]:
    inputs = getattr(factor, "inputs", ())
    facts = [
        (_("Category"), in_words(factor.category.replace("_", " "))), (_("Unit"), in_words(factor.unit)),
        (_("Better"), BETTER[factor.direction]), (_("Reads"), ", ".join(inputs) or _("prices and volumes")),
        (_("Looks back"), _("%(bars)s bars") % {"bars": factor.lookback}),
        (_("Needs"), _("%(bars)s bars") % {"bars": factor.min_bars}),
    ]  # fmt: skip
    if factor.fallback:
        facts.append((_("Or else reads"), ", ".join(factor.fallback)))
    if isinstance(factor, FormulaFactor) and factor.factors:
        facts.append((_("Factors in it"), ", ".join(factor.factors)))
    return facts
