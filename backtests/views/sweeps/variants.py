"""The table of a sweep's variants: what each sets, what came of it, why it failed."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backtests.models import BacktestSweep, BacktestVariant, Status
from backtests.report.axes import axis_labels
from backtests.report.meaning import LOWER, label, units
from backtests.report.text import words
from backtests.views.columns import STATUS_TONES
from market.pages.columns import BadgeColumn, FigureColumn, PointsColumn, TextColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable

FIGURES = (
    "total_return", "annualized_return", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "volatility", "max_drawdown",
    "excess_return", "win_rate", "trades", "annual_turnover",
)  # fmt: skip
PERIOD = ("start", "end")


class SettingColumn(TextColumn):
    """What a variant sets a field to."""

    def render(self, value: Any) -> str:
        return words(value)

    def value(self, value: Any) -> Any:
        return words(value) if isinstance(value, list | dict | bool) else value


class VariantColumn(FigureColumn):
    """Its number; opens the builder with its configuration."""

    def shown(self, value: Any, record: BacktestVariant) -> str:
        there = f"{reverse('backtests:new')}?sweep={record.sweep_id}&variant={value}"
        return format_html('<a href="{}" title="{}">{}</a>', there, _("Open in the builder"), value)


class RunColumn(tables.Column):
    """Backtests a variant with all its trades."""

    def __init__(self) -> None:
        super().__init__(verbose_name="", accessor="number", orderable=False, exclude_from_export=True)

    def render(self, value: int, record: BacktestVariant) -> str:
        there = reverse("backtests:variant-run", args=[record.sweep_id, value])
        return format_html(
            '<button class="quiet" type="button" hx-post="{}" hx-push-url="false" aria-label="{}">{}</button>',
            there, _("Backtest variant %s") % value, _("Backtest"),
        )  # fmt: skip


class VariantStatusColumn(BadgeColumn):
    def render(self, value: Any, record: BacktestVariant, bound_column: Any) -> str:
        return super().render(record.status, record, bound_column)


class VariantTable(HouseTable):
    number = VariantColumn(verbose_name=_("Variant"), digits=0)
    status = VariantStatusColumn(verbose_name=_("Status"), tones=STATUS_TONES)
    error = TextColumn(verbose_name=_("Why it failed"))
    seconds = FigureColumn(verbose_name=_("Seconds"))

    title = _("Variants")
    empty = _("No variant of this kind.")
    note = _("The number of a variant opens its configuration in the builder.")
    file = "variants"


class VariantFilter(forms.Form):
    status = forms.ChoiceField(label=_("Status"), required=False, choices=choices(Status.choices))


def fields_of(sweep: BacktestSweep) -> list[str]:
    """What variants set: the axes, of a walk-forward its windows, too."""
    period = PERIOD if sweep.method == BacktestSweep.Method.WALK_FORWARD else ()
    return [*period, *(axis["field"] for axis in sweep.axes)]


def figures_of(sweep: BacktestSweep) -> list[str]:
    """What came out, the objective first."""
    return list(dict.fromkeys([sweep.objective, *FIGURES]))


def variant_table(sweep: BacktestSweep, *, may_run: bool) -> type[HouseTable]:
    """The table with a column for each field that is varied and for each figure, the best first."""
    fields = fields_of(sweep)
    labels = axis_labels(fields, sweep.config)
    columns: dict[str, Any] = {
        f"axis_{place}": SettingColumn(verbose_name=labels[field]) for place, field in enumerate(fields)
    }
    columns |= {f"figure_{name}": _figure(name) for name in figures_of(sweep)}
    if may_run and sweep.method != BacktestSweep.Method.WALK_FORWARD:
        columns["run"] = RunColumn()
    objective = f"figure_{sweep.objective}"
    order = objective if sweep.objective in LOWER else f"-{objective}"
    settings = {"order_by": (order,), "sequence": ("number", "...", "status", "error", "seconds")}
    columns["Meta"] = type("Meta", (HouseTable.Meta,), settings)
    return type("Variants", (VariantTable,), columns)


def _figure(name: str) -> FigureColumn:
    unit = units().get(name, "")
    if unit == "%":
        return PointsColumn(verbose_name=label(name))
    return FigureColumn(verbose_name=label(name), digits=0 if unit in ("count", "sessions") else 2)
