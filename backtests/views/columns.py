"""Columns that tables of backtests share."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from backtests.models import Status
from market.pages import formats
from market.pages.columns import BadgeColumn

STATUS_TONES = {
    "PENDING": "late", "RUNNING": "running", "COMPLETED": "done", "FAILED": "failed", "CANCELLED": "quiet",
}  # fmt: skip


def quantity_told(value: float) -> str:
    """Shares: whole ones without decimals."""
    return formats.number(value, 0 if value == round(value) else 4)


class StatusColumn(BadgeColumn):
    """The state of a job, with the percent of one that runs."""

    def render(self, value: Any, record: Any, bound_column: Any) -> str:
        shown = super().render(record.status, record, bound_column)
        running = record.status == Status.RUNNING
        return format_html("{} {}%", shown, f"{record.progress:.0f}") if running else shown


def instrument_address(region: str, ticker: str) -> str:
    """Where an instrument's page is."""
    return reverse("market:instrument", args=[region, ticker])
