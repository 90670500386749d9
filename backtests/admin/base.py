"""What the admin pages of backtests share: links, colours, how far a job is, columns of figures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import F, FloatField, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.decorators import display

from backtests.diagnosis.base import Severity
from backtests.models import BacktestJob, Status
from etfs.admin.base import LINK
from market.adminbase import short
from market.texts import counted

STATUS_COLOURS = {
    Status.PENDING: "info", Status.RUNNING: "info", Status.COMPLETED: "success", Status.FAILED: "danger",
    Status.CANCELLED: "warning",
}  # fmt: skip
TONES = {
    Severity.SERIOUS: "text-red-600 dark:text-red-500", Severity.WARNING: "text-orange-700 dark:text-orange-400",
    Severity.NOTE: "",
}  # fmt: skip
MARKS = {Severity.SERIOUS: "▲", Severity.WARNING: "●", Severity.NOTE: "○"}
LOWEST = Value(float("-inf"), output_field=FloatField())


class QuietChangeList(ChangeList):
    """Marks of sorting only where somebody sorted: rows in the order of a table's key need none."""

    def get_ordering_field_columns(self) -> dict[int, str]:
        return super().get_ordering_field_columns() if ORDER_VAR in self.params else {}


def link(address: str, text: Any) -> SafeString:
    return format_html('<a href="{}" class="{}">{}</a>', address, LINK, text)


def list_link(model: str, text: str, **asked: Any) -> SafeString:
    """A link to a list of this app, narrowed."""
    return link(f"{reverse(f'admin:backtests_{model}_changelist')}?{urlencode(asked)}", text)


def row_link(model: str, pk: Any, text: Any) -> SafeString:
    """A link to the page of a row of this app."""
    return link(reverse(f"admin:backtests_{model}_change", args=[pk]), text)


@display(description="status", ordering="status", label=STATUS_COLOURS)
def status_column(job: BacktestJob) -> tuple[str, str]:
    """In colour, with the percentage of a job at work."""
    return job.status, f"{job.status} {job.progress:.0f} %" if job.status == Status.RUNNING else job.status


def statistic(name: str, title: str, *, digits: int = 2) -> Any:
    """A column of a figure, '-' without one; the highest first puts those without it last. The name of the function is
    the class by which the column is aligned.
    """

    @display(description=title, ordering=Coalesce(F(name), LOWEST), empty_value="-")
    def figure(row: Any) -> str | None:
        value = getattr(row, name)
        return None if value is None else f"{value:,.{digits}f}"

    return figure


def counted_findings(findings: Iterable[dict[str, Any]]) -> str:
    """``1 serious, 2 warnings``; 'none'."""
    often = Counter(one["severity"] for one in findings)
    words = {Severity.SERIOUS: ("serious", "serious"), Severity.WARNING: ("warning", ""), Severity.NOTE: ("note", "")}
    return ", ".join(counted(often[kind], *word) for kind, word in words.items() if often[kind]) or "none"


def marked_findings(findings: Sequence[dict[str, Any]]) -> SafeString | str:
    """How many of each severity, with the marks of the report; the words where the pointer is."""
    often = Counter(one["severity"] for one in findings)
    parts = [(TONES[kind], mark, often[kind]) for kind, mark in MARKS.items() if often[kind]]
    marks = format_html_join(" ", '<span class="{}">{}\u00a0{}</span>', parts)
    line = '<span class="whitespace-nowrap font-medium" title="{}">{}</span>'
    return format_html(line, counted_findings(findings), marks) if parts else "none"


def told(value: Any, digits: int = 2) -> str:
    """A figure as a table shows it."""
    if value is None:
        return "-"
    return short(value) if isinstance(value, int) or abs(value) >= 100_000 else f"{value:,.{digits}f}"
