"""Indicators of assets in the admin: looked at, not edited."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter
from unfold.decorators import display

from market.admin import as_day
from market.adminbase import KeyedRowsAdmin, RegionFilter, TickerFilter, figure, names_an_instrument
from portfolio.models import AssetPerformanceMetrics, AssetPerformanceMetricsRow

SHOWN = ("sma_200", "rsi_14", "volatility_252d", "beta", "sharpe_ratio", "return_1m", "return_1y")


class MetricsDateFilter(TextFilter):
    """One session; else the newest, or all sessions of few instruments."""

    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day = as_day(request, self.value()) or (None if names_an_instrument(request) else self._newest(request))
        return queryset.filter(date=day) if day else queryset

    def _newest(self, request: HttpRequest) -> dt.date | None:
        found = AssetPerformanceMetrics.objects.newest_dates(request.GET.get(RegionFilter.parameter_name, ""))
        return max(found.values(), default=None)


@admin.register(AssetPerformanceMetricsRow)
class AssetMetricsAdmin(KeyedRowsAdmin):
    list_display = ("date", "instrument", "instrument_name", *map(figure, SHOWN))
    list_filter = (MetricsDateFilter, RegionFilter, TickerFilter)
    list_select_related = ("instrument",)
    exclude = ("key",)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-date", "instrument_id"]

    @display(description="name")
    def instrument_name(self, row: AssetPerformanceMetricsRow) -> str:
        return row.instrument.name
