"""What every page of a portfolio shares: whose it is, its tabs, how far its values are."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from market.pages.views import OwnPage
from portfolio.models import Portfolio
from portfolio.services.access import portfolio_of
from portfolio.services.errors import PortfolioBusy, PortfolioError, PortfolioNotFound
from portfolio.services.queueing import valuation_enqueue

TABS = (
    ("portfolio", _("Overview")), ("holdings", _("Holdings")), ("transactions", _("Transactions")),
    ("risk", _("Risk")), ("allocation", _("Allocation")), ("rebalancing", _("Rebalancing")),
    ("optimise", _("Optimisation")), ("correlations", _("Correlations")), ("stress", _("Stress")),
    ("exposure", _("Exposure")), ("settings", _("Settings")),
)  # fmt: skip
SAFE = ("GET", "HEAD", "OPTIONS")
Refused = (PortfolioError, PortfolioBusy)
Answer = TypeVar("Answer")


def reason_of(error: Exception) -> str:
    """What a person is told: the reason, without the name of the field before it."""
    field, found, reason = str(error).partition(": ")
    told = reason if found and " " not in field else str(error)
    return told[:1].upper() + told[1:]


class OfPortfolio(OwnPage):
    """A page below ``/portfolios/<pk>/``: for its owner, and for staff by permission; for others it is not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """404 also for what somebody deletes while it is asked for."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except PortfolioNotFound as error:
            raise Http404(str(error)) from error

    @cached_property
    def portfolio(self) -> Portfolio:
        action = "view" if self.request.method in SAFE else "change"
        return portfolio_of(user=self.request.user, portfolio_id=self.kwargs["pk"], action=action)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(portfolio=self.portfolio, **kwargs)


class PortfolioPage(OfPortfolio):
    """A tab. ``figures()`` gives what it shows; where a service refuses, the reason stands there instead."""

    tab = ""
    reason = ""

    def answer_of(self, ask: Callable[[], Answer]) -> Answer | None:
        """What a service says, for tables too; None, and the ``reason``, where it refuses."""
        try:
            return ask()
        except Refused as error:
            self.reason = reason_of(error)
        return None

    def get_title(self) -> Any:
        return self.portfolio.name

    def figures(self) -> dict[str, Any]:
        """What the page shows of the portfolio; may raise what services refuse with."""
        return {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["tabs"] = tabs_of(self.portfolio, self.tab)
        try:
            context |= self.figures()
        except Refused as error:
            context["problem"] = reason_of(error)
        return context


class Part(OfPortfolio):
    """A part of a page that htmx asks for after the page itself stands there."""

    def figures(self) -> dict[str, Any]:
        """What the part shows; may raise what services refuse with."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context: dict[str, Any] = {"portfolio": self.portfolio}
        try:
            context |= self.figures()
        except Refused as error:
            context["problem"] = reason_of(error)
        return render(request, str(self.template_name), context)


def tabs_of(portfolio: Portfolio, tab: str) -> list[dict[str, Any]]:
    """All of them, with the address of each."""
    return [
        {"title": title, "href": reverse(f"portfolio:{name}", args=[portfolio.pk]), "here": name == tab}
        for name, title in TABS
    ]


class State(OfPortfolio, View):
    """How far the values are, asked for again until they are there; then the page is read anew."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = render(request, "portfolio/state.html", {"portfolio": self.portfolio})
        if not self.portfolio.is_awaited:
            answer["HX-Refresh"] = "true"
        return answer


class Revalue(OfPortfolio, View):
    """Have a worker compute the values."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        valuation_enqueue(portfolio=self.portfolio)
        return redirect("portfolio:portfolio", self.portfolio.pk)
