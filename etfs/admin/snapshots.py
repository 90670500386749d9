"""Compositions in the admin: their state, and taking them into quarantine and out of it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter, TextFilter
from unfold.decorators import action, display

from etfs.admin.base import (
    STATE_COLOURS,
    Confirmation,
    FundFilter,
    Section,
    day_column,
    fund_column,
    list_link,
    row_link,
    shown,
)
from etfs.models import Snapshot
from etfs.services import EtfError, NotFound
from etfs.services.validation import snapshot_quarantine, snapshot_release
from market.admin import as_day
from market.adminbase import HouseAdmin, KeyedChangeList, ReadOnlyMixin, figure

AT_ONCE = 200


class DayFilter(TextFilter):
    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day = as_day(request, self.value())
        return queryset.filter(as_of_date=day) if day else queryset


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = (
        day_column("as_of_date", "day"), fund_column, "source", "shown_state", "is_served",
        figure("line_count", "lines"), figure("weight_sum", "weights %"), "short_message", "imported_at",
    )  # fmt: skip
    list_filter = (FundFilter, DayFilter, ("state", ChoicesDropdownFilter), "is_served")
    list_select_related = ("etf__instrument",)
    sortable_by = ()
    actions = ("release", "quarantine")
    readonly_fields = ("shown_state", "shown_fund", "shown_lines", "shown_payload", "accepted_by")
    fields = (
        ("shown_fund", "as_of_date"), ("shown_state", "is_served"), "message", ("source", "shown_payload"),
        ("line_count", "expected_lines", "shown_lines"), ("weight_sum", "market_value", "currency"),
        ("imported_at", "validated_at"), "accepted_by",
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeyedChangeList

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """A fund's newest first; else what was stored last."""
        return ["-as_of_date"] if request.GET.get(FundFilter.parameter_name) else ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        return super().get_queryset(request).select_related("etf__instrument")

    def has_judge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("etfs.change_snapshot")

    @action(description="Release from quarantine", permissions=["judge"])
    def release(self, request: HttpRequest, queryset: QuerySet[Snapshot]) -> None:
        self._each(request, queryset, lambda pk: snapshot_release(snapshot_id=pk, by=request.user.get_username()))

    @action(description="Put into quarantine", permissions=["judge"])
    def quarantine(self, request: HttpRequest, queryset: QuerySet[Snapshot]) -> HttpResponse | None:
        why = request.POST.get("why", "").strip()
        if request.POST.get("confirmed") != "yes" or not why:
            return _quarantine_page(queryset).page(self, request, queryset[:AT_ONCE])
        by = request.user.get_username()
        self._each(request, queryset, lambda pk: snapshot_quarantine(snapshot_id=pk, why=why, by=by))
        return None

    def _each(self, request: HttpRequest, queryset: QuerySet[Snapshot], change: Any) -> None:
        for row in queryset[:AT_ONCE]:
            name = f"{row.etf} {row.as_of_date}"
            try:
                changed = change(row.pk)
            except (EtfError, NotFound) as error:
                messages.error(request, f"{name}: {error}")
            else:
                messages.success(request, f"{name}: now {changed.get_state_display().partition(':')[0].lower()}")

    @display(description="state", label=STATE_COLOURS)
    def shown_state(self, row: Snapshot) -> str:
        return row.state

    @display(description="message")
    def short_message(self, row: Snapshot) -> str:
        return Truncator(row.message).chars(48) or "-"

    @display(description="fund")
    def shown_fund(self, row: Snapshot) -> SafeString:
        return row_link("etf", row.etf_id, f"{row.etf} {row.etf.instrument.name}")

    @display(description="its lines")
    def shown_lines(self, row: Snapshot) -> SafeString:
        return list_link("etfholding", "all lines", fund=row.etf.instrument, date=row.as_of_date)

    @display(description="as it came")
    def shown_payload(self, row: Snapshot) -> SafeString | str:
        return row_link("payload", row.payload_id, f"payload #{row.payload_id}") if row.payload_id else "-"

    @display(description="released")
    def accepted_by(self, row: Snapshot) -> str:
        """Findings a person has accepted."""
        told = row.accepted or {}
        if not told:
            return "-"
        codes = ", ".join(told.get("codes", [])) or "no finding"
        return f"{told.get('at', '')} by {told.get('by') or 'somebody'}, in spite of: {codes}"


def _quarantine_page(queryset: QuerySet[Snapshot]) -> Confirmation:
    rows = [
        (str(row.etf), str(row.as_of_date), row.source, row.state.lower(), f"{row.line_count:,}", shown(row.weight_sum))
        for row in queryset.select_related("etf__instrument")[:AT_ONCE]
    ]
    return Confirmation(
        title="Put into quarantine",
        told="These compositions stay as they are, and are served to nobody until somebody releases them.",
        action="quarantine", button="Put into quarantine", reason_label="Why",
        section=Section("", ("fund", "day", "source", "state", "lines", "weights %"), rows, right=(4, 5)),
    )  # fmt: skip
