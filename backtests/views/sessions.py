"""The list of backtests."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backtests.models import BacktestSession, Status
from backtests.models.sessions import NOBODY
from backtests.views.access import ADD_SESSION, DELETE_SESSION
from backtests.views.columns import STATUS_TONES, StatusColumn
from market.pages.columns import DayColumn, FigureColumn, PointsColumn, TextColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import OwnPage, TablesMixin
from market.regions import REGION_CHOICES

MINE, SHARED = "mine", "shared"


def session_address(record: BacktestSession) -> str:
    return reverse("backtests:session", args=[record.pk])


def strategy_address(record: BacktestSession) -> str | None:
    return reverse("factors:strategy", args=[record.strategy_id]) if record.strategy_id else None


class CodeColumn(TextColumn):
    """A region by its two letters."""

    def render(self, record: BacktestSession) -> str:
        return record.region


class PickColumn(tables.Column):
    """Marks a finished backtest for the comparison; the boxes belong to the form ``compare``."""

    def __init__(self) -> None:
        css = {"class": "pick"}
        super().__init__(
            verbose_name=_("Compare"), accessor="pk", orderable=False, exclude_from_export=True,
            attrs={"th": css, "td": css},
        )  # fmt: skip

    def render(self, value: int, record: BacktestSession) -> str:
        if record.status != Status.COMPLETED:
            return ""
        label = _("Compare %s") % record
        return format_html('<input type="checkbox" name="ids" value="{}" form="compare" aria-label="{}">', value, label)


class RemoveColumn(tables.Column):
    """A way to the question whether a backtest is to be deleted, for its owner and staff."""

    def __init__(self) -> None:
        super().__init__(verbose_name="", accessor="pk", orderable=False, exclude_from_export=True)

    def render(self, value: int, record: BacktestSession, table: HouseTable) -> str:
        user = table.request.user
        if record.owner_id != user.pk and not user.is_staff:
            return ""
        there, label = reverse("backtests:delete", args=[value]), _("Delete %s") % record
        return format_html(
            '<a class="remove" href="{0}" hx-get="{0}" hx-target="#dialog-body" hx-push-url="false" aria-label="{1}"'
            ' title="{1}">×</a>', there, label,
        )  # fmt: skip


class SessionTable(HouseTable):
    name = TextColumn(verbose_name=_("Backtest"), linkify=session_address, accessor="label", order_by="name")
    pick = PickColumn()
    status = StatusColumn(verbose_name=_("Status"), tones=STATUS_TONES)
    strategy = TextColumn(verbose_name=_("Strategy"), accessor="strategy__name", linkify=strategy_address)
    region = CodeColumn(verbose_name=_("Region"))
    start = DayColumn(verbose_name=_("From"))
    end = DayColumn(verbose_name=_("To"))
    total_return = PointsColumn(verbose_name=_("Return"), tone=True, digits=1)
    annualized_return = PointsColumn(verbose_name=_("CAGR"), tone=True, digits=1)
    sharpe_ratio = FigureColumn(verbose_name=_("Sharpe"))
    max_drawdown = PointsColumn(verbose_name=_("Drawdown"), digits=1)
    trade_count = FigureColumn(verbose_name=_("Trades"), digits=0)
    serious = FigureColumn(verbose_name=_("Serious"), digits=0)
    owner = TextColumn(verbose_name=_("Owner"), accessor="owner__username")
    created_at = DayColumn(verbose_name=_("Created"), order_by="id")
    remove = RemoveColumn()

    empty = _("No backtest here. Build one, or run an example: manage.py run_backtest docs/examples/momentum.yaml")
    note = _("Drawdown: the deepest. Serious: findings that one has to know before trusting the figures.")
    file = "backtests"

    class Meta(HouseTable.Meta):
        order_by = ("-created_at",)
        sequence = (
            "name", "pick", "status", "total_return", "annualized_return", "sharpe_ratio", "max_drawdown",
            "trade_count", "serious", "region", "start", "end", "strategy", "...", "remove",
        )  # fmt: skip


class SessionFilter(forms.Form):
    search = forms.CharField(label=_("Name"), required=False, max_length=120)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=choices(Status.choices))
    region = forms.ChoiceField(label=_("Region"), required=False, choices=choices(REGION_CHOICES))
    strategy = forms.CharField(label=_("Strategy"), required=False, max_length=64)
    whose = forms.ChoiceField(
        label=_("Whose"), required=False, choices=choices([(MINE, _("Mine")), (SHARED, _("Shared, of nobody"))])
    )


class Sessions(TablesMixin, OwnPage):
    """One's own backtests and those of nobody; staff see all."""

    title = _("Backtests")
    template_name = "backtests/pages/sessions.html"
    tables = {"sessions": SessionTable}
    filters = {"sessions": SessionFilter}

    def rows_sessions(self, asked: dict[str, Any]) -> QuerySet[BacktestSession]:
        whose = asked.pop("whose", "")
        owner = {MINE: self.request.user.get_username(), SHARED: NOBODY}.get(whose, "")
        rows = BacktestSession.objects.visible_to(self.request.user).matching(**asked, owner=owner)
        return rows.with_figures().with_serious().defer("config", "warnings", "timings", "data_revision")

    def table(self, name: str) -> HouseTable:
        found = super().table(name)
        if not self.request.user.has_perm(DELETE_SESSION):
            found.columns.hide("remove")
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_add=self.request.user.has_perm(ADD_SESSION), **kwargs)
