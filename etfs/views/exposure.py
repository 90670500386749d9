"""What a fund is exposed to: sectors, countries, currencies, factors."""

from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from etfs.services import LookThroughView, NotFound, exposures_get, tilts_get
from etfs.views.asking import AsOf
from etfs.views.cells import factor_address
from etfs.views.exposure_charts import exposure_charts, uncovered_told
from etfs.views.fund import FundPage
from market.pages.columns import FigureColumn, TextColumn
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin


class TiltTable(HouseTable):
    factor = TextColumn(verbose_name=_("Factor"), linkify=factor_address)
    tilt = FigureColumn(verbose_name=_("Tilt, score"), tone=True)
    coverage_percent = FigureColumn(verbose_name=_("Stocks with scores, %"), digits=1)

    title = _("Factor tilts")
    empty = _("No stock of this fund has factor scores: manage.py compute_factors --region US")
    note = _("Weighted mean of the scores of its stocks: 0 is the average of the market.")
    file = "tilts"
    per_page = 50

    class Meta(HouseTable.Meta):
        order_by = ("-tilt",)


class FundExposure(TablesMixin, FundPage):
    """A look through the fund's own newest composition up to a day."""

    tab = "fund-exposure"
    template_name = "etfs/exposure.html"
    tables = {"tilts": TiltTable}

    @cached_property
    def asked(self) -> AsOf:
        return AsOf(self.request.GET)

    def rows_tilts(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            found = tilts_get(fund=self.fund, as_of=self.asked.day)
        except NotFound:
            return []
        return [row for row in found if row["tilt"] is not None]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: LookThroughView = exposures_get(fund=self.fund, as_of=self.asked.day)
        kwargs |= {"asked": self.asked, "as_of_dates": found.as_of_dates}
        if found.as_of_dates:
            self.asked.show(as_of=found.as_of_dates[str(self.fund.instrument)])
            kwargs |= {"charts": exposure_charts(found), "uncovered": uncovered_told(found)}
        return super().get_context_data(**kwargs)
