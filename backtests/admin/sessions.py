"""Backtests in the admin: asked for, watched, read, compared."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from backtests import services
from backtests.admin.asking import BacktestForm
from backtests.admin.base import QuietChangeList, marked_findings, statistic, status_column
from backtests.admin.exporting import orders_response
from backtests.admin.glance import session_glance, session_links
from backtests.admin.session_sections import session_sections
from backtests.models import BacktestSession, Status
from backtests.services.config_files import config_text
from etfs.admin.base import Section, SectionsMixin
from market.adminbase import HouseAdmin
from market.pages.reports import report_response

LONG = ("config", "data_revision", "timings", "warnings")
LONG_PARTS = ("figures", "monthly", "yearly", "contribution", "details")
HOW = (
    ("created_at", "started_at", "finished_at"), ("took", "peak_memory_mb"), ("code_version", "revision"),
    "fingerprint",
)  # fmt: skip


@admin.register(BacktestSession)
class BacktestSessionAdmin(SectionsMixin, HouseAdmin):
    list_display = (
        "title", "place", "period", status_column,
        statistic("total_return", "return %"), statistic("annualized_return", "a year %"),
        statistic("sharpe_ratio", "Sharpe"), statistic("max_drawdown", "drawdown %"),
        statistic("trade_count", "trades", digits=0), "findings", "created_at", "owner",
    )  # fmt: skip
    list_filter = (
        ("region", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter), ("strategy", RelatedDropdownFilter),
    )  # fmt: skip
    search_fields = ("=id", "name")
    search_help_text = "Its number, or a part of its name"
    nothing_listed = "Add a backtest, or run one: manage.py run_backtest CONFIG.yaml"
    actions = ("compare", "rerun", "cancel", "orders", "to_portfolio")
    ordering = ("-id",)
    list_before_template = "backtests/admin/watch.html"
    change_form_outer_before_template = "backtests/admin/job_header.html"
    readonly_fields = ("took", "revision", "asked_by")
    fieldsets = (
        ("How it was computed", {"classes": ("collapse",), "fields": (("strategy", "sweep", "asked_by"), *HOW)}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[BacktestSession]:
        rows = super().get_queryset(request).with_figures().select_related("statistics")
        on_a_list = request.resolver_match and request.resolver_match.url_name.endswith("_changelist")
        return rows.defer(*LONG, *(f"statistics__{part}" for part in LONG_PARTS)) if on_a_list else rows

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuietChangeList

    def has_change_permission(self, request: HttpRequest, obj: BacktestSession | None = None) -> bool:
        return False

    # --- asking for one ----------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: BacktestSession | None = None) -> Any:
        return self.fieldsets if obj else ((None, {"fields": ("text", "again")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: BacktestSession | None = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[forms.ModelForm]:
        asked = type("AskedBy", (BacktestForm,), {"user": request.user})
        return super().get_form(request, obj, **kwargs) if obj else asked

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """``?like=3``: the configuration of that backtest, to change something in it."""
        like = request.GET.get("like", "")
        found = BacktestSession.objects.filter(pk=int(like)).first() if like.isdecimal() and len(like) < 19 else None
        return {"text": config_text(found.config)} if found else {}

    def save_model(self, request: HttpRequest, obj: BacktestSession, form: BacktestForm, change: bool) -> None:
        obj.pk = form.queued.pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: BacktestSession, post_url_continue: Any = None) -> HttpResponse:
        stored = obj.status == Status.COMPLETED
        told = "an equal one over the same data was stored: here it is" if stored else "handed to the workers"
        messages.success(request, f"{obj}: {told}")
        return redirect("admin:backtests_backtestsession_change", obj.pk)

    # --- deleting ----------------------------------------------------------------------------------------------------

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Names only: a backtest has thousands of rows. One that goes on is cancelled first."""
        going = [f"{one} is {one.status}: cancel it first" for one in objs if one.is_going]
        return [f"{one}, with its trades and snapshots" for one in objs], {"backtests": len(objs)}, set(), going

    def delete_model(self, request: HttpRequest, obj: BacktestSession) -> None:
        try:
            services.backtest_delete(session_id=obj.pk)
        except services.BacktestBusy as error:
            raise PermissionDenied(str(error)) from error

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[BacktestSession]) -> None:
        for session in queryset:
            self.delete_model(request, session)

    # --- pages -------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        pages = (
            ("<int:pk>/report/", self.report_page, "backtests_report"),
            ("compare/", self.comparison_page, "backtests_compare"),
        )
        own = [path(route, self.admin_site.admin_view(page), name=name) for route, page, name in pages]
        return [*own, *super().get_urls()]

    def report_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = self._finished(request, [pk])[0]
        return report_response(services.backtest_report(session=session))

    def comparison_page(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("ids", "").split(",")
        ids = [int(word) for word in words if word.isdecimal() and len(word) < 19]
        try:
            return report_response(services.backtests_comparison(sessions=self._finished(request, ids)))
        except services.BacktestError as error:
            messages.error(request, str(error))
            return redirect("admin:backtests_backtestsession_changelist")

    def _finished(self, request: HttpRequest, ids: list[int]) -> list[BacktestSession]:
        """In this order; Http404 for one that is not there, not finished, or not for these eyes."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = BacktestSession.objects.completed().select_related("statistics").in_bulk(ids)
        if len(found) < len(set(ids)):
            raise Http404("no such finished backtest")
        return [found[pk] for pk in dict.fromkeys(ids)]

    def sections(self, row: BacktestSession) -> Iterable[Section]:
        return session_sections(row)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        session = context.get("original")
        context["show_save_and_add_another"] = False
        if session is not None:
            context |= {"facts": session_glance(session), "links": session_links(session)}
        return super().render_change_form(request, context, *args, **kwargs)

    # --- actions: each calls a service -------------------------------------------------------------------------------

    def has_rerun_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @action(description="Compare (2 to 8)", permissions=["view"])
    def compare(self, request: HttpRequest, queryset: QuerySet[BacktestSession]) -> HttpResponse | None:
        chosen = list(queryset.order_by("id"))
        unfinished = [str(one) for one in chosen if one.status != Status.COMPLETED]
        if unfinished or not 2 <= len(chosen) <= 8:
            why = f"{', '.join(unfinished)}: no result" if unfinished else f"2 to 8 are compared, not {len(chosen)}"
            messages.error(request, why)
            return None
        ids = ",".join(str(one.pk) for one in chosen)
        return redirect(f"{reverse('admin:backtests_compare')}?{urlencode({'ids': ids})}")

    @action(description="Run again over the data of now", permissions=["rerun"])
    def rerun(self, request: HttpRequest, queryset: QuerySet[BacktestSession]) -> None:
        for session in queryset:
            try:
                made = services.backtest_rerun(session_id=session.pk, owner=request.user)
                messages.success(request, f"{made}: handed to the workers")
            except services.BacktestError as error:
                messages.error(request, f"{session}: {error}")

    @action(description="Cancel", permissions=["rerun"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[BacktestSession]) -> None:
        for session in queryset:
            if services.backtest_cancel(session_id=session.pk):
                messages.success(request, f"{session}: cancelled")
            else:
                messages.error(request, f"{session}: it is {session.status}; there is nothing to cancel")

    @action(description="Orders as CSV", permissions=["view"])
    def orders(self, request: HttpRequest, queryset: QuerySet[BacktestSession]) -> HttpResponse | None:
        try:
            return orders_response(list(queryset.order_by("id")))
        except services.BacktestError as error:
            messages.error(request, str(error))
            return None

    @action(description="Make a portfolio of its trades", permissions=["view"])
    def to_portfolio(self, request: HttpRequest, queryset: QuerySet[BacktestSession]) -> None:
        for session in queryset.order_by("id"):
            try:
                made = services.backtest_to_portfolio(session_id=session.pk, owner=request.user)
            except services.BacktestError as error:
                messages.error(request, f"{session}: {error}")
            else:
                address = reverse("admin:portfolio_portfolio_change", args=[made.pk])
                messages.success(request, format_html('<a href="{}">{}</a>: made', address, made))

    # --- columns -----------------------------------------------------------------------------------------------------

    @display(description="backtest", ordering="id")
    def title(self, session: BacktestSession) -> str:
        return f"#{session.pk} {session.name}".strip()

    @display(description="region", ordering="region")
    def place(self, session: BacktestSession) -> str:
        return session.region

    @display(description="period", ordering="start")
    def period(self, session: BacktestSession) -> SafeString:
        """On two lines, so that the figures beside it have room."""
        line = '<span class="whitespace-nowrap">{} to</span><br><span class="whitespace-nowrap">{}</span>'
        return format_html(line, session.start, session.end)

    @display(description="findings")
    def findings(self, session: BacktestSession) -> SafeString | str:
        return marked_findings(session.statistics.findings) if session.status == Status.COMPLETED else "-"

    @display(description="took")
    def took(self, session: BacktestSession) -> str:
        return ", ".join(f"{stage} {seconds:,.2f} s" for stage, seconds in session.timings.items()) or "-"

    @display(description="data")
    def revision(self, session: BacktestSession) -> str:
        return ", ".join(f"{kind} {newest}" for kind, newest in session.data_revision.items()) or "-"

    @display(description="asked for by")
    def asked_by(self, session: BacktestSession) -> SafeString | str:
        return str(session.owner or "-")
