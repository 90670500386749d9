"""A formula tried out while it is written, and saved as a factor."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factors.models import FactorFormula
from factors.services.formulas import FormulaRefused, formula_check, formula_save, formula_try
from factors.views.reasons import reason_label
from factors.views.scope import region_newest
from market.pages.forms import worded
from market.pages.views import OwnPage
from market.regions import REGION_CHOICES

SHOWN = 10
EXAMPLE = "mean(close, 20) / mean(close, 120) - 1"
PERMISSION = "factors.add_factorformula"


class FormulaForm(forms.Form):
    """The formula, the region it is tried on, and what it is to be called."""

    formula = forms.CharField(
        label=gettext_lazy("Formula"), max_length=5000, required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": EXAMPLE}),
    )  # fmt: skip
    region = forms.ChoiceField(label=gettext_lazy("Tried on"), choices=worded(REGION_CHOICES))
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=64)
    direction = forms.TypedChoiceField(
        label=gettext_lazy("Direction"), choices=worded(FactorFormula.Direction.choices), coerce=int, required=False,
        empty_value=1,
    )  # fmt: skip
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=500)


class Formula(OwnPage):
    """GET and htmx try it; POST with ``save`` keeps it."""

    template_name = "factors/formula.html"
    title = gettext_lazy("Try a formula")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        data = request.GET.copy()
        data.setdefault("region", region_newest())
        self.form = FormulaForm(data)
        self.tried = self._tried() if self.form.is_valid() else {}
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        self.form, self.tried = FormulaForm(request.POST), {}
        if self.form.is_valid():
            asked = {name: value for name, value in self.form.cleaned_data.items() if name != "region"}
            try:
                saved = formula_save(**asked, owner=request.user)
            except FormulaRefused as refused:
                self._tell(refused)
            else:
                told = _("%(name)s is saved: it is computed with the other factors from now on.")
                messages.success(request, told % {"name": saved.name})
                return redirect("factors:factor", saved.name)
            self.tried = self.tried or self._tried()
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(form=self.form, tried=self.tried, example=EXAMPLE, **kwargs)

    def _tried(self) -> dict[str, Any]:
        """What the formula gives now; its mistake with the place of it."""
        asked = self.form.cleaned_data
        formula = asked.get("formula", "")  # gone where it was refused
        if not formula.strip():
            return {}
        try:
            needs = formula_check(formula=formula)
            found = formula_try(formula=formula, region=asked["region"], count=SHOWN)
        except FormulaRefused as refused:
            return {"wrong": _first_line(refused.reason), **_around(formula, refused.position)}
        without = [(reason_label(code), count) for code, count in found["without"].items() if count]
        return {"needs": needs, "found": found, "without": without}

    def _tell(self, refused: FormulaRefused) -> None:
        field = refused.field if refused.field in self.form.fields else None
        self.form.add_error(field, _first_line(refused.reason))


def _first_line(reason: str) -> str:
    """Without the formula below it, where the place is marked: the page marks it itself."""
    return reason.split("\n", 1)[0]


def _around(formula: str, position: int | None) -> dict[str, str]:
    """The text before a mistake, and from it on."""
    if position is None:
        return {}
    return {"before": formula[: position - 1], "after": formula[position - 1 :]}
