"""Analyses of factors in the admin: asked for, watched, and their tear sheets."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminTextInputWidget

from factors.admin.jobs import JobAdmin
from factors.models import FactorAnalysis
from factors.services import ANALYSIS_DEFAULT, AnalysisError, analysis_check, analysis_enqueue, analysis_tear_sheet
from factors.services.catalogue import factors_resolved
from market.pages.reports import report_response


class AnalysisForm(forms.ModelForm):
    """What to analyse; saved by the service, which also queues it."""

    factor_names = forms.MultipleChoiceField(label="Factors", widget=UnfoldAdminSelectMultipleWidget)
    horizons = forms.CharField(
        initial=" ".join(map(str, ANALYSIS_DEFAULT.horizons)), widget=UnfoldAdminTextInputWidget, help_text="Sessions."
    )
    quantiles = forms.IntegerField(initial=ANALYSIS_DEFAULT.quantiles, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = FactorAnalysis
        fields = ("region", "factor_names", "start", "end", "horizons", "quantiles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["factor_names"].choices = [(factor.name, factor.name) for factor in factors_resolved()]
        for name in ("start", "end"):
            self.fields[name].required = False
            self.fields[name].help_text = "Empty: of the scores there are."

    def clean_horizons(self) -> list[int]:
        words = self.cleaned_data["horizons"].replace(",", " ").split()
        if not words or not all(word.isdecimal() and len(word) < 5 for word in words):
            raise forms.ValidationError("Numbers of sessions, such as 1 5 21.")
        return [int(word) for word in words]

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not self.errors:
            try:
                analysis_check(**asked)
            except AnalysisError as error:
                field, found, reason = str(error).partition(": ")
                name = {"from": "start", "to": "end", "factors": "factor_names"}.get(field, field)
                self.add_error(name if found and name in self.fields else None, reason if found else str(error))
        return asked


@admin.register(FactorAnalysis)
class FactorAnalysisAdmin(JobAdmin):
    list_display = ("id", "region", "names", "start", "end", "shown_state", "tear_sheet", "seconds", "short_message")
    list_filter = (("region", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))

    def has_change_permission(self, request: HttpRequest, obj: FactorAnalysis | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactorAnalysis]:
        return super().get_queryset(request).defer("result")

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_form(request, obj, **kwargs | ({} if obj else {"form": AnalysisForm}))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = [name for name in super().get_fields(request, obj) if name != "result"] if obj else []
        return [*shown, "tear_sheet"] if obj else AnalysisForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("tear_sheet",) if obj else ()

    def save_model(self, request: HttpRequest, obj: FactorAnalysis, form: forms.ModelForm, change: bool) -> None:
        asked = form.cleaned_data
        obj.pk = analysis_enqueue(**{name: asked[name] for name in AnalysisForm.Meta.fields}).pk
        obj.refresh_from_db()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.tear_sheet_page)
        return [path("<int:pk>/tear-sheet/", view, name="factors_factoranalysis_tear_sheet"), *super().get_urls()]

    def tear_sheet_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        analysis = FactorAnalysis.objects.filter(pk=pk).first()
        if analysis is None or not self.has_view_permission(request, analysis):
            raise Http404(f"no analysis #{pk}")
        try:
            return report_response(analysis_tear_sheet(analysis=analysis))
        except AnalysisError as error:
            raise Http404(str(error)) from error

    @display(description="tear sheet")
    def tear_sheet(self, analysis: FactorAnalysis) -> str | SafeString:
        if analysis.state not in ("DONE", "PARTLY"):
            return "-"
        return format_html(
            '<a href="{}">open</a>', reverse("admin:factors_factoranalysis_tear_sheet", args=[analysis.pk])
        )

    @display(description="factors")
    def names(self, analysis: FactorAnalysis) -> str:
        return Truncator(", ".join(analysis.factor_names)).chars(48)
