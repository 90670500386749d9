"""What the admin pages of ETFs share: sections with tables, filters by fund and day, links, colours, confirmation."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import TextFilter
from unfold.decorators import display

from etfs.services import Ambiguous, NotFound, etf_get
from market.adminbase import short

STATE_COLOURS = {"GOOD": "success", "FLAGGED": "warning", "QUARANTINED": "danger"}
SEVERITY_COLOURS = {"NOTE": "info", "WARNING": "warning", "ERROR": "danger"}
OUTCOME_COLOURS = {
    "STORED": "success", "UNCHANGED": "info", "KEPT": "info", "FLAGGED": "warning", "REFUSED": "danger",
    "FAILED": "danger",
}  # fmt: skip
LINK = "text-primary-600 dark:text-primary-500"


@dataclass(frozen=True)
class Section:
    """A table below the form of a page. ``right``: the columns with figures; ``text``: those with names, which wrap;
    ``long``: the one with sentences, on a phone a line of its own; ``link``: where all of it is."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    right: Sequence[int] = ()
    text: Sequence[int] = ()
    long: int | None = None
    link: SafeString | str = ""
    note: str = ""
    empty: str = "none"


class SectionsMixin:
    """A change page with tables of what belongs to the row, read with the page and bounded."""

    change_form_outer_before_template = "etfs/admin/section_links.html"
    change_form_outer_after_template = "etfs/admin/sections.html"

    def sections(self, row: Any) -> Iterable[Section]:
        """The tables, in their order."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        context["sections"] = list(self.sections(row)) if row is not None else []
        return super().render_change_form(request, context, *args, **kwargs)


class FundFilter(TextFilter):
    """Ids first: joined by ticker, the planner reads whole tables."""

    title = "fund (KR:069500)"
    parameter_name = "fund"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        try:
            return queryset.filter(etf=etf_get(self.value()).pk)
        except (NotFound, Ambiguous) as error:
            messages.warning(request, str(error))
            return queryset.none()


def list_link(model: str, text: str, **asked: Any) -> SafeString:
    """A link to a list of this app, narrowed."""
    address = reverse(f"admin:etfs_{model}_changelist")
    return format_html('<a href="{}?{}" class="{}">{}</a>', address, urlencode(asked), LINK, text)


def row_link(model: str, pk: Any, text: Any) -> SafeString:
    """A link to the page of a row of this app."""
    return format_html('<a href="{}" class="{}">{}</a>', reverse(f"admin:etfs_{model}_change", args=[pk]), LINK, text)


def day_column(name: str, title: str = "") -> Any:
    """A column of days, each on one line."""

    @display(description=title or name.replace("_", " "), ordering=name, empty_value="-")
    def day(row: Any) -> SafeString | None:
        value = getattr(row, name)
        return format_html('<span class="whitespace-nowrap">{}</span>', value) if value else None

    return day


@display(description="fund", ordering="etf")
def fund_column(row: Any) -> str:
    """``KR:069500``; the list selects fund and instrument with the rows."""
    return str(row.etf)


def shown(value: Any, *, signed: bool = False) -> str:
    """A figure to six digits, a day, a text; '-' for nothing."""
    if value in (None, ""):
        return "-"
    if isinstance(value, str | dt.date):
        return str(value)
    return short(value, signed=signed)


@dataclass
class Confirmation:
    """A page that says what an action would do, and asks for a yes; where ``reason_label`` is set, for a reason."""

    title: str
    told: str
    action: str
    button: str
    section: Section | None = None
    reason_label: str = ""
    errors: list[str] = field(default_factory=list)

    def page(self, model_admin: Any, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        context = model_admin.admin_site.each_context(request) | {
            "title": self.title, "confirmation": self, "opts": model_admin.model._meta,
            "chosen": list(queryset.values_list("pk", flat=True)), "sections": [self.section] if self.section else [],
        }  # fmt: skip
        return TemplateResponse(request, "etfs/admin/confirm.html", context)
