"""The list of sweeps."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backtests.models import BacktestSweep, Status
from backtests.report.meaning import label
from backtests.views.columns import STATUS_TONES, StatusColumn
from market.pages.columns import DayColumn, FigureColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin


def sweep_address(record: BacktestSweep) -> str:
    return reverse("backtests:sweep", args=[record.pk])


class ObjectiveColumn(TextColumn):
    """A figure's name in words."""

    def render(self, value: str) -> str:
        return label(value)


class SweepTable(HouseTable):
    name = TextColumn(verbose_name=_("Sweep"), linkify=sweep_address, accessor="label", order_by="name")
    status = StatusColumn(verbose_name=_("Status"), tones=STATUS_TONES)
    method = WordColumn(verbose_name=_("Method"), accessor="get_method_display", order_by="method")
    objective = ObjectiveColumn(verbose_name=_("Chosen by"))
    variant_count = FigureColumn(verbose_name=_("Variants"), digits=0)
    deflated = FigureColumn(verbose_name=_("Deflated Sharpe of the best"), digits=3)
    owner = TextColumn(verbose_name=_("Owner"), accessor="owner__username")
    created_at = DayColumn(verbose_name=_("Created"), order_by="id")

    empty = _("No sweep yet. Open a finished backtest and choose “Sweep from it”.")
    note = _("Deflated Sharpe: the probability that the best is better than the luck of so many tries.")
    file = "sweeps"

    class Meta(HouseTable.Meta):
        order_by = ("-created_at",)


class SweepFilter(forms.Form):
    search = forms.CharField(label=_("Name"), required=False, max_length=120)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=choices(Status.choices))
    method = forms.ChoiceField(label=_("Method"), required=False, choices=choices(BacktestSweep.Method.choices))


class Sweeps(TablesMixin, OwnPage):
    """One's own sweeps and those of nobody; staff see all."""

    title = _("Sweeps")
    template_name = "backtests/sweeps/list.html"
    tables = {"sweeps": SweepTable}
    filters = {"sweeps": SweepFilter}

    def rows_sweeps(self, asked: dict[str, Any]) -> QuerySet[BacktestSweep]:
        rows = BacktestSweep.objects.visible_to(self.request.user).matching(**asked).with_deflated()
        return rows.select_related("owner").defer("config", "result", "tests", "options", "timings")
