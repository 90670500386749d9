"""Sweeps and their variants in the admin: watched, read, cancelled, deleted."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from backtests.admin.base import (
    STATUS_COLOURS,
    QuietChangeList,
    link,
    list_link,
    row_link,
    statistic,
    status_column,
    told,
)
from backtests.models import BacktestSweep, BacktestVariant
from backtests.report.configuration import flat
from backtests.report.meaning import label, units
from backtests.services import BacktestBusy, best_variants, sweep_cancel, sweep_delete
from etfs.admin.base import Section, SectionsMixin
from etfs.admin.runs import NumberFilter
from market.adminbase import HouseAdmin, ReadOnlyMixin, figure

SHOWN = 20  # variants on a sweep's page


@admin.register(BacktestSweep)
class BacktestSweepAdmin(SectionsMixin, ReadOnlyMixin, HouseAdmin):
    list_display = (
        "title", "method", status_column, "variant_count", "objective", "owner", "created_at", "finished_at",
    )  # fmt: skip
    list_filter = (("status", ChoicesDropdownFilter), ("method", ChoicesDropdownFilter))
    list_select_related = ("owner",)
    list_before_template = "backtests/admin/watch.html"
    search_fields = ("=id", "name")
    search_help_text = "Its number, or a part of its name"
    ordering = ("-id",)
    actions = ("cancel",)
    change_form_outer_before_template = "backtests/admin/job_header.html"
    fieldsets = (
        ("How it was computed", {
            "classes": ("collapse",), "fields": ("owner", ("created_at", "started_at", "finished_at")),
        }),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[BacktestSweep]:
        rows = super().get_queryset(request)
        on_a_list = request.resolver_match and request.resolver_match.url_name.endswith("_changelist")
        return rows.defer("config", "result", "tests", "timings") if on_a_list else rows

    def sections(self, row: BacktestSweep) -> Iterable[Section]:
        axes = [(one.get("field", "-"), ", ".join(map(str, one.get("values", [])))) for one in row.axes]
        yield Section("What is varied", ("field", "values"), axes, text=(1,))
        yield self._best(row)
        yield Section("The rest as set", ("setting", "value"), list(flat(row.config).items()), text=(0, 1))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        sweep = context["original"]
        context["facts"] = [
            ("method", sweep.get_method_display()), ("chosen by", label(sweep.objective)),
            ("variants", f"{sweep.variant_count:,}"),
        ]  # fmt: skip
        report = [link(reverse("backtest-sweep-report", args=[sweep.pk]), "Report")] if sweep.finished_at else []
        context["links"] = [*report, list_link("backtestvariant", "Variants", sweep=sweep.pk)]
        return super().render_change_form(request, context, *args, **kwargs)

    def _best(self, row: BacktestSweep) -> Section:
        """The best variants by the objective, and what they change."""
        best = best_variants(row).defer("figures")[:SHOWN]
        rows = [(row_link("backtestvariant", one.pk, one.number), told(one.objective), changed(one)) for one in best]
        unit = "" if units().get(row.objective) in (None, "ratio") else f", {units()[row.objective]}"
        headings = ("number", f"{label(row.objective)}{unit}", "changes")
        every = list_link("backtestvariant", "All variants", sweep=row.pk)
        return Section("The best variants", headings, rows, right=(1,), text=(2,), link=every)

    def has_delete_permission(self, request: HttpRequest, obj: BacktestSweep | None = None) -> bool:
        return request.user.has_perm("backtests.delete_backtestsweep")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Names only: a sweep has thousands of variants. One that goes on is cancelled first."""
        going = [f"{one} is {one.status}: cancel it first" for one in objs if one.is_going]
        return [f"{one}, with its variants and their backtests" for one in objs], {"sweeps": len(objs)}, set(), going

    def delete_model(self, request: HttpRequest, obj: BacktestSweep) -> None:
        try:
            sweep_delete(sweep_id=obj.pk)
        except BacktestBusy as error:
            raise PermissionDenied(str(error)) from error

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[BacktestSweep]) -> None:
        for sweep in queryset:
            self.delete_model(request, sweep)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("backtests.add_backtestsweep")

    @action(description="Cancel", permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[BacktestSweep]) -> None:
        for sweep in queryset:
            if sweep_cancel(sweep_id=sweep.pk):
                messages.success(request, f"{sweep}: cancelled; what is computed stays")
            else:
                messages.error(request, f"{sweep}: it is {sweep.status}; there is nothing to cancel")

    @display(description="sweep", ordering="id")
    def title(self, sweep: BacktestSweep) -> str:
        return f"#{sweep.pk} {sweep.name}".strip()


def changed(variant: BacktestVariant) -> str:
    """What a variant changes, as a person reads it."""
    return "; ".join(f"{name} {value}" for name, value in flat(variant.overrides).items())


class SweepFilter(NumberFilter):
    title, parameter_name = "number of the sweep", "sweep"


@admin.register(BacktestVariant)
class BacktestVariantAdmin(SectionsMixin, ReadOnlyMixin, HouseAdmin):
    list_display = (
        "number", "shown_sweep", "changes", "shown_status", statistic("objective", "objective", digits=4),
        figure("seconds"), "short_error",
    )  # fmt: skip
    list_filter = (SweepFilter, ("status", ChoicesDropdownFilter))
    ordering = ("sweep", "number")
    readonly_fields = ("shown_sweep", "changes")
    fields = (("shown_sweep", "number"), "changes", ("status", "objective", "seconds"), "error")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuietChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[BacktestVariant]:
        rows = super().get_queryset(request)
        on_a_list = request.resolver_match and request.resolver_match.url_name.endswith("_changelist")
        return rows.defer("figures") if on_a_list else rows

    def sections(self, row: BacktestVariant) -> Iterable[Section]:
        unit = units()
        rows = [(label(name), told(value), unit.get(name, "")) for name, value in row.figures.items()]
        return [Section("Statistics", ("figure", "value", "unit"), rows, right=(1,), text=(0,))]

    @display(description="sweep", ordering="sweep")
    def shown_sweep(self, variant: BacktestVariant) -> SafeString:
        return row_link("backtestsweep", variant.sweep_id, f"#{variant.sweep_id}")

    @display(description="status", ordering="status", label=STATUS_COLOURS)
    def shown_status(self, variant: BacktestVariant) -> str:
        return variant.status

    @display(description="changes")
    def changes(self, variant: BacktestVariant) -> str:
        return changed(variant)

    @display(description="error")
    def short_error(self, variant: BacktestVariant) -> str:
        return Truncator(variant.error).chars(64) or "-"
