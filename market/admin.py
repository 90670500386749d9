"""Data operations of the ground floor: look, search, correct, import, export."""

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, TextFilter
from unfold.decorators import display

from market.adminbase import (
    HouseAdmin,
    HouseImport,
    HouseImportExport,
    KeyedRowsAdmin,
    ReadOnlyMixin,
    RegionFilter,
    TickerFilter,
    figure,
    names_an_instrument,
)
from market.currencies import is_code
from market.models import (
    CorporateAction,
    DataChange,
    Fundamental,
    FxRate,
    Instrument,
    LoadRun,
    PriceBar,
    PriceBarRow,
    RejectedRow,
)
from market.models.fundamentals import FLOW_FIELDS, STOCK_FIELDS
from market.resources import (
    CorporateActionResource,
    FundamentalResource,
    FxRateResource,
    InstrumentResource,
    PriceBarResource,
)
from market.services.adjustments import action_save, actions_delete

STATE_COLOURS = {
    "DONE": "success", "PARTLY": "warning", "FAILED": "danger", "INTERRUPTED": "danger", "RUNNING": "info",
}  # fmt: skip


@admin.register(Instrument)
class InstrumentAdmin(HouseImportExport, HouseAdmin):
    import_model = Instrument
    resource_classes = (InstrumentResource,)
    list_display = ("ticker", "region", "name", "asset_type", "exchange", "sector", "listed_on", "delisted_on")
    list_filter = (("region", ChoicesDropdownFilter), ("asset_type", ChoicesDropdownFilter), "exchange", "sector")
    search_fields = ("^ticker", "name", "=isin")
    search_help_text = "Start of the ticker, a part of the name, or the ISIN"
    readonly_fields = ("created_at", "updated_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Set ``delisted on`` instead: deleting would take years of bars and scores along."""
        return False


class BarDateFilter(TextFilter):
    """One session; the newest where nothing else narrows the list."""

    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day = as_day(request, self.value())
        if day is None and names_an_instrument(request):
            return queryset
        return queryset.filter(date=day or PriceBar.objects.newest_day())


def as_day(request: HttpRequest, text: str | None) -> dt.date | None:
    """``text`` as a date; None, with a message, when it is none."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        messages.warning(request, f"{text!r} is not a date: write it as YYYY-MM-DD. Shown is the newest.")
        return None


@admin.register(PriceBarRow)
class PriceBarAdmin(HouseImport, KeyedRowsAdmin):
    import_model = PriceBar
    resource_classes = (PriceBarResource,)
    list_display = (
        "date", "instrument", *map(figure, ("open", "high", "low", "close", "volume", "adjustment_factor")), "no_trade",
        "suspect",
    )  # fmt: skip
    list_filter = (BarDateFilter, RegionFilter, TickerFilter)
    list_select_related = ("instrument",)
    ordering = ("-date", "instrument_id")


@admin.register(CorporateAction)
class CorporateActionAdmin(HouseImportExport, HouseAdmin):
    import_model = CorporateAction
    resource_classes = (CorporateActionResource,)
    list_display = ("ex_date", "instrument", "kind", "ratio", "amount", "source")
    list_filter = (("kind", ChoicesDropdownFilter), RegionFilter)
    list_select_related = ("instrument",)
    search_fields = ("^instrument__ticker", "instrument__name")
    autocomplete_fields = ("instrument",)
    date_hierarchy = "ex_date"

    def save_model(self, request: HttpRequest, obj: CorporateAction, form: Any, change: bool) -> None:
        action_save(action=obj)

    def delete_model(self, request: HttpRequest, obj: CorporateAction) -> None:
        actions_delete(actions=CorporateAction.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        actions_delete(actions=queryset)


@admin.register(Fundamental)
class FundamentalAdmin(HouseImportExport, HouseAdmin):
    import_model = Fundamental
    resource_classes = (FundamentalResource,)
    list_display = (
        "instrument", "period", "period_end", "available_on", "source", "currency",
        *map(figure, ("revenue", "net_income", "total_equity")),
    )  # fmt: skip
    list_filter = (("period", ChoicesDropdownFilter), RegionFilter, "consolidated", "available_is_estimated")
    list_select_related = ("instrument",)
    search_fields = ("^instrument__ticker", "instrument__name")
    autocomplete_fields = ("instrument",)
    ordering = ("-available_on",)
    fieldsets = (
        (None, {"fields": ("instrument", ("period", "period_end", "available_on"), ("source", "currency"))}),
        ("How it is known", {"fields": ("consolidated", "available_is_estimated", "period_end_is_estimated")}),
        ("Flows of the period", {"fields": FLOW_FIELDS}),
        ("At the end of the period", {"fields": STOCK_FIELDS}),
    )


class PairFilter(TextFilter):
    """``USD/KRW``; one currency alone finds every pair it is part of."""

    title = "pair (USD/KRW) or currency"
    parameter_name = "pair"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        base, _, quote = (self.value() or "").strip().upper().partition("/")
        if not all(map(is_code, filter(None, (base, quote)))):
            messages.warning(request, f"{self.value()!r} is no pair: write it as USD/KRW, or one currency as USD.")
            return queryset.none()
        if base and quote:
            return queryset.filter(base=base, quote=quote)
        one = base or quote
        return queryset.filter(Q(base=one) | Q(quote=one)) if one else queryset


@admin.register(FxRate)
class FxRateAdmin(HouseImport, HouseAdmin):
    import_model = FxRate
    resource_classes = (FxRateResource,)
    list_display = ("date", "base", "quote", figure("rate"), "source")
    list_filter = (PairFilter,)
    ordering = ("-date", "base", "quote")
    date_hierarchy = "date"
    nothing_listed = "Import some, load them with manage.py load_fx FILE --region KR, or add one."


@admin.register(LoadRun)
class LoadRunAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = (
        "id", "kind", "region", "source", "file_name", "shown_state", "rows_read", "rows_inserted", "rows_updated",
        "rows_rejected", "rows_flagged", "started_at",
    )  # fmt: skip
    list_filter = (("kind", ChoicesDropdownFilter), ("region", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("file_name", "source", "message")
    date_hierarchy = "started_at"
    readonly_fields = ("rejected_file",)

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def shown_state(self, run: LoadRun) -> str:
        return run.state

    @display(description="rejected rows")
    def rejected_file(self, run: LoadRun) -> SafeString | str:
        if not run.rows_rejected:
            return "none"
        address = reverse("loadrun-rejected", args=[run.pk])
        return format_html('<a href="{}" class="text-primary-600">Download {} as CSV</a>', address, run.rows_rejected)


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = ("load_run", "row_number", "column", "reason", "message")
    list_filter = (("load_run__region", ChoicesDropdownFilter), ("load_run__kind", ChoicesDropdownFilter))
    list_select_related = ("load_run",)
    search_fields = ("=load_run__id", "reason", "message")
    search_help_text = "Number of the load, or a part of the reason or message"
    ordering = ("-load_run", "row_number")


@admin.register(DataChange)
class DataChangeAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = ("id", "region", "kind", "changed_from", "created_at")
    list_filter = (("region", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter))
    search_fields = ("=id",)
    ordering = ("-id",)
