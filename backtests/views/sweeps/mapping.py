"""The heat map of a sweep over two chosen axes and a chosen figure."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backtests.models import BacktestSweep
from backtests.report.axes import axis_labels
from backtests.report.meaning import label
from backtests.report.sweep_charts import BEST, MEAN, map_chart, risk_and_return
from backtests.services import best_variants
from backtests.views.access import sweep_of
from backtests.views.sweeps.variants import figures_of
from market.pages.charts import Chart, numbered
from market.pages.views import OwnPage

OF_POINTS = ("total_return", "max_drawdown")


class MapForm(forms.Form):
    """What is drawn over what; anything else than offered is the first."""

    figure = forms.ChoiceField(label=_("Figure"), required=False)
    across = forms.ChoiceField(label=_("Across"), required=False)
    down = forms.ChoiceField(label=_("Down"), required=False)
    how = forms.ChoiceField(
        label=_("Over the other axes"), required=False, choices=[(BEST, _("The best")), (MEAN, _("The mean"))]
    )

    def __init__(self, *args: Any, sweep: BacktestSweep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = axis_labels([axis["field"] for axis in sweep.axes], sweep.config)
        axes = [(axis["field"], labels[axis["field"]]) for axis in sweep.axes]
        self.offered = {"figure": [(name, label(name)) for name in figures_of(sweep)], "across": axes, "down": axes}
        for name, found in self.offered.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]
        if len(axes) > 1:
            self.fields["down"].initial = axes[1][0]
        if len(axes) < 3:
            del self.fields["how"]
        if len(axes) < 2:
            del self.fields["across"], self.fields["down"]

    def chosen(self) -> dict[str, str]:
        """``figure``, ``across``, ``down`` (another than ``across``) and ``how``."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) or rows[0][0] for name, rows in self.offered.items()}
        others = [field for field, _label in self.offered["down"] if field != found["across"]]
        if found["down"] == found["across"] and others:
            found["down"] = others[0]
        return found | {"how": self.cleaned_data.get("how") or BEST}


class SweepMap(OwnPage):
    """The charts alone: all variants are read for them."""

    template_name = "backtests/sweeps/map.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sweep = sweep_of(self.request, kwargs["pk"])
        charts = []
        if sweep.axes:  # else nothing varies that could be drawn
            chosen = MapForm(self.request.GET, sweep=sweep).chosen()
            charts = [one for one in charts_of(sweep, chosen) if one is not None]
        numbered(charts)
        return super().get_context_data(charts=charts, **kwargs)


def charts_of(sweep: BacktestSweep, chosen: dict[str, str]) -> list[Chart | None]:
    """The heat map, and return against drawdown with the best marked."""
    names = list(dict.fromkeys([chosen["figure"], sweep.objective, *OF_POINTS]))
    rows = sweep.variants.completed().with_figures(names).order_by("number")
    keys = [f"figure_{name}" for name in names]
    done = [
        {"number": number, "overrides": overrides, "statistics": dict(zip(names, figures, strict=True))}
        for number, overrides, *figures in rows.values_list("number", "overrides", *keys)
    ]
    drawn = {
        "axes": sweep.axes, "labels": axis_labels([axis["field"] for axis in sweep.axes], sweep.config),
        "objective": chosen["figure"],
    }  # fmt: skip
    known = [one for one in done if one["statistics"][chosen["figure"]] is not None]
    first = best_variants(sweep).filter(objective__isnull=False).values_list("number", flat=True).first()
    chosen_by = [one for one in done if one["statistics"][sweep.objective] is not None]
    best = next((one for one in chosen_by if one["number"] == first), None)
    return [
        map_chart(drawn, known, chosen["across"], chosen["down"], chosen["how"]),
        risk_and_return(chosen_by, best, drawn | {"objective": sweep.objective}),
    ]
