"""Tables of a finished backtest that have as many rows as it has trades, holdings, events and rebalances."""

import datetime as dt
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backtests.calc.ledger import Reason
from backtests.models import BacktestEvent, BacktestTrade
from backtests.models.results import OfInstrument
from backtests.views.columns import instrument_address, quantity_told
from market.pages.columns import DayColumn, FigureColumn, PointsColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable


def ticker_address(record: OfInstrument) -> str | None:
    """The page of its instrument, if there still is one."""
    return instrument_address(record.instrument.region, record.instrument.ticker) if record.instrument else None


class QuantityColumn(FigureColumn):
    """Shares."""

    def shown(self, value: Any, record: Any) -> str:
        return quantity_told(value)


class TrailColumn(FigureColumn):
    """The number of a trade; opens why it was made."""

    def shown(self, value: Any, record: Any) -> str:
        there = reverse("backtests:trade", args=[record.session_id, value])
        return format_html(
            '<a class="trail" href="{0}" hx-get="{0}" hx-target="#dialog-body" hx-swap="innerHTML" hx-push-url="false"'
            ' aria-label="{1}">{2}</a>', there, _("Why trade %s") % value, value,
        )  # fmt: skip


class TradeTable(HouseTable):
    number = TrailColumn(verbose_name=_("Trade"))
    trade_date = DayColumn(verbose_name=_("Date"))
    side = WordColumn(verbose_name=_("Side"))
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=ticker_address)
    name = TextColumn(verbose_name=_("Name"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    execution_price = FigureColumn(verbose_name=_("Price"))
    amount = FigureColumn(verbose_name=_("Amount"), digits=0)
    commission = FigureColumn(verbose_name=_("Commission"))
    tax = FigureColumn(verbose_name=_("Tax"))
    profit = FigureColumn(verbose_name=_("Profit"), digits=0, tone=True)
    profit_rate = PointsColumn(verbose_name=_("Profit %"), digits=1, tone=True)
    hold_days = FigureColumn(verbose_name=_("Days held"), digits=0)
    reason = WordColumn(verbose_name=_("Reason"))
    signal_date = DayColumn(verbose_name=_("Decided"))

    title = _("All trades")
    empty = _("Nothing was traded that fits.")
    note = _("Price with slippage, profit net of the costs of both sides. The number of a trade opens why it was made.")
    file = "trades"

    class Meta(HouseTable.Meta):
        order_by = ("number",)


class TradeFilter(forms.Form):
    ticker = forms.CharField(label=_("Ticker"), required=False, max_length=32)
    side = forms.ChoiceField(label=_("Side"), required=False, choices=choices(BacktestTrade.Side.choices))
    reason = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=choices((one.name, one.name.lower().replace("_", " ")) for one in Reason),
    )


class HoldingTable(HouseTable):
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=ticker_address)
    name = TextColumn(verbose_name=_("Name"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    average_price = FigureColumn(verbose_name=_("Average price"))
    close = FigureColumn(verbose_name=_("Close"))
    value = FigureColumn(verbose_name=_("Value"), digits=0)
    weight = PointsColumn(verbose_name=_("Weight"))
    profit = FigureColumn(verbose_name=_("Profit"), digits=0, tone=True)
    profit_rate = PointsColumn(verbose_name=_("Profit %"), digits=1, tone=True)
    first_bought = DayColumn(verbose_name=_("First bought"))
    hold_days = FigureColumn(verbose_name=_("Days held"), digits=0)

    title = _("Held at the end")
    empty = _("Nothing was held at the end.")
    file = "holdings"

    class Meta(HouseTable.Meta):
        order_by = ("-value",)


class EventTable(HouseTable):
    date = DayColumn(verbose_name=_("Date"))
    kind = WordColumn(verbose_name=_("Kind"))
    ticker = TextColumn(verbose_name=_("Ticker"), linkify=ticker_address)
    name = TextColumn(verbose_name=_("Name"))
    figure = FigureColumn(verbose_name=_("Ratio or per share"), digits=4)
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    cash_flow = FigureColumn(verbose_name=_("Cash"), tone=True)
    side = WordColumn(verbose_name=_("Order"))
    reason = WordColumn(verbose_name=_("Why not filled"))

    title = _("Splits, dividends, and orders that came to nothing")
    empty = _("Nothing of this kind happened.")
    file = "events"

    class Meta(HouseTable.Meta):
        order_by = ("date",)


class EventFilter(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=choices(BacktestEvent.Kind.choices))


class SelectionTable(HouseTable):
    date = DayColumn(verbose_name=_("Rebalance"))
    universe = FigureColumn(verbose_name=_("In the universe"), digits=0)
    candidates = FigureColumn(verbose_name=_("Meet all conditions"), digits=0)
    bought = FigureColumn(verbose_name=_("Bought"), digits=0)

    title = _("Selection at each rebalance")
    empty = _("There was no rebalance.")
    note = _("How many names had a bar on the session, who met each condition, who met all of them.")
    file = "selection"

    class Meta(HouseTable.Meta):
        order_by = ("date",)
        sequence = ("date", "universe", "...", "candidates", "bought")


def selection_table(conditions: list[str]) -> type[HouseTable]:
    """The table with a column for each buy condition."""
    columns = {f"met_{place}": FigureColumn(verbose_name=text, digits=0) for place, text in enumerate(conditions)}
    return type("Selection", (SelectionTable,), columns | {"Meta": SelectionTable.Meta})


def selection_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who could be chosen on each rebalance session, who met each condition beside it."""
    return [
        row | {"date": dt.date.fromisoformat(row["date"])}
        | {f"met_{place}": one["met"] for place, one in enumerate(row["conditions"])}
        for row in rows
    ]  # fmt: skip
