"""Targets and proposals in the admin: read, approved, carried out, cancelled."""

from collections.abc import Callable, Iterable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from etfs.admin.base import Section, SectionsMixin, day_column, shown
from market.adminbase import ReadOnlyMixin, figure
from portfolio.admin.base import ReadOnlyPages
from portfolio.models import Portfolio, PortfolioAllocation, RebalancingEvent, RebalancingStep
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_decisions import rebalancing_approve, rebalancing_cancel

Status = RebalancingEvent.Status
STATUS_COLOURS = {
    Status.PENDING: "info", Status.APPROVED: "info", Status.COMPLETED: "success", Status.FAILED: "danger",
    Status.CANCELLED: "warning",
}  # fmt: skip


class StepInline(ReadOnlyMixin, TabularInline):
    model = RebalancingStep
    verbose_name_plural = "Who decided what"
    fields = ("at", "status", "user", "note")
    readonly_fields = fields
    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RebalancingStep]:
        return super().get_queryset(request).select_related("user")


@admin.register(RebalancingEvent)
class RebalancingEventAdmin(SectionsMixin, ReadOnlyPages):
    list_display = (
        "title", "portfolio", "shown_status", "trigger", "mode", day_column("as_of", "as of"), figure("turnover"),
        figure("cost"), figure("tax"), "created_at",
    )  # fmt: skip
    list_filter = (
        ("status", ChoicesDropdownFilter), ("trigger", ChoicesDropdownFilter), ("mode", ChoicesDropdownFilter)
    )  # fmt: skip
    list_select_related = ("portfolio",)
    search_fields = ("=id", "portfolio__name")
    search_help_text = "Its number, or a part of the portfolio's name"
    ordering = ("-id",)
    actions = ("approve", "complete", "cancel")
    inlines = (StepInline,)
    readonly_fields = ("shown_status",)
    fields = (
        ("portfolio", "shown_status"), ("trigger", "mode", "as_of"), "reason", ("deposit", "turnover", "cost", "tax"),
        "error", ("created_at", "decided_at", "finished_at"),
    )  # fmt: skip

    def sections(self, row: RebalancingEvent) -> Iterable[Section]:
        trades = [
            (one["side"], one["asset"], shown(one["quantity"]), shown(one["price"]), one["currency"],
             shown(one["value"]), shown(one["commission"]), shown(one["tax"]))
            for one in row.actions
        ]  # fmt: skip
        yield Section(
            "Trades", ("", "asset", "quantity", "price", "", "value", "commission", "tax"), trades,
            right=(2, 3, 5, 6, 7), text=(1,), note=" ".join(f"{one}." for one in row.notes),
        )  # fmt: skip
        after = {one["asset"]: one for one in row.post_state.get("assets", [])}
        weights = [
            (one["asset"], shown(one["target"]), *(shown(state["weight"]) for state in (one, after[one["asset"]])),
             *(shown(state["drift"], signed=True) for state in (one, after[one["asset"]])))
            for one in row.pre_state.get("assets", [])
        ]  # fmt: skip
        done = "booked" if row.status == Status.COMPLETED else "planned"
        headings = ("asset", "target %", "before %", f"{done} %", "drift before", f"drift {done}")
        yield Section("Before and after", headings, weights, right=(1, 2, 3, 4, 5), text=(0,))

    @display(description="proposal", ordering="id")
    def title(self, row: RebalancingEvent) -> str:
        return f"#{row.pk}"

    @display(description="status", ordering="status", label=STATUS_COLOURS)
    def shown_status(self, row: RebalancingEvent) -> str:
        return row.status

    @action(description="Approve")
    def approve(self, request: HttpRequest, queryset: QuerySet[RebalancingEvent]) -> None:
        self._decide(request, queryset, rebalancing_approve)

    @action(description="Complete: write the transactions as planned")
    def complete(self, request: HttpRequest, queryset: QuerySet[RebalancingEvent]) -> None:
        self._decide(request, queryset, rebalancing_complete)

    @action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[RebalancingEvent]) -> None:
        self._decide(request, queryset, rebalancing_cancel)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[RebalancingEvent], take: Callable[..., RebalancingEvent]
    ) -> None:  # fmt: skip
        changeable = set(queryset.filter(portfolio__in=Portfolio.objects.visible_to(request.user, "change")))
        for event in queryset:
            if event not in changeable:
                messages.error(request, f"#{event.pk} is of a portfolio that you may not change")
                continue
            try:
                done = take(event=event, user=request.user)
            except (PortfolioError, PortfolioBusy) as error:
                messages.error(request, str(error))
            else:
                messages.success(request, f"#{done.pk} of {event.portfolio}: {done.status}")


@admin.register(PortfolioAllocation)
class PortfolioAllocationAdmin(ReadOnlyPages):
    """Read only: targets are changed together, so that they sum to 100."""

    list_display = ("portfolio", "asset", "target", "minimum", "maximum", "threshold", "frequency", "is_active")
    list_filter = (("frequency", ChoicesDropdownFilter), "is_active")
    list_select_related = ("portfolio", "instrument")
    search_fields = ("portfolio__name", "instrument__ticker")
    search_help_text = "A part of the portfolio's name, or of the ticker"
    ordering = ("portfolio_id", "-target")

    @display(description="asset", ordering="instrument")
    def asset(self, row: PortfolioAllocation) -> str:
        return str(row.instrument or "cash")
