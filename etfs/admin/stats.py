"""Daily figures of funds in the admin: of one fund, or the newest day of all."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter

from etfs.admin.base import FundFilter, day_column, fund_column
from etfs.models import ETFDailyStat
from market.admin import as_day
from market.adminbase import HouseAdmin, KeyedChangeList, ReadOnlyMixin, figure


class StatDayFilter(TextFilter):
    """One day; without a fund the newest there is."""

    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day = as_day(request, self.value())
        if day is None and request.GET.get(FundFilter.parameter_name):
            return queryset
        newest = ETFDailyStat.objects.order_by("-date").values_list("date", flat=True)
        return queryset.filter(date=day or newest.first())


@admin.register(ETFDailyStat)
class ETFDailyStatAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = (
        day_column("date", "day"), fund_column, figure("nav", "NAV"), figure("close"), figure("total_assets", "assets"),
        figure("shares_outstanding", "shares"), figure("volume"), figure("distribution"), figure("net_flow"), "source",
    )  # fmt: skip
    list_filter = (FundFilter, StatDayFilter)
    list_select_related = ("etf__instrument",)
    sortable_by = ()
    ordering = ("-date", "etf")
    fields = (
        ("etf", "date", "source"), ("nav", "close"), ("total_assets", "shares_outstanding"),
        ("volume", "trading_value"), ("index_level", "distribution", "net_flow"),
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeyedChangeList

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Days of a fund newest first; funds of a day by their number, as the index has them."""
        return ["-date"] if request.GET.get(FundFilter.parameter_name) else ["etf_id"]
