"""Is it time, what exactly to trade, and what was proposed so far."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from market.pages.columns import BadgeColumn, DayColumn, MoneyColumn, PointsColumn, TextColumn
from market.pages.formats import day
from market.pages.forms import choices
from market.pages.parts import Cell, Table
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.models import RebalancingEvent
from portfolio.services.rebalancing import LARGEST_DEPOSIT, rebalancing_propose, rebalancing_recommendations
from portfolio.services.rebalancing_decisions import open_event
from portfolio.views.base import OfPortfolio, Part, PortfolioPage, Refused, reason_of

Row = dict[str, Any]
TONES = {"PENDING": "late", "APPROVED": "running", "COMPLETED": "done", "FAILED": "failed", "CANCELLED": ""}
STATES = {
    "PENDING": _("Proposed"), "APPROVED": _("Approved"), "COMPLETED": _("Booked"), "FAILED": _("Failed"),
    "CANCELLED": _("Rejected"),
}  # fmt: skip
MODES = {
    "full": _("Full: to every target"), "band": _("Band: breaches alone, to the nearer edge"),
    "cash_only": _("Cash only: buys, sells nothing"),
}  # fmt: skip
TRIGGERS = {"SCHEDULED": _("Schedule"), "THRESHOLD": _("Tolerance"), "MANUAL": _("By hand")}


def proposal_address(record: RebalancingEvent) -> str:
    return reverse("portfolio:proposal", args=[record.portfolio_id, record.pk])


def _currency(record: RebalancingEvent) -> str:
    return str(record.portfolio.base_currency)


class ProposalTable(HouseTable):
    id = TextColumn(verbose_name=_("No."), linkify=proposal_address)
    as_of = DayColumn(verbose_name=_("Prices of"))
    status = BadgeColumn(verbose_name=_("State"), tones=TONES, labels=STATES)
    mode = TextColumn(verbose_name=_("Method"))
    trigger = TextColumn(verbose_name=_("Set off by"))
    turnover = PointsColumn(verbose_name=_("Turnover"))
    cost = MoneyColumn(verbose_name=_("Commission"), currency=_currency)
    tax = MoneyColumn(verbose_name=_("Tax"), currency=_currency)
    created_at = DayColumn(verbose_name=_("Proposed on"))
    finished_at = DayColumn(verbose_name=_("Closed on"))
    reason = TextColumn(verbose_name=_("Why"), css="wrap")

    title = _("Proposals")
    file = "rebalancing"
    empty = _("Nothing was proposed yet: compare the plans above and propose one.")

    class Meta(HouseTable.Meta):
        order_by = ("-id",)

    def render_mode(self, record: RebalancingEvent) -> str:
        return str(MODES[record.mode])

    def render_trigger(self, record: RebalancingEvent) -> str:
        return str(TRIGGERS[record.trigger])


class ProposalFilter(forms.Form):
    status = forms.ChoiceField(label=_("State"), required=False, choices=choices(list(STATES.items())))
    trigger = forms.ChoiceField(label=_("Set off by"), required=False, choices=choices(list(TRIGGERS.items())))


class Rebalancing(TablesMixin, PortfolioPage):
    """The proposal that waits, the plans as they would be now, and what was proposed before."""

    template_name = "portfolio/rebalancing.html"
    tab = "rebalancing"
    tables = {"proposals": ProposalTable}
    filters = {"proposals": ProposalFilter}

    def rows_proposals(self, asked: Row) -> QuerySet[RebalancingEvent]:
        rows = self.portfolio.rebalancing_events.select_related("portfolio")
        return rows.defer("pre_state", "post_state", "actions", "notes").filter(**asked)

    def figures(self) -> Row:
        own = self.portfolio
        return {
            "has_targets": own.allocations.filter(is_active=True).exists(), "waiting": _shown(open_event(own.pk)),
        }  # fmt: skip


def _shown(event: RebalancingEvent | None) -> Row | None:
    if event is None:
        return None
    return {"event": event, "state": STATES[event.status], "tone": TONES[event.status], "mode": MODES[event.mode]}


class DepositForm(forms.Form):
    deposit = forms.FloatField(
        label=_("Paid in first"), required=False, min_value=0, max_value=LARGEST_DEPOSIT,
        help_text=_("In the portfolio's currency."),
    )  # fmt: skip


class Plans(Part):
    """The triggers, and the plan of each method beside the others."""

    template_name = "portfolio/plans.html"

    def figures(self) -> Row:
        form = DepositForm(self.request.GET)
        if not form.is_valid():
            return {"form": form}
        deposit = form.cleaned_data["deposit"] or 0.0
        found = rebalancing_recommendations(portfolio=self.portfolio, deposit=deposit)
        return {
            "form": form, "found": found, "triggers": triggers_table(found["triggers"]),
            "plans": [plan | {"label": MODES[plan["mode"]]} for plan in found["plans"]],
            "already": open_event(self.portfolio.pk),
        }  # fmt: skip


def triggers_table(triggers: list[Row]) -> Table:
    """Whether it is time, by each trigger."""
    schedules = {
        "WEEKLY": gettext("weekly"), "MONTHLY": gettext("monthly"), "QUARTERLY": gettext("quarterly"),
        "SEMIANNUAL": gettext("half-yearly"), "ANNUAL": gettext("yearly"), "NONE": gettext("no schedule"),
    }  # fmt: skip
    rows = [
        [
            Cell(schedules.get(str(one["frequency"]), str(TRIGGERS[one["kind"]]))),
            Cell(gettext("due") if one["due"] else gettext("not due"),
                 tone="down" if one["due"] else "", strong=one["due"]),
            Cell(", ".join(one["assets"])), Cell(day(one["on"])), Cell(day(one["last"])),
        ]
        for one in triggers
    ]  # fmt: skip
    head = [gettext("Trigger"), gettext("Is it time?"), gettext("Assets"), gettext("On"), gettext("Last rebalanced")]
    return Table(gettext("Triggers"), head, rows, words=(1, 2), wide=True)


class Propose(OfPortfolio, View):
    """Keep a plan as a proposal, to be decided on."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        portfolio, form = self.portfolio, DepositForm(request.POST)
        back = redirect("portfolio:rebalancing", portfolio.pk)
        if not form.is_valid():
            messages.error(request, form.errors["deposit"][0])
            return back
        try:
            found = rebalancing_propose(
                portfolio=portfolio, mode=request.POST.get("mode", ""), user=request.user,
                deposit=form.cleaned_data["deposit"] or 0.0, replace="replace" in request.POST,
            )  # fmt: skip
        except Refused as error:
            messages.error(request, reason_of(error))
            return back
        if found.event is None:
            messages.info(request, gettext("Nothing to propose: %(reason)s") % {"reason": found.reason})
            return back
        messages.success(request, gettext("The plan is proposed: look at its trades, then approve or reject it."))
        return redirect(proposal_address(found.event))
