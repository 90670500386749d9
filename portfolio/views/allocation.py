"""Am I off target: what is held beside what is wanted, by asset and by group."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from market.pages.charts import Chart
from market.pages.columns import BadgeColumn, DayColumn, FigureColumn, MoneyColumn, PointsColumn, TextColumn
from market.pages.formats import day, money, points
from market.pages.forms import choices
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.calc.rebalancing import CASH
from portfolio.charts.targets import weights_chart
from portfolio.models import PortfolioAllocation
from portfolio.services.drift import GROUPINGS, allocation_analysis
from portfolio.views.base import PortfolioPage
from portfolio.views.links import TrailColumn, symbol_address, trail_of

Row = dict[str, Any]
LIMITS = ("minimum", "maximum", "threshold")
INSIDE, UNLIMITED = "INSIDE", "UNLIMITED"
BREACHES = {
    INSIDE: _("inside"), UNLIMITED: _("no band"), "BELOW_MINIMUM": _("below minimum"),
    "ABOVE_MAXIMUM": _("above maximum"), "THRESHOLD": _("outside"),
}  # fmt: skip
TONES = {INSIDE: "done", "BELOW_MINIMUM": "failed", "ABOVE_MAXIMUM": "failed", "THRESHOLD": "failed"}
LABELS = {
    "sector": _("Sector"), "asset_type": _("Kind of asset"), "currency": _("Currency"), "country": _("Country"),
}  # fmt: skip


class DriftTable(HouseTable):
    asset = TextColumn(verbose_name=_("Asset"), linkify=lambda record: symbol_address(record["asset"]))
    name = TextColumn(verbose_name=_("Name"))
    weight = PointsColumn(verbose_name=_("Weight"))
    target = PointsColumn(verbose_name=_("Target"))
    drift = TrailColumn(verbose_name=_("Drift"), tone=True, trail=lambda record: record["trail"])
    state = BadgeColumn(verbose_name=_("Band"), tones=TONES, labels=BREACHES)
    lower = PointsColumn(verbose_name=_("Lower edge"))
    upper = PointsColumn(verbose_name=_("Upper edge"))
    value = MoneyColumn(verbose_name=_("Value"), currency=lambda record: record["base"], digits=0)
    price = MoneyColumn(verbose_name=_("Price"), currency=lambda record: record["currency"])
    price_date = DayColumn(verbose_name=_("Price of"))
    frequency = BadgeColumn(verbose_name=_("Schedule"), tones={}, labels=dict(PortfolioAllocation.Frequency.choices))

    title = _("Assets")
    file = "drift"
    per_page = 100
    empty = _("Nothing is held and nothing is wanted.")
    note = _("Drift is weight less target, percent points. Outside: beyond a minimum, a maximum or the tolerance.")

    class Meta(HouseTable.Meta):
        order_by = ("-weight",)


class GroupTable(HouseTable):
    name = TextColumn(verbose_name=_("Group"))
    weight = PointsColumn(verbose_name=_("Weight"))
    target = PointsColumn(verbose_name=_("Target"))
    drift = TrailColumn(verbose_name=_("Drift"), tone=True, trail=lambda record: record["trail"])
    value = MoneyColumn(verbose_name=_("Value"), currency=lambda record: record["base"], digits=0)
    count = FigureColumn(verbose_name=_("Assets"), digits=0)

    title = _("Groups")
    file = "drift-of-groups"
    empty = _("Nothing is held and nothing is wanted.")

    class Meta(HouseTable.Meta):
        order_by = ("-value",)


class GroupFilter(forms.Form):
    by = forms.ChoiceField(
        label=_("By"), required=False, choices=choices([(one, LABELS[one]) for one in GROUPINGS[1:]], LABELS["sector"])
    )


class Allocation(TablesMixin, PortfolioPage):
    """Weights, targets and drifts of the newest session."""

    template_name = "portfolio/allocation.html"
    tab = "allocation"
    tables = {"drift": DriftTable, "groups": GroupTable}
    filters = {"groups": GroupFilter}

    @cached_property
    def analysis(self) -> Row | None:
        """None, and the ``reason``, where there is nothing to compare."""
        return self.answer_of(lambda: allocation_analysis(portfolio=self.portfolio))

    def rows_drift(self, asked: Row) -> list[Row]:
        found = self.analysis
        return [
            row | _edges(row) | {
                "base": self.portfolio.base_currency, "trail": self._trail(row, row["asset"]),
                "name": gettext("Cash") if row["asset"] == CASH else row["name"],
            }
            for row in (found["assets"] if found else ())
        ]  # fmt: skip

    def rows_groups(self, asked: Row) -> list[Row]:
        found, by = self.analysis, asked.get("by", "sector")
        return [
            row | {
                "base": self.portfolio.base_currency, "trail": self._trail(row, f"{by}:{row['name']}"),
                "count": len(row["assets"]),
            }
            for row in (found["groups"][by] if found else ())
        ]  # fmt: skip

    def _trail(self, row: Row, figure: str) -> str | None:
        return None if row["drift"] is None else trail_of(self.portfolio, figure, "allocation")

    def figures(self) -> Row:
        found = self.analysis
        has_targets = self.portfolio.allocations.filter(is_active=True).exists()
        if found is None:
            return {"no_drift": self.reason, "has_targets": has_targets}
        return {
            "analysis": found, "has_targets": has_targets, "tiles": self._tiles(found),
            "weights_chart": _drawn(found["assets"], has_targets) if found["value"] > 0 else None,
            "due": [one for one in found["triggers"] if one["due"]],
        }  # fmt: skip

    def _tiles(self, found: Row) -> list[Tile]:
        own, currency = self.portfolio, found["currency"]
        outside = sum(1 for row in found["assets"] if row["breach"])
        return [
            Tile(gettext("Value"), money(found["value"], currency, 0), day(found["as_of"]), True,
                 trail=trail_of(own, "value", "summary", date=found["as_of"])),
            Tile(gettext("Total drift"), points(found["total_drift"]), gettext("sum of all drifts"),
                 trail=trail_of(own, "total_drift", "allocation")),
            Tile(gettext("Outside their bands"), str(outside),
                 gettext("of %(count)s") % {"count": len(found["assets"])}, tone="down" if outside else ""),
            Tile(gettext("Cash"), money(found["cash"], currency, 0), ""),
        ]  # fmt: skip


def _drawn(rows: list[Row], has_targets: bool) -> Chart:
    if not has_targets:
        return weights_chart(gettext("Weights"), rows, [("weight", gettext("Weight"))]) | {"wide": True}
    series = [("weight", gettext("Weight")), ("target", gettext("Target"))]
    return weights_chart(gettext("Weights and targets"), rows, series) | {"wide": True}


def _edges(row: Row) -> Row:
    """The band of an asset as the table has it; no edges where nothing limits it."""
    if all(row[name] is None for name in LIMITS):
        return {"lower": None, "upper": None, "state": UNLIMITED}
    return {"state": row["breach"] or INSIDE}
