"""A proposal booked: asked once more, with what was really traded where it differs, then written to the books."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portfolio.models import RebalancingEvent, Transaction
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.rebalancing_booking import BookingFailed, rebalancing_complete
from portfolio.views.base import PortfolioPage, reason_of
from portfolio.views.proposals import OfProposal
from portfolio.views.rebalancing import proposal_address
from portfolio.views.rows import NUMBER, Row, RowForm, rows_asked, rows_refuse, rows_shown

SHOWN = {"readonly": True, "class": "short"}
FILLED = ("quantity", "price", "fee", "tax", "date")


class FillRow(RowForm):
    """What was really traded of one asset; blank is as planned."""

    trade = forms.CharField(label=_("Trade"), required=False, widget=forms.TextInput(attrs=SHOWN))
    asset = forms.CharField(label=_("Asset"), required=False, widget=forms.TextInput(attrs=SHOWN))
    quantity = forms.CharField(label=_("Quantity"), required=False, widget=forms.TextInput(attrs=NUMBER))
    price = forms.CharField(label=_("Price"), required=False, widget=forms.TextInput(attrs=NUMBER))
    fee = forms.CharField(label=_("Fee"), required=False, widget=forms.TextInput(attrs=NUMBER))
    tax = forms.CharField(label=_("Tax"), required=False, widget=forms.TextInput(attrs=NUMBER))
    date = forms.CharField(label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class Book(OfProposal, PortfolioPage):
    """The last question before transactions are written."""

    template_name = "portfolio/booking.html"
    tab = "rebalancing"
    whole = ""
    shown: list[RowForm]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.event.status != RebalancingEvent.Status.APPROVED:
            messages.error(request, gettext("Only what is approved can be booked."))
            return redirect(proposal_address(self.event))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = rows_asked(request.POST, FillRow)
        shown, (places, fills) = rows_shown(rows, FillRow), fills_of(rows)
        try:
            rebalancing_complete(
                event=self.event, user=request.user, note=request.POST.get("note", "").strip(), fills=fills,
                force="force" in request.POST,
            )  # fmt: skip
        except BookingFailed as error:
            messages.error(request, reason_of(error))
        except PortfolioError as error:
            self.whole = rows_refuse(shown, places, error)
        except PortfolioBusy as error:
            self.whole = reason_of(error)
        else:
            messages.success(request, gettext("The trades are booked and the portfolio is valued anew."))
            return redirect(proposal_address(self.event))
        if self.whole or any(form.errors for form in shown):
            self.shown = shown
            return self.render_to_response(self.get_context_data())
        return redirect(proposal_address(self.event))

    def figures(self) -> dict[str, Any]:
        event = self.event
        rows = getattr(self, "shown", None) or rows_shown([planned_row(one) for one in event.actions], FillRow)
        for form, action in zip(rows, event.actions, strict=False):
            planned = {"quantity": action["quantity"], "price": action["price"]}
            for name, figure in planned.items():
                form.fields[name].widget.attrs["placeholder"] = f"{figure:.7g}"
        return {"event": event, "rows": rows, "whole": self.whole, "obstacles": self.obstacles}


def planned_row(action: dict[str, Any]) -> Row:
    """A trade of the plan, before anything is written beside it."""
    return {"trade": gettext(Transaction.Kind(action["side"]).label), "asset": action["asset"]}


def fills_of(rows: list[Row]) -> tuple[list[int], list[dict[str, Any]]]:
    """Rows in which something was written, as services take them, and where they stand."""
    places = [at for at, row in enumerate(rows) if any(row[name] for name in FILLED)]
    named = ("asset", *FILLED)
    return places, [{name: rows[at][name] for name in named if rows[at][name]} for at in places]
