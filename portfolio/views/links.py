"""Addresses that tables of portfolios lead to, and figures that lead to how they were computed."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from market.models import Instrument
from market.pages.columns import PointsColumn
from portfolio.models import Portfolio


def instrument_address(instrument: Instrument | None) -> str | None:
    """The page of a stock or fund; None without one."""
    return None if instrument is None else symbol_address(str(instrument))


def symbol_address(symbol: str) -> str | None:
    """The same of ``US:SPY``; None for what is no symbol, as cash."""
    region, found, ticker = symbol.partition(":")
    if not found:
        return None
    try:
        return reverse("market:instrument", args=[region, ticker])
    except NoReverseMatch:
        return None


def trail_of(portfolio: Portfolio, figure: str, of: str, **asked: Any) -> str:
    """Where it is told how a figure was computed; ``asked``: as ``views.trails.TrailForm`` has it."""
    return f"{reverse('portfolio:trail', args=[portfolio.pk, figure])}?{urlencode({'of': of, **asked})}"


def trail_link(address: str, text: Any) -> SafeString:
    """What opens the trail in the dialog, inside tables that htmx turns over, too."""
    return format_html(
        '<a class="trail" href="{0}" hx-get="{0}" hx-target="#dialog-body" hx-swap="innerHTML" hx-push-url="false">'
        "{1}</a>",
        address, text,
    )  # fmt: skip


class TrailColumn(PointsColumn):
    """Percent that leads to how it was computed: ``trail`` of a record, None where there is none."""

    def __init__(self, *args: Any, trail: Callable[[Any], str | None], **kwargs: Any) -> None:
        self.trail = trail
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> str:
        shown, address = super().render(value, record), self.trail(record)
        return trail_link(address, shown) if address else shown
