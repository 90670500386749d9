"""One proposal: its trades, the portfolio before and after them, who decided what, and the decision."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from market.pages.columns import BadgeColumn, DayColumn, FigureColumn, MoneyColumn, PointsColumn, TextColumn
from market.pages.formats import money, points
from market.pages.parts import Tile
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.charts.targets import weights_chart
from portfolio.models import RebalancingEvent
from portfolio.services.comparison import unvalued_note
from portfolio.services.rebalancing_booking import outdated_notes
from portfolio.services.rebalancing_decisions import rebalancing_approve, rebalancing_cancel, rebalancing_fail
from portfolio.views.base import OfPortfolio, PortfolioPage, Refused, reason_of
from portfolio.views.links import ExactColumn, symbol_address
from portfolio.views.rebalancing import MODES, STATES, TONES, TRIGGERS, proposal_address

Row = dict[str, Any]
TAKE: dict[str, tuple[Callable[..., RebalancingEvent], Any]] = {
    "approve": (rebalancing_approve, _("The proposal is approved: book it when it is traded.")),
    "cancel": (rebalancing_cancel, _("The proposal is rejected; nothing was booked.")),
    "fail": (rebalancing_fail, _("The proposal is marked as failed; nothing was booked.")),
}


def _base(record: Row) -> str:
    return str(record["base"])


class TradeTable(HouseTable):
    number = FigureColumn(verbose_name=_("No."), digits=0)
    side = BadgeColumn(
        verbose_name=_("Side"), tones={"BUY": "done", "SELL": "late"}, labels={"BUY": _("Buy"), "SELL": _("Sell")}
    )
    asset = TextColumn(verbose_name=_("Asset"), linkify=lambda record: symbol_address(record["asset"]))
    name = TextColumn(verbose_name=_("Name"))
    quantity = ExactColumn(verbose_name=_("Quantity"))
    price = MoneyColumn(verbose_name=_("Price"), currency=lambda record: record["currency"])
    value = MoneyColumn(verbose_name=_("Amount"), currency=_base)
    commission = MoneyColumn(verbose_name=_("Commission"), currency=_base)
    tax = MoneyColumn(verbose_name=_("Tax"), currency=_base)
    before = PointsColumn(verbose_name=_("Weight before"))
    after = PointsColumn(verbose_name=_("Weight after"))
    price_date = DayColumn(verbose_name=_("Price of"))

    title = _("Trades")
    file = "trades"
    per_page = 100
    note = _("Price in the asset's currency, all else in the portfolio's.")

    class Meta(HouseTable.Meta):
        order_by = ("number",)


class StateTable(HouseTable):
    asset = TextColumn(verbose_name=_("Asset"), linkify=lambda record: symbol_address(record["asset"]))
    target = PointsColumn(verbose_name=_("Target"))
    before = PointsColumn(verbose_name=_("Weight before"))
    after = PointsColumn(verbose_name=_("Weight after"))
    drift_before = PointsColumn(verbose_name=_("Drift before"), tone=True)
    drift_after = PointsColumn(verbose_name=_("Drift after"), tone=True)
    value_before = MoneyColumn(verbose_name=_("Value before"), currency=_base, digits=0)
    value_after = MoneyColumn(verbose_name=_("Value after"), currency=_base, digits=0)

    title = _("Before and after")
    file = "before-and-after"
    per_page = 100

    class Meta(HouseTable.Meta):
        order_by = ("-target",)


class OfProposal(OfPortfolio):
    """Below ``/portfolios/<pk>/rebalancing/<number>/``."""

    @cached_property
    def event(self) -> RebalancingEvent:
        rows = self.portfolio.rebalancing_events.select_related("portfolio").prefetch_related("steps__user")
        found = rows.filter(pk=self.kwargs["event"]).first()
        if found is None:
            raise Http404(f"no rebalancing #{self.kwargs['event']} of this portfolio")
        return found

    @property
    def obstacles(self) -> list[str]:
        """Why it should not be booked as it is; nothing once it is closed."""
        waiting = unvalued_note(self.portfolio.pk)
        notes = [*outdated_notes(self.event), *([waiting] if waiting else [])]
        return notes if self.event.is_open else []


class Proposal(TablesMixin, OfProposal, PortfolioPage):
    """The page of a proposal."""

    template_name = "portfolio/proposal.html"
    tab = "rebalancing"
    tables = {"trades": TradeTable, "states": StateTable}

    @cached_property
    def states(self) -> list[Row]:
        """Every asset before and after."""
        after = {row["asset"]: row for row in self.event.post_state["assets"]}
        return [
            {
                "asset": row["asset"], "base": self.portfolio.base_currency, "target": row["target"],
                **{f"{name}_before": row[name] for name in ("drift", "value")}, "before": row["weight"],
                **{f"{name}_after": after[row["asset"]][name] for name in ("drift", "value")},
                "after": after[row["asset"]]["weight"],
            }
            for row in self.event.pre_state["assets"] if row["asset"] in after
        ]  # fmt: skip

    def rows_trades(self, asked: Row) -> list[Row]:
        weights = {row["asset"]: {name: row[name] for name in ("before", "after")} for row in self.states}
        base = {"base": self.portfolio.base_currency, "before": None, "after": None}
        return [
            action | base | weights.get(action["asset"], {}) | {"price_date": day_of(action["price_date"])}
            for action in self.event.actions
        ]  # fmt: skip

    def rows_states(self, asked: Row) -> list[Row]:
        return self.states

    def figures(self) -> Row:
        event = self.event
        return {
            "event": event, "state": STATES[event.status], "tone": TONES[event.status], "tiles": self._tiles(),
            "mode": MODES[event.mode], "trigger": TRIGGERS[event.trigger], "obstacles": self.obstacles,
            "steps": [(step, STATES[step.status], TONES[step.status]) for step in event.steps.all()],
            "chart": weights_chart(
                gettext("Weights before, after, and wanted"), self.states,
                [("before", gettext("Before")), ("after", gettext("After")), ("target", gettext("Target"))],
            ) | {"wide": True},
        }  # fmt: skip

    def _tiles(self) -> list[Tile]:
        event, currency = self.event, self.portfolio.base_currency
        before, after = event.pre_state["total_drift"], event.post_state["total_drift"]
        sides = {side: sum(one["value"] for one in event.actions if one["side"] == side) for side in ("BUY", "SELL")}
        drift = gettext("from %(before)s") % {"before": points(before)}
        return [
            Tile(gettext("Turnover"), points(event.turnover), gettext("half of what is traded"), True),
            Tile(gettext("Bought"), money(sides["BUY"], currency, 0)),
            Tile(gettext("Sold"), money(sides["SELL"], currency, 0)),
            Tile(gettext("Commission"), money(event.cost, currency)),
            Tile(gettext("Tax"), money(event.tax, currency), gettext("an estimate")),
            Tile(gettext("Paid in first"), money(event.deposit, currency)),
            Tile(gettext("Total drift after"), points(after), drift),
        ]  # fmt: skip


def day_of(text: str | None) -> Any:
    """Days in stored plans are texts."""
    return None if text is None else parse_date(text)


class Decide(OfProposal, View):
    """A proposal approved, rejected, or said to have failed."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        event, step = self.event, request.POST.get("step", "")
        if step not in TAKE:
            raise Http404(f"no step {step[:40]!r}")
        take, text = TAKE[step]
        try:
            take(event=event, user=request.user, note=request.POST.get("note", "").strip())
        except Refused as error:
            messages.error(request, reason_of(error))
        else:
            messages.success(request, text)
        return redirect(proposal_address(event))
