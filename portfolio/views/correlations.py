"""How much what is held moves together."""

from functools import cached_property
from itertools import combinations
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from market.pages.columns import FigureColumn, TextColumn
from market.pages.formats import day, number
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.calc.windows import WINDOWS
from portfolio.charts.targets import correlation_map
from portfolio.services.held_correlations import correlations_held
from portfolio.views.base import PortfolioPage
from portfolio.views.links import symbol_address, trail_of

Row = dict[str, Any]
USUAL = "1y"
LABELS = {
    "1m": _("1 month"), "3m": _("3 months"), "6m": _("6 months"), "1y": _("1 year"), "3y": _("3 years"),
    "20d": _("20 sessions"), "60d": _("60 sessions"),
}  # fmt: skip


class PairTable(HouseTable):
    a = TextColumn(verbose_name=_("Asset"), linkify=lambda record: symbol_address(record["a"]))
    b = TextColumn(verbose_name=_("Other asset"), linkify=lambda record: symbol_address(record["b"]))
    correlation = FigureColumn(verbose_name=_("Correlation"), digits=3, tone=True)
    returns = FigureColumn(verbose_name=_("Common returns"), digits=0)
    p_value = FigureColumn(verbose_name=_("p-value"), digits=4)

    title = _("Pairs")
    file = "correlations"
    empty = _("Fewer than two assets are held.")
    note = _("Pearson, of returns in the portfolio's currency. A dash: fewer than 20 common returns.")

    class Meta(HouseTable.Meta):
        order_by = ("-correlation",)


class Correlations(TablesMixin, PortfolioPage):
    """The matrix of a window, and its pairs."""

    template_name = "portfolio/correlations.html"
    tab = "correlations"
    tables = {"pairs": PairTable}

    @property
    def window(self) -> str:
        asked = self.request.GET.get("window", USUAL)
        return asked if asked in WINDOWS else USUAL

    @cached_property
    def found(self) -> Row | None:
        """None, and the ``reason``, where there is nothing to correlate."""
        return self.answer_of(lambda: correlations_held(portfolio=self.portfolio, window=self.window))

    def rows_pairs(self, asked: Row) -> list[Row]:
        found = self.found
        if found is None:
            return []
        names = found["symbols"]
        return [
            {
                "a": names[i], "b": names[j], "correlation": found["correlation"][i][j], "returns": found["n"][i][j],
                "p_value": found["p_value"][i][j],
            }
            for i, j in combinations(range(len(names)), 2)
        ]  # fmt: skip

    def figures(self) -> Row:
        found = self.found
        if found is None:
            return {"problem": self.reason}
        windows = [(name, LABELS[name], name == self.window) for name in WINDOWS]
        return {
            "found": found, "windows": windows, "tiles": self._tiles(found),
            "map": correlation_map(found["symbols"], found["correlation"]),
        }  # fmt: skip

    def _tiles(self, found: Row) -> list[Tile]:
        def trail(figure: str) -> str:
            return trail_of(self.portfolio, figure, "correlations", window=self.window)

        pair = " · ".join(found["pair"] or ())
        known = gettext("%(known)s of %(pairs)s pairs") % {"known": found["pairs_known"], "pairs": found["pairs"]}
        since = gettext("returns from %(first)s") % {"first": day(found["first"])}
        return [
            Tile(gettext("Average correlation"), number(found["average"]), known, True, trail=trail("average")),
            Tile(gettext("Greatest correlation"), number(found["maximum"]), pair, trail=trail("maximum")),
            Tile(gettext("As of"), day(found["last"]), since),
        ]  # fmt: skip
