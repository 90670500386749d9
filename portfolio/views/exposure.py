"""What a portfolio is exposed to in the end: currencies, sectors, countries, securities behind its funds, factors."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from market.models import Instrument
from market.pages.columns import PointsColumn, TextColumn, WordColumn
from market.pages.forms import in_words
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.charts.risk import exposure_chart, factor_chart
from portfolio.services.exposure import factor_exposure, look_through_exposure
from portfolio.views.base import PortfolioPage
from portfolio.views.links import instrument_address


class SecurityTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Security"), linkify=lambda record: record["address"])
    name = TextColumn(verbose_name=_("Name"))
    region = WordColumn(verbose_name=_("Region"))
    kind = WordColumn(verbose_name=_("Kind"))
    percent = PointsColumn(verbose_name=_("Of the value"))
    through = TextColumn(verbose_name=_("Held through"), css="wrap")

    title = _("Securities in the end")
    file = "exposure"
    per_page = 50
    empty = _("Nothing is held.")
    note = _("Funds are opened to depth 3 by their newest known compositions.")

    class Meta(HouseTable.Meta):
        order_by = ("-percent",)


class Exposure(TablesMixin, PortfolioPage):
    """Look-through and factors."""

    template_name = "portfolio/exposure.html"
    tab = "exposure"
    tables = {"securities": SecurityTable}

    @cached_property
    def seen(self) -> dict[str, Any] | None:
        """The look-through; None, and the ``reason``, where there is nothing to look through."""
        return self.answer_of(lambda: look_through_exposure(portfolio=self.portfolio))

    def rows_securities(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self.seen["results"] if self.seen else []
        known = Instrument.objects.in_bulk([row["instrument_id"] for row in rows if row["instrument_id"]])
        return [
            row | {
                "ticker": row["ticker"] or row["identifier"] or row["name"],
                "through": ", ".join(f"{in_words(name)} {share:.2f} %" for name, share in row["through"].items()),
                "address": instrument_address(known.get(row["instrument_id"])),
            }
            for row in rows
        ]  # fmt: skip

    def figures(self) -> dict[str, Any]:
        if self.seen is None:
            return {"problem": self.reason}
        found, factors = self.seen, factor_exposure(portfolio=self.portfolio)
        labels = (
            ("currency", gettext("By currency")),
            ("sector", gettext("By sector")),
            ("country", gettext("By country")),
        )
        return {
            "found": found, "factors": factors,
            "charts": [(f"by-{label}", exposure_chart(title, found[f"by_{label}"])) for label, title in labels],
            "factor_chart": factor_chart(factors["results"]) if factors["results"] else None,
        }  # fmt: skip
