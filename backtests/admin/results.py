"""The rows of backtests in the admin: trades, days, final holdings, events. Narrowed to one backtest from its page."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from backtests.admin.base import QuietChangeList, row_link, told
from backtests.models import BacktestEvent, BacktestHolding, BacktestSnapshot, BacktestTrade
from etfs.admin.base import Section, SectionsMixin, day_column
from etfs.admin.runs import NumberFilter
from market.adminbase import HouseAdmin, HouseExport, ReadOnlyMixin, figure

SIDES = {"BUY": "info", "SELL": "success"}
KINDS = {"SPLIT": "info", "DIVIDEND": "success", "CANCELLED": "warning"}


class SessionFilter(NumberFilter):
    title, parameter_name = "number of the backtest", "session"


class RowAdmin(HouseExport, ReadOnlyMixin, HouseAdmin):
    """Rows in the order of the table's key, which begins with the backtest."""

    search_fields = ("=ticker", "name")
    search_help_text = "The ticker, or a part of the name"
    list_filter: tuple[Any, ...] = (SessionFilter,)
    ordering: tuple[str, ...] = ("session", "number")
    readonly_fields: tuple[str, ...] = ("backtest",)
    nothing_listed = "Run a backtest first: manage.py run_backtest CONFIG.yaml"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuietChangeList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Without the backtest where all rows are of one."""
        of_one = request.GET.get(SessionFilter.parameter_name)
        return tuple(name for name in self.list_display if not of_one or name != "backtest")

    @display(description="backtest", ordering="session")
    def backtest(self, row: Any) -> SafeString:
        return row_link("backtestsession", row.session_id, f"#{row.session_id}")


class WithFactorsAdmin(SectionsMixin, RowAdmin):
    """Rows with figures of factors, which their page shows as a table."""

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("factors", "session", "instrument")

    def sections(self, row: Any) -> Iterable[Section]:
        figures = {name: one for name, one in row.factors.items() if name != "as_of"}
        rows = [(name, told(one["value"], 4), told(one["score"], 4), told(one["percentile"], 1))
                for name, one in figures.items()]  # fmt: skip
        note = f"on {row.factors['as_of']}" if "as_of" in row.factors else ""
        headings = ("factor", "value", "score", "percentile")
        return [Section("Figures that decided", headings, rows, right=(1, 2, 3), text=(0,), note=note)]


@admin.register(BacktestTrade)
class BacktestTradeAdmin(WithFactorsAdmin):
    list_display = (
        "number", "backtest", day_column("trade_date", "day"), "ticker", "name", "shown_side", figure("quantity"),
        figure("execution_price", "price"), figure("amount"), figure("profit", signed=True),
        figure("profit_rate", "profit %", signed=True), figure("hold_days", "days"), "reason",
    )  # fmt: skip
    list_filter = (SessionFilter, ("side", ChoicesDropdownFilter))
    list_display_links = ("number", "ticker")

    @display(description="side", ordering="side", label=SIDES)
    def shown_side(self, row: BacktestTrade) -> str:
        return row.side


@admin.register(BacktestHolding)
class BacktestHoldingAdmin(WithFactorsAdmin):
    list_display = (
        "number", "backtest", "ticker", "name", figure("weight", "weight %"), figure("value"), figure("quantity"),
        figure("average_price", "paid"), figure("close"), figure("profit", signed=True),
        figure("profit_rate", "profit %", signed=True), day_column("first_bought", "since"),
        figure("hold_days", "days"),
    )  # fmt: skip
    list_display_links = ("number", "ticker")


@admin.register(BacktestSnapshot)
class BacktestSnapshotAdmin(RowAdmin):
    list_display = (
        day_column("date", "day"), "backtest", figure("value"), figure("daily_return", "day %", signed=True),
        figure("drawdown", "drawdown %"), figure("benchmark"), figure("cash"), figure("positions"),
        figure("turnover", "turnover %"),
    )  # fmt: skip
    search_fields = ()
    ordering = ("session", "date")
    exclude = ("session",)


@admin.register(BacktestEvent)
class BacktestEventAdmin(RowAdmin):
    list_display = (
        "number", "backtest", day_column("date", "day"), "ticker", "name", "shown_kind", figure("figure"),
        figure("quantity"), figure("cash_flow", "cash"), "side", "reason",
    )  # fmt: skip
    list_filter = (SessionFilter, ("kind", ChoicesDropdownFilter))
    list_display_links = ("number", "ticker")
    exclude = ("session", "instrument")

    @display(description="kind", ordering="kind", label=KINDS)
    def shown_kind(self, row: BacktestEvent) -> str:
        return row.kind
