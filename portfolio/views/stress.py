"""What could happen: bad times of the past, shocks that somebody makes up, and the most likely way to a loss."""

from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from market.pages.columns import DayColumn, PointsColumn, TextColumn, WordColumn
from market.pages.formats import day, number, percent, points, tone
from market.pages.forms import in_words
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.calc.stress import KINDS, Shock
from portfolio.charts.targets import impact_chart, windows_chart
from portfolio.services.stress import MOST_SESSIONS, stress_historical, stress_reverse, stress_shocks
from portfolio.views.base import Part, PortfolioPage, Refused, reason_of
from portfolio.views.links import TrailColumn, symbol_address, trail_of
from portfolio.views.rows import Row as Written
from portfolio.views.rows import RowForm, is_changing, rows_asked, rows_errors, rows_shown

Row = dict[str, Any]
MOST_SHOCKS = 50
FIRST_SHOCK = {"kind": "FACTOR", "name": "market", "size": "-20"}


class WindowTable(HouseTable):
    period = WordColumn(accessor="title", verbose_name=_("Bad time"))
    first = DayColumn(verbose_name=_("From"))
    last = DayColumn(verbose_name=_("To"))
    change = TrailColumn(verbose_name=_("Change"), tone=True, trail=lambda record: record["trail_change"])
    covered = TrailColumn(verbose_name=_("With data"), trail=lambda record: record["trail_covered"])
    change_if_alike = TrailColumn(
        verbose_name=_("If the rest moves alike"), tone=True, trail=lambda record: record["trail_change_if_alike"]
    )
    note = TextColumn(verbose_name=_("Note"), css="wrap")

    title = _("Bad times of the past")
    file = "stress"

    class Meta(HouseTable.Meta):
        order_by = ("change",)


class ImpactTable(HouseTable):
    asset = TextColumn(verbose_name=_("Asset"), linkify=lambda record: symbol_address(record["asset"]))
    weight = PointsColumn(verbose_name=_("Weight"))
    change = PointsColumn(verbose_name=_("Change"), tone=True)
    contribution = PointsColumn(verbose_name=_("Contribution"), tone=True)
    source = WordColumn(verbose_name=_("Change from"))

    title = _("Asset by asset")
    file = "stress-assets"
    per_page = 50

    class Meta(HouseTable.Meta):
        order_by = ("contribution",)


class StressPage(TablesMixin, PortfolioPage):
    """Today's weights in every bad time, one of them asset by asset."""

    template_name = "portfolio/stress.html"
    tab = "stress"
    tables = {"windows": WindowTable, "assets": ImpactTable}

    @cached_property
    def results(self) -> list[Row]:
        """None at all, and the ``reason``, where there is nothing to stress."""
        return self.answer_of(lambda: list(stress_historical(portfolio=self.portfolio)["results"])) or []

    @property
    def chosen(self) -> Row | None:
        """The window asked for, else the one that is covered best, the worst of equals."""
        best = sorted(self.results, key=lambda row: (-row["covered"], row["change"]))
        asked = [row for row in best if row["name"] == self.request.GET.get("window")]
        return next(iter([*asked, *best]), None)

    def rows_windows(self, asked: Row) -> list[Row]:
        names = ("change", "covered", "change_if_alike")
        return [
            row | {f"trail_{name}": trail_of(self.portfolio, name, "stress", window=row["name"]) for name in names}
            for row in self.results
        ]

    def rows_assets(self, asked: Row) -> list[Row]:
        return self.chosen["assets"] if self.chosen else []

    def figures(self) -> Row:
        chosen = self.chosen
        if chosen is None:
            return {"problem": self.reason}
        windows = [(row["name"], in_words(row["title"]), row is chosen) for row in self.results]
        known = [row for row in self.results if row["covered"] > 0]
        name = gettext("What each asset adds, %(window)s") % {"window": in_words(chosen["title"])}
        return {
            "chosen": chosen, "windows": windows, "windows_chart": windows_chart(known) if known else None,
            "assets_chart": impact_chart(name, chosen["assets"]) if chosen["covered"] > 0 else None,
            "rows": rows_shown([FIRST_SHOCK], ShockRow), "reverse": ReverseForm(),
        }  # fmt: skip


class ShockRow(RowForm):
    """One shock."""

    fresh = {"kind": "SECTOR", "size": "-20"}
    kind = forms.ChoiceField(
        label=_("What"), choices=list(zip(KINDS, (_("Asset"), _("Sector"), _("Factor"), _("Currency")), strict=True))
    )
    name = forms.CharField(
        label=_("Name"), max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "US:SPY, Energy, market, KRW", "autocomplete": "off"}),
    )  # fmt: skip
    size = forms.FloatField(
        label=_("Change, %"), min_value=-100, max_value=10_000, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    @property
    def shock(self) -> Shock:
        return Shock(**self.cleaned_data)


class Shocks(Part):
    """All shocks at once, on today's weights."""

    template_name = "portfolio/stress_shocks.html"

    def figures(self) -> Row:
        asked: QueryDict = self.request.GET
        written: list[Written] = rows_asked(asked, ShockRow)[:MOST_SHOCKS]
        rows = rows_shown(written, ShockRow)
        if is_changing(asked):
            for row in rows:
                row.errors.clear()  # nobody asked for an answer yet
            return {"rows": rows}
        if "checking" in asked:
            self.template_name = "pages/form_errors.html"
            return rows_errors(rows)
        context: Row = {"rows": rows}
        if not rows:
            return context | {"refused": gettext("Write a shock first.")}
        if not all(row.is_valid() for row in rows):
            return context
        try:
            found = stress_shocks(portfolio=self.portfolio, shocks=[row.shock for row in rows])
        except Refused as error:
            return context | {"refused": reason_of(error)}
        texts = "\n".join(f"{one['kind']}:{one['name']}={one['size']}" for one in written)
        return context | {
            "tiles": outcome_tiles(found, lambda name: trail_of(self.portfolio, name, "shocks", shocks=texts)),
            "found": found, "chart": impact_chart(gettext("What each asset adds, these shocks"), found["assets"]),
        }  # fmt: skip


class ReverseForm(forms.Form):
    loss = forms.FloatField(label=_("Loss, %"), initial=10, min_value=0.01, max_value=100)
    sessions = forms.IntegerField(label=_("Within sessions"), initial=21, min_value=1, max_value=MOST_SESSIONS)


class Reverse(Part):
    """The most likely way to lose so much."""

    template_name = "portfolio/stress_reverse.html"

    def figures(self) -> Row:
        form = ReverseForm(self.request.GET)
        if not form.is_valid():
            return {"reverse": form}
        asked = form.cleaned_data
        try:
            found = stress_reverse(portfolio=self.portfolio, **asked)
        except Refused as error:
            return {"reverse": form, "refused": reason_of(error)}

        def trail(name: str) -> str:
            return trail_of(self.portfolio, name, "reverse", **asked)

        between = gettext("returns from %(first)s to %(last)s") % {
            "first": day(found["first"]), "last": day(found["last"])}  # fmt: skip
        tiles = [
            Tile(gettext("Distance"), number(found["distance"]), gettext("standard deviations"), True,
                 trail=trail("distance")),
            Tile(gettext("Probability"), percent(found["probability"], 4), gettext("if returns were normal"),
                 trail=trail("probability")),
            Tile(gettext("Estimated from"), number(found["returns"], 0), between),
        ]  # fmt: skip
        title = gettext("The most likely way to lose %(loss)s") % {"loss": points(found["loss"])}
        return {"reverse": form, "found": found, "tiles": tiles, "chart": impact_chart(title, found["assets"])}


def outcome_tiles(found: Row, trail: Any) -> list[Tile]:
    """Change and coverage of one stress test."""
    return [
        Tile(gettext("Change"), points(found["change"], sign=True), gettext("what has no data stands still"), True,
             tone=tone(found["change"]), trail=trail("change")),
        Tile(gettext("With data"), points(found["covered"], 1), gettext("of the value"), trail=trail("covered")),
        Tile(gettext("If the rest moves alike"), points(found["change_if_alike"], sign=True), "",
             tone=tone(found["change_if_alike"]), trail=trail("change_if_alike")),
    ]  # fmt: skip
