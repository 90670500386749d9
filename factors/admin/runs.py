"""Runs of factors in the admin. Computing is a service; here it is asked for."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget

from factors.admin.jobs import JobAdmin
from factors.calc.normalise import METHODS
from factors.engine import NEUTRALISATIONS
from factors.models import FactorRun
from factors.services import FactorRunError, factor_run_enqueue, session_resolve
from factors.services.catalogue import factors_resolved


class FactorsForm(forms.ModelForm):
    """Which factors to compute, and how they are normalised."""

    factor_names = forms.MultipleChoiceField(
        required=False, label="Factors", help_text="None chosen: all.", widget=UnfoldAdminSelectMultipleWidget
    )
    normalisation = forms.ChoiceField(choices=[(name, name) for name in METHODS], widget=UnfoldAdminSelectWidget)
    neutralise = forms.MultipleChoiceField(
        required=False,
        choices=[(name, name) for name in NEUTRALISATIONS],
        widget=UnfoldAdminSelectMultipleWidget,
        help_text="None chosen: not neutralised.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["factor_names"].choices = [(factor.name, factor.name) for factor in factors_resolved()]


class FactorRunForm(FactorsForm):
    """What to compute; saved by the service, which also queues it."""

    class Meta:
        model = FactorRun
        fields = ("region", "date", "factor_names", "normalisation", "neutralise")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date"].required = False
        self.fields["date"].help_text = "A session; empty: the latest with prices."

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if "region" in asked and "date" in asked:
            try:
                asked["date"] = session_resolve(region=asked["region"], date=asked["date"])
            except FactorRunError as error:
                field, found, reason = str(error).partition(": ")
                named = found and field in ("region", "date")
                self.add_error(field if named else "date", reason if named else str(error))
        return asked


@admin.register(FactorRun)
class FactorRunAdmin(JobAdmin):
    list_display = (
        "id", "region", "date", "shown_state", "universe_size", "score_count", "cache", "seconds",
        "created_at", "short_message",
    )  # fmt: skip
    list_filter = (("region", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    date_hierarchy = "date"
    actions = ("compute_again",)

    def has_change_permission(self, request: HttpRequest, obj: FactorRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FactorRun | None = None) -> bool:
        """A run is how its session's scores are found."""
        return False

    def has_compute_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def get_form(self, request: HttpRequest, obj: FactorRun | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_form(request, obj, **kwargs | ({} if obj else {"form": FactorRunForm}))

    def get_fields(self, request: HttpRequest, obj: FactorRun | None = None) -> Any:
        return super().get_fields(request, obj) if obj else FactorRunForm.Meta.fields

    def save_model(self, request: HttpRequest, obj: FactorRun, form: forms.ModelForm, change: bool) -> None:
        asked = form.cleaned_data
        queued = factor_run_enqueue(**{name: asked[name] for name in FactorRunForm.Meta.fields})
        obj.pk = queued.pk
        obj.refresh_from_db()

    @action(description="Compute again", permissions=["compute"])
    def compute_again(self, request: HttpRequest, queryset: QuerySet[FactorRun]) -> None:
        for run in queryset:
            try:
                queued = factor_run_enqueue(
                    region=run.region,
                    date=run.date,
                    factor_names=run.factor_names,
                    normalisation=run.normalisation,
                    neutralise=run.neutralise,
                )
            except FactorRunError as error:
                messages.error(request, f"{run}: {error}")
            else:
                messages.success(request, f"Queued {queued}")
