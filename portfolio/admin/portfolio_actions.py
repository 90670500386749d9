"""What is done to chosen portfolios from their list: values, a proposal, missing corporate actions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import action

from market.texts import counted
from portfolio.models import Portfolio
from portfolio.services.corporate_actions import actions_book, actions_missing
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.queueing import valuation_enqueue
from portfolio.services.rebalancing import rebalancing_propose


class PortfolioActions:
    """Of those that may be changed; each by itself, so that one that cannot leaves the others."""

    actions = ("value", "propose", "book_actions")

    @action(description="Bring values up to date")
    def value(self, request: HttpRequest, queryset: QuerySet[Portfolio]) -> None:
        _each(request, queryset, _valued)

    @action(description="Propose a rebalancing")
    def propose(self, request: HttpRequest, queryset: QuerySet[Portfolio]) -> None:
        _each(request, queryset, _proposed)

    @action(description="Book missing splits and dividends")
    def book_actions(self, request: HttpRequest, queryset: QuerySet[Portfolio]) -> None:
        _each(request, queryset, _booked)


def _each(request: HttpRequest, queryset: QuerySet[Portfolio], take: Callable[[Portfolio, Any], str]) -> None:
    changeable = set(Portfolio.objects.visible_to(request.user, "change").filter(pk__in=queryset.values("pk")))
    for portfolio in queryset:
        if portfolio not in changeable:
            messages.error(request, f"{portfolio}: you may not change it")
            continue
        try:
            messages.success(request, f"{portfolio}: {take(portfolio, request.user)}")
        except (PortfolioError, PortfolioBusy) as error:
            messages.error(request, f"{portfolio}: {error}")


def _valued(portfolio: Portfolio, user: Any) -> str:
    valuation_enqueue(portfolio=portfolio)
    return "a worker computes its values"


def _proposed(portfolio: Portfolio, user: Any) -> str:
    found = rebalancing_propose(portfolio=portfolio, user=user)
    if found.event is None:
        return f"nothing to propose: {found.reason}"
    return f"rebalancing #{found.event.pk} is proposed, {counted(len(found.event.actions), 'trade')}"


def _booked(portfolio: Portfolio, user: Any) -> str:
    missing = actions_missing(portfolio=portfolio)
    if not missing:
        return "no split or dividend is missing"
    booked = actions_book(portfolio=portfolio, ids=[one.id for one in missing])
    return f"{counted(len(booked), 'transaction')} booked, before tax"
