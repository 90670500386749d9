"""Asking for a sweep of a backtest: which fields, which values, how many variants that makes."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from backtests.models import BacktestSession, BacktestSweep
from backtests.report.axes import axis_labels
from backtests.report.meaning import in_order, label, units
from backtests.report.text import words
from backtests.services import BacktestError
from backtests.services.axes import axes_check
from backtests.services.grids import values_given
from backtests.services.sweep_plan import OF_METHOD, sweep_ask, sweep_planned
from backtests.views.access import ADD_SWEEP, needs, session_of
from market.pages.asked import number_asked, number_or_404
from market.pages.forms import worded
from market.pages.views import OwnPage

Method = BacktestSweep.Method
AXES_AT_FIRST, MOST_AXES = 2, 20
VARIED = (
    "max_positions", "rebalance", "every", "sizing", "mode", "fill", "cash_buffer", "initial_capital", "commission",
    "tax", "slippage", "volume_cap", "order_by", "benchmark", "risk_free", "normalisation",
)  # fmt: skip
PARTS = ("value", "factor", "field", "operator", "type")


class SweepForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    method = forms.ChoiceField(label=_("Method"), choices=worded(Method.choices), initial=Method.GRID)
    objective = forms.ChoiceField(label=_("Chosen by"), initial="sharpe_ratio")
    samples = forms.IntegerField(label=_("Combinations drawn"), required=False, help_text=_("Of “some combinations”."))
    seed = forms.IntegerField(label=_("Seed"), required=False, help_text=_("The same one draws the same."))
    train = forms.IntegerField(label=_("Months to choose on"), required=False, help_text=_("Of a walk-forward; 24."))
    test = forms.IntegerField(label=_("Months to test on"), required=False, help_text=_("Of a walk-forward; 6."))
    anchored = forms.BooleanField(label=_("Every choice from the first session on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["objective"].choices = [(name, label(name)) for name in in_order(list(units()))]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """``method`` and what belongs to it."""
        found = self.cleaned_data
        given = {name: found[name] for name in OF_METHOD[Method(found["method"])] if found[name] is not None}
        return {"method": found["method"], "objective": found["objective"], **given}


class AxisForm(forms.Form):
    use_required_attribute = False

    field = forms.ChoiceField(label=_("Field"), required=False)
    values = forms.CharField(label=_("Values"), required=False, help_text=_("10, 20, 30 or 10..50:10"))

    def __init__(self, *args: Any, fields: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", "–"), *fields]  # type: ignore[attr-defined]


def fields_offered(config: dict[str, Any]) -> list[tuple[str, str]]:
    """Fields of a configuration that may be varied, with what they are set to."""
    paths = [
        f"{name}.{row}.{part}"
        for name in ("buy_conditions", "sell_conditions")
        for row, one in enumerate(config.get(name) or [])
        for part in PARTS if part in one
    ]  # fmt: skip
    given = {f"{name}.{row}.{part}": value for name in ("buy_conditions", "sell_conditions")
             for row, one in enumerate(config.get(name) or []) for part, value in one.items()}  # fmt: skip
    paths += [name for name in VARIED if name in config]
    labels = axis_labels(paths, {})
    told = {path: axis_labels([path], config)[path] if path.endswith(".value") else labels[path] for path in paths}
    return [(path, f"{told[path]} ({words(given.get(path, config.get(path)))})") for path in paths]


class NewSweep(OwnPage):
    """``like``: the backtest whose fields are varied."""

    title = _("New sweep")
    template_name = "backtests/sweeps/new.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            needs(request, ADD_SWEEP)
        return super().dispatch(request, *args, **kwargs)

    def base(self) -> BacktestSession:
        return session_of(self.request, number_or_404(self.request.GET.get("like", "")))

    def read(self, base: BacktestSession, data: QueryDict | None) -> None:
        fields = fields_offered(base.config)
        made = forms.formset_factory(AxisForm, extra=AXES_AT_FIRST, max_num=MOST_AXES, absolute_max=MOST_AXES)
        if data is not None:
            made.extra = 0
        self.form = SweepForm(data, initial={"name": base.label})
        self.axes = made(data, prefix="axis", form_kwargs={"fields": fields})

    def checked(self, base: BacktestSession) -> tuple[dict[str, Any], int]:
        """What is asked for and how many variants it has; BacktestError. The form has to be good."""
        axes: dict[str, Any] = {}
        for row in self.axes:
            field, values = row["field"].value(), (row["values"].value() or "").strip()
            if not field or not values:
                continue
            if field in axes:
                raise BacktestError(f"axes: {field}: is there twice")
            axes[field] = values_given(values, field)
            axes_check(base.config, {field: axes[field]})
        asked = {"config": base.config, "axes": axes, **self.form.asked()}
        planned = {name: value for name, value in asked.items() if name != "seed"}
        return asked, sweep_planned(**planned, owner=self.request.user)

    def refused(self, base: BacktestSession) -> tuple[dict[str, str], dict[str, Any], int]:
        """Reasons by place, else what is asked for with the number of its variants."""
        if not self.form.is_valid():
            return {name: " ".join(map(str, found)) for name, found in self.form.errors.items()}, {}, 0
        try:
            asked, count = self.checked(base)
        except BacktestError as error:
            return {self._place(str(error)): self._reason(str(error))}, {}, 0
        return {}, asked, count

    def _place(self, refusal: str) -> str:
        name, _dash, reason = refusal.partition(": ")
        if name in self.form.fields:
            return name
        field = reason.partition(": ")[0]
        return next((row.prefix for row in self.axes if row["field"].value() == field), "axes")

    @staticmethod
    def _reason(refusal: str) -> str:
        return refusal.removeprefix("axes: ")

    def context(self, base: BacktestSession, errors: dict[str, str], count: int) -> dict[str, Any]:
        places = ["axes", *self.form.fields, *(row.prefix for row in self.axes)]
        return {
            "base": base, "form": self.form, "axes": self.axes, "count": count,
            "errors": dict.fromkeys(places, "") | errors,
        }  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            base = self.base()
            self.read(base, None)
            kwargs |= self.context(base, {}, 0)
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        base, data = self.base(), request.POST.copy()
        do = data.pop("do", [""])[-1]
        if do == "add":
            total = number_asked(data.get("axis-TOTAL_FORMS", "")) or 0
            data["axis-TOTAL_FORMS"] = str(min(total + 1, MOST_AXES))
        self.read(base, data)
        errors, asked, count = self.refused(base)
        if do == "check":
            return TemplateResponse(request, "backtests/sweeps/checked.html", self.context(base, errors, count))
        if do == "add":
            return TemplateResponse(request, "backtests/sweeps/form.html", self.context(base, errors, count))
        if not errors:
            try:
                made = sweep_ask(**asked, owner=request.user, name=self.form.cleaned_data["name"])
                return redirect("backtests:sweep", made.pk)
            except BacktestError as error:
                errors = {self._place(str(error)): self._reason(str(error))}
        return self.render_to_response(self.get_context_data(**self.context(base, errors, count)))
