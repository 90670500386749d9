"""Scores in the admin: ranked, or over time."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, TextFilter
from unfold.decorators import display

from factors.models import Factor, FactorRun, FactorScoreRow
from market.admin import as_day
from market.adminbase import KeyedRowsAdmin, RegionFilter, TickerFilter, figure, names_an_instrument


class ScoreDateFilter(TextFilter):
    """One session; else the newest with scores, or all sessions of few instruments."""

    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day = as_day(request, self.value())
        return queryset.filter(date__in=[day] if day else self._days(request))

    def _days(self, request: HttpRequest) -> list[dt.date]:
        region = request.GET.get(RegionFilter.parameter_name, "")
        if names_an_instrument(request):
            return FactorRun.objects.dates_of(region)
        newest = FactorRun.objects.latest_of(region)
        return [newest.date] if newest else []


class FactorFilter(DropdownFilter):
    title = "factor"
    parameter_name = "factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return list(Factor.objects.values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(factor_id=self.value()) if self.value() else queryset


@admin.register(FactorScoreRow)
class FactorScoreAdmin(KeyedRowsAdmin):
    """Ranked by score when one factor is chosen."""

    list_display = ("date", "instrument", "instrument_name", "factor", *map(figure, ("value", "score", "percentile")))
    list_filter = (ScoreDateFilter, RegionFilter, TickerFilter, FactorFilter)
    list_select_related = ("instrument", "factor")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        if request.GET.get(FactorFilter.parameter_name) and not names_an_instrument(request):
            return [F("score").desc(nulls_last=True), "instrument_id"]
        return ["-date", "instrument_id", "factor_id"]

    @display(description="name")
    def instrument_name(self, row: FactorScoreRow) -> str:
        return row.instrument.name
