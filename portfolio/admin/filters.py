"""Lists narrowed to a portfolio, and to an asset."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

from portfolio.models import Portfolio
from portfolio.services.assets import assets_get

SHOWN = 200  # portfolios to choose from


class PortfolioFilter(DropdownFilter):
    """Of those that may be seen; an address may name any other of them."""

    title = "portfolio"
    parameter_name = "portfolio"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        visible = Portfolio.objects.visible_to(request.user).select_related("owner").order_by("owner__username", "name")
        return [(str(one.pk), f"{one.owner}: {one}") for one in visible[:SHOWN]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        asked = self.value() or ""
        if not asked:
            return queryset
        return queryset.filter(portfolio=int(asked)) if asked.isdecimal() and len(asked) < 19 else queryset.none()


class AssetFilter(TextFilter):
    title = "asset (US:AAPL)"
    parameter_name = "asset"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        symbol = self.value()
        if not symbol:
            return queryset
        found = assets_get(symbols=[symbol])[symbol]
        if isinstance(found, str):
            messages.warning(request, found)
            return queryset.none()
        return queryset.filter(instrument=found)
