"""Backfills and factor returns in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from factors.admin.jobs import JobAdmin
from factors.admin.runs import FactorsForm
from factors.admin.scores import FactorFilter
from factors.models import FactorBackfill, FactorReturnRow, JobState
from factors.services import FactorRunError, backfill_cancel, backfill_check, backfill_enqueue
from market.adminbase import KeyedRowsAdmin, figure

ASKED = ("region", "start", "end", "factor_names", "normalisation", "neutralise")


class FactorBackfillForm(FactorsForm):
    """Which sessions to compute; saved by the service, which also queues it."""

    class Meta:
        model = FactorBackfill
        fields = ASKED

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not self.errors:
            try:
                backfill_check(**{name: asked[name] for name in ASKED})
            except FactorRunError as error:
                field, found, reason = str(error).partition(": ")
                names = {"from": "start", "to": "end", "region": "region", "factors": "factor_names"}
                self.add_error(names.get(field) if found else None, reason if field in names else str(error))
        return asked


@admin.register(FactorBackfill)
class FactorBackfillAdmin(JobAdmin):
    list_display = (
        "id", "region", "start", "end", "done_through", "shown_state", "session_count", "score_count", "created_at",
        "short_message",
    )  # fmt: skip
    list_filter = (("region", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    actions = ("resume", "cancel")

    def has_change_permission(self, request: HttpRequest, obj: FactorBackfill | None = None) -> bool:
        return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def get_form(self, request: HttpRequest, obj: FactorBackfill | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_form(request, obj, **kwargs | ({} if obj else {"form": FactorBackfillForm}))

    def get_fields(self, request: HttpRequest, obj: FactorBackfill | None = None) -> Any:
        return super().get_fields(request, obj) if obj else ASKED

    def save_model(self, request: HttpRequest, obj: FactorBackfill, form: forms.ModelForm, change: bool) -> None:
        queued = backfill_enqueue(**{name: form.cleaned_data[name] for name in ASKED})
        obj.pk = queued.pk
        obj.refresh_from_db()

    @action(description="Take up again", permissions=["run"])
    def resume(self, request: HttpRequest, queryset: QuerySet[FactorBackfill]) -> None:
        for job in queryset:
            try:
                queued = backfill_enqueue(**{name: getattr(job, name) for name in ASKED})
                messages.success(request, f"Queued {queued}")
            except FactorRunError as error:
                messages.error(request, f"{job}: {error}")

    @action(description="Cancel", permissions=["run"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[FactorBackfill]) -> None:
        for job in queryset:
            if job.state in (JobState.QUEUED, JobState.RUNNING):
                backfill_cancel(backfill_id=job.pk)
                messages.success(request, f"{job}: it stops after the sessions it is at")
            else:
                messages.error(request, f"{job}: it is {job.state}, there is nothing to cancel")


@admin.register(FactorReturnRow)
class FactorReturnAdmin(KeyedRowsAdmin):
    """What factors earned, newest first."""

    list_display = ("date", "region", "factor", figure("value"), figure("ic"), figure("coverage"), "count")
    list_filter = (("region", ChoicesDropdownFilter), FactorFilter)
    list_select_related = ("factor",)
    search_fields = ("factor__name",)
    search_help_text = "A part of the factor's name"
    ordering = ("-date", "region", "factor_id")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return (queryset.filter(factor__name__icontains=search_term) if search_term else queryset), False
