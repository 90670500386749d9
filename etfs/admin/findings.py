"""What the checks found, in the admin."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from etfs.admin.base import SEVERITY_COLOURS, FundFilter, day_column, fund_column, list_link, row_link
from etfs.calc.verdict import CODES
from etfs.models import HoldingFinding
from market.adminbase import HouseAdmin, ReadOnlyMixin


class CodeFilter(DropdownFilter):
    title = "code"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(code, code.replace("_", " ")) for code in sorted(CODES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(code=self.value()) if self.value() else queryset


@admin.register(HoldingFinding)
class HoldingFindingAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = (fund_column, day_column("as_of_date", "day"), "code", "shown_severity", "message", "found_at")
    list_filter = (
        FundFilter, ("severity", ChoicesDropdownFilter), CodeFilter, ("etf__region", ChoicesDropdownFilter),
    )  # fmt: skip
    list_select_related = ("etf__instrument",)
    search_fields = ("message",)
    search_help_text = "A part of the message"
    ordering = ("-found_at", "-id")
    readonly_fields = ("shown_severity", "shown_fund", "composition")
    fields = (
        ("shown_fund", "as_of_date", "composition"), ("code", "shown_severity"), "message", "evidence", "found_at",
    )  # fmt: skip

    @display(description="severity", ordering="severity", label=SEVERITY_COLOURS)
    def shown_severity(self, row: HoldingFinding) -> str:
        return row.severity

    @display(description="fund")
    def shown_fund(self, row: HoldingFinding) -> SafeString:
        return row_link("etf", row.etf_id, f"{row.etf} {row.etf.instrument.name}")

    @display(description="composition")
    def composition(self, row: HoldingFinding) -> SafeString | str:
        if row.as_of_date is None:
            return "-"
        return list_link("snapshot", f"of {row.as_of_date}", fund=row.etf.instrument, date=row.as_of_date)
