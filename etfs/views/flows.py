"""How a fund went: money that came and went, its premium over the NAV, its price beside it."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from etfs.models import ETFDailyStat
from etfs.views.flow_charts import day_charts
from etfs.views.fund import FundPage
from market.pages.columns import CompactColumn, DayColumn, FigureColumn
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin

MONTHS = {"3": 92, "12": 366, "60": 1827}
SPANS = (("12", _("One year")), ("3", _("Three months")), ("60", _("Five years")))


class DayTable(HouseTable):
    date = DayColumn(verbose_name=_("Date"))
    close = FigureColumn(verbose_name=_("Close"))
    nav = FigureColumn(verbose_name=_("NAV"))
    premium = FigureColumn(verbose_name=_("Premium, %"), tone=True)
    net_flow = CompactColumn(verbose_name=_("Net flow"), tone=True)
    total_assets = CompactColumn(verbose_name=_("Assets"))
    shares_outstanding = FigureColumn(verbose_name=_("Shares outstanding"), digits=0)
    volume = FigureColumn(verbose_name=_("Volume"), digits=0)
    trading_value = CompactColumn(verbose_name=_("Trading value"))
    distribution = FigureColumn(verbose_name=_("Distribution"), digits=4)

    empty = _("No daily figures in that time. Load some: manage.py load_etfs --region US --source ark_prices FILE")
    file = "days"

    class Meta(HouseTable.Meta):
        order_by = ("-date",)


class SpanForm(forms.Form):
    """How far back, from the newest day."""

    span = forms.ChoiceField(label=_("Time"), required=False, choices=SPANS)

    @property
    def days(self) -> int:
        asked = self.cleaned_data.get("span") if self.is_valid() else ""
        return MONTHS[asked or SPANS[0][0]]


class FundFlows(TablesMixin, FundPage):
    """The daily figures of a fund, back from the newest."""

    tab = "fund-flows"
    template_name = "etfs/flows.html"
    tables = {"days": DayTable}

    @cached_property
    def asked(self) -> SpanForm:
        return SpanForm(self.request.GET)

    @cached_property
    def days(self) -> QuerySet[ETFDailyStat]:
        known = ETFDailyStat.objects.of(self.fund.pk).with_premium()
        newest = known.values_list("date", flat=True).first()
        return known.filter(date__gt=newest - dt.timedelta(days=self.asked.days)) if newest else known.none()

    def rows_days(self, asked: dict[str, Any]) -> QuerySet[ETFDailyStat]:
        return self.days

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        charts = day_charts(self.days.order_by("date"), self.fund.instrument.currency)
        return super().get_context_data(asked=self.asked, charts=charts, **kwargs)
