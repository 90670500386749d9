"""Correlations of assets in the admin: looked at, not edited."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter

from market.admin import as_day
from market.adminbase import SEARCHED_INSTRUMENTS, KeyedRowsAdmin, TickerFilter, figure
from market.models import Instrument
from portfolio.calc.windows import WINDOWS
from portfolio.models import AssetCorrelation, AssetCorrelationRow


def of_instruments(queryset: QuerySet, ids: list[int]) -> QuerySet:
    """Pairs that one of the instruments is part of."""
    return queryset.filter(Q(instrument_a_id__in=ids) | Q(instrument_b_id__in=ids))


class CorrelationDateFilter(TextFilter):
    """One day; else the newest."""

    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        newest = AssetCorrelation.objects.order_by("-date").values_list("date", flat=True)
        day = as_day(request, self.value()) or newest.first()
        return queryset.filter(date=day) if day else queryset


class PairTickerFilter(TickerFilter):
    """Pairs with a ticker."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        return of_instruments(
            queryset, list(Instrument.objects.filter(ticker=self.value()).values_list("pk", flat=True))
        )


@admin.register(AssetCorrelationRow)
class AssetCorrelationAdmin(KeyedRowsAdmin):
    list_display = ("date", "instrument_a", "instrument_b", *(figure(f"correlation_{one}", one) for one in WINDOWS))
    list_filter = (CorrelationDateFilter, PairTickerFilter)
    list_select_related = ("instrument_a", "instrument_b")
    exclude = ("key",)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-date", "instrument_a_id", "instrument_b_id"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        found = Instrument.objects.search(search_term).values_list("pk", flat=True)
        return of_instruments(queryset, list(found[:SEARCHED_INSTRUMENTS])), False
