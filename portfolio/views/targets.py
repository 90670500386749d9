"""What a portfolio should hold, written row by row: checked while it is filled in, saved as a whole."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from market.pages.forms import worded
from portfolio.calc.rebalancing import CASH
from portfolio.models import PortfolioAllocation
from portfolio.services.allocations import LIMITS, allocations_check, allocations_set, allocations_told, targets_total
from portfolio.services.beginning import BEGINNINGS, HELD, targets_begun
from portfolio.services.errors import PortfolioError
from portfolio.views.base import PortfolioPage, Refused
from portfolio.views.rows import (
    NUMBER,
    Row,
    RowForm,
    is_changing,
    rows_asked,
    rows_errors,
    rows_refuse,
    rows_shown,
)


class TargetRow(RowForm):
    """One target as people write it; what is wrong with it, the service says."""

    fresh = {"is_active": "on"}

    asset = forms.CharField(
        label=_("Asset"), required=False, widget=forms.TextInput(attrs={"placeholder": "US:SPY", "autocomplete": "off"})
    )
    target = forms.CharField(label=_("Target, %"), required=False, widget=forms.TextInput(attrs=NUMBER))
    threshold = forms.CharField(label=_("Tolerance, points"), required=False, widget=forms.TextInput(attrs=NUMBER))
    minimum = forms.CharField(label=_("Minimum, %"), required=False, widget=forms.TextInput(attrs=NUMBER))
    maximum = forms.CharField(label=_("Maximum, %"), required=False, widget=forms.TextInput(attrs=NUMBER))
    frequency = forms.ChoiceField(
        label=_("Schedule"), required=False, choices=worded(PortfolioAllocation.Frequency.choices)
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("Counts"), required=False)


class Targets(PortfolioPage):
    """The targets of a portfolio as a form."""

    template_name = "portfolio/targets.html"
    tab = "allocation"
    written: list[Row] | None = None
    shown: list[RowForm]
    whole = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        portfolio = self.portfolio
        if "rows" not in request.POST:  # no form of ours: no rows at all would take the targets away
            messages.error(request, gettext("There were no rows: the targets stay as they are."))
            return redirect("portfolio:targets", portfolio.pk)
        self.written = rows_asked(request.POST, TargetRow)
        if is_changing(request.POST):
            return self.render_to_response(self.get_context_data())
        shown, (places, targets) = rows_shown(self.written, TargetRow), targets_of(self.written)
        is_checked = "checking" in request.POST
        try:
            if is_checked:
                allocations_check(targets=targets)
            else:
                allocations_set(portfolio=portfolio, targets=targets)
        except PortfolioError as error:
            self.whole = rows_refuse(shown, places, error)
        if is_checked:  # a sum that is not 100 yet stands below the rows
            context = rows_errors(shown) | {"total": targets_total(targets=targets)}
            return render(request, "portfolio/targets_checked.html", context)
        if self.whole or any(form.errors for form in shown):
            self.shown = shown
            return self.render_to_response(self.get_context_data())
        messages.success(
            request, gettext("The targets are saved.") if targets else gettext("The targets are taken away.")
        )
        return redirect("portfolio:allocation", portfolio.pk)

    def figures(self) -> dict[str, Any]:
        rows = self._begun() if self.written is None else self.written
        shown = getattr(self, "shown", None) or rows_shown(rows, TargetRow)
        return {
            "rows": shown,
            "whole": self.whole,
            "total": targets_total(targets=targets_of(rows)[1]),
            "beginnings": BEGINNINGS,
        }

    def _begun(self) -> list[Row]:
        """What is stored, or what ``?from=`` begins with; without either what is held, and no weights yet."""
        asked = self.request.GET.get("from")
        if asked in BEGINNINGS:
            return [_row(one) for one in targets_begun(portfolio=self.portfolio, beginning=asked)]
        if stored := allocations_told(portfolio=self.portfolio):
            return [_row(one) for one in stored]
        try:
            held = targets_begun(portfolio=self.portfolio, beginning=HELD)
        except Refused:  # nothing is held yet: the rows are blank
            held = [{"asset": ""}, {"asset": CASH}]
        return [_row({"asset": one["asset"]}) for one in held]


def targets_of(rows: Sequence[Row]) -> tuple[list[int], list[dict[str, Any]]]:
    """As services take them, and the row that each of them stands in; blank rows are left out."""
    places = [at for at, row in enumerate(rows) if row.get("asset") or row.get("target")]
    return places, [
        {name: rows[at].get(name) or None for name in LIMITS}
        | {"asset": _asset(rows[at].get("asset", "")), "is_active": bool(rows[at].get("is_active"))}
        | {"frequency": rows[at].get("frequency")}
        for at in places
    ]


def _asset(text: str) -> str:
    return CASH if text.upper() == CASH else text


def _row(target: dict[str, Any]) -> Row:
    """As the form shows it; a target counts unless it says otherwise."""
    figures = {name: "" if target.get(name) is None else f"{target[name]:.10g}" for name in LIMITS}
    counts = "on" if target.get("is_active", True) else ""
    asset = CASH if target["asset"] is None else target["asset"]
    return figures | {"asset": asset, "frequency": target.get("frequency", "NONE"), "is_active": counts}
