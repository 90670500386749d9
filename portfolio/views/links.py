"""Addresses that tables of portfolios lead to, and figures that lead to how they were computed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from market.models import Instrument
from market.pages import formats
from market.pages.columns import FigureColumn, PointsColumn
from portfolio.models import Portfolio
from portfolio.services.reading import number_told


def instrument_address(instrument: Instrument | None) -> str | None:
    """The page of a stock or fund; None without one."""
    return None if instrument is None else symbol_address(str(instrument))


def symbol_address(symbol: str) -> str | None:
    """The same of ``US:SPY``; None for what is no symbol, as cash."""
    region, _colon, ticker = symbol.partition(":")
    return reverse("market:instrument", args=[region, ticker]) if region and ticker else None


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


class ExactColumn(FigureColumn):
    """A number to its last digit, of which the books have ten; in files as they can be imported."""

    def shown(self, value: Any, record: Any) -> str:
        text = formats.number(value, 10)
        return text if formats.is_missing(value) or formats.is_huge(value) else text.rstrip("0").rstrip(".")

    def value(self, value: Any) -> Any:
        return number_told(value) if isinstance(value, Decimal) else value


class TrailColumn(PointsColumn):
    """Percent that leads to how it was computed: ``trail`` of a record, None where there is none."""

    def __init__(self, *args: Any, trail: Callable[[Any], str | None], **kwargs: Any) -> None:
        self.trail = trail
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> str:
        shown, address = super().render(value, record), self.trail(record)
        return trail_link(address, shown) if address else shown
