"""Formulas in the admin: what is wrong with one is told at its field, before it is saved."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from factors.formulas import FUNCTIONS, SERIES
from factors.formulas.functions import OPERATOR
from factors.formulas.vocabulary import figure_names
from factors.models import FactorFormula
from factors.services import regions_with_bars
from factors.services.formulas import (
    FormulaRefused,
    formula_delete,
    formula_problems,
    formula_save,
    formula_try,
    formula_uses,
    formula_validate,
)
from market.adminbase import HouseAdmin, HouseExport, short


def words_help() -> SafeString:
    """Every function and series with what it gives, and the figures."""
    functions = [
        (function.signature, function.doc) for function in FUNCTIONS.values() if function.group != OPERATOR
    ] + [(series.name, series.doc) for series in SERIES.values()]
    rows = format_html_join("", "<li><code>{}</code> {}</li>", functions)
    return format_html(
        "For example <code>rank(roe) - 0.5 * zscore(debt_to_equity)</code> or <code>mean(close, 20) / mean(close, 120)"
        " - 1</code>.<details><summary>Functions, series and figures</summary><ul>{}</ul><p>Any factor by its name,"
        " other formulas by theirs, and the figures {}.</p></details>",
        rows, ", ".join(figure_names()),
    )  # fmt: skip


class FormulaForm(forms.ModelForm):
    """Checked as the service checks it, so that the message appears at the field."""

    class Meta:
        model = FactorFormula
        fields = ("name", "formula", "category", "unit", "direction", "description", "is_active")
        widgets = {"formula": UnfoldAdminTextareaWidget(attrs={"rows": 4, "spellcheck": "false", "class": "font-mono"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "formula" in self.fields:
            self.fields["formula"].help_text = words_help()

    def clean(self) -> dict[str, Any] | None:
        asked = super().clean()
        if asked and asked.get("formula") and (asked.get("name") or self.instance.pk):
            existing = FactorFormula.objects.get(pk=self.instance.pk) if self.instance.pk else None
            name = existing.name if existing else asked.get("name", "")
            try:
                formula_validate(
                    name=name, formula=asked["formula"], direction=asked.get("direction") or 1, existing=existing
                )
            except FormulaRefused as error:
                self.add_error(error.field if error.field in self.fields else None, _as_lines(error.reason))
        return asked


def _as_lines(reason: str) -> SafeString | str:
    """The caret must stand below its character: the lines of the formula in a font of equal width."""
    first, found, pointed = reason.partition("\n")
    return format_html("{}<pre>{}</pre>", first, pointed) if found else first


@admin.register(FactorFormula)
class FactorFormulaAdmin(HouseExport, HouseAdmin):
    """Factors written as formulas."""

    form = FormulaForm
    list_display = ("name", "formula", "better", "is_active", "problem", "changed_at")
    list_filter = ("is_active", "category")
    search_fields = ("name", "formula", "description")
    actions = ("try_it",)

    def get_readonly_fields(self, request: HttpRequest, obj: FactorFormula | None = None) -> tuple[str, ...]:
        return ("name",) if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactorFormula]:
        self.problems = formula_problems()
        return super().get_queryset(request)

    def save_model(self, request: HttpRequest, obj: FactorFormula, form: forms.ModelForm, change: bool) -> None:
        asked = {name: form.cleaned_data[name] for name in FormulaForm.Meta.fields if name in form.cleaned_data}
        existing = FactorFormula.objects.get(pk=obj.pk) if change else None
        saved = formula_save(**{"name": obj.name} | asked, owner=request.user, existing=existing)
        obj.pk = saved.pk
        obj.refresh_from_db()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What uses a formula protects it."""
        found, counts, lacking, protected = super().get_deleted_objects(objs, request)
        protected += [f"{formula} is {use}" for formula in objs for use in formula_uses(formula=formula)]
        return found, counts, lacking, protected

    def delete_model(self, request: HttpRequest, obj: FactorFormula) -> None:
        formula_delete(formula=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FactorFormula]) -> None:
        for formula in queryset:
            formula_delete(formula=formula)

    @action(description="Try it: the highest values now", permissions=["view"])
    def try_it(self, request: HttpRequest, queryset: QuerySet[FactorFormula]) -> None:
        for formula in queryset[:3]:
            for region in regions_with_bars():
                try:
                    found = formula_try(formula=formula.formula, region=region, count=5, name=formula.name)
                except FormulaRefused as error:
                    messages.error(request, f"{formula}: {error}")
                    continue
                top = ", ".join(f"{row['ticker']} {short(row['value'])}" for row in found["top"])
                told = f"{formula}, {region} {found['date']}: {found['valued']} of {found['universe']} have a value"
                told += "".join(f", {why} {count}" for why, count in found["without"].items())
                messages.info(request, f"{told}; the highest: {top}" if top else told)

    @display(description="better", label={"more": "success", "less": "info"})
    def better(self, formula: FactorFormula) -> str:
        return "more" if formula.direction > 0 else "less"

    @display(description="problem", empty_value="-")
    def problem(self, formula: FactorFormula) -> str | None:
        return self.problems.get(formula.name)
