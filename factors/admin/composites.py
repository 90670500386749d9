"""Combinations and composite scores in the admin: looked at, not edited."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, TextFilter
from unfold.decorators import action, display

from factors.admin.jobs import JobAdmin
from factors.models import CombineRun, CompositeScoreRow, Strategy
from factors.services import StrategyError, combine_run_cancel, combine_run_resume, composite_newest
from market.admin import as_day
from market.adminbase import (
    KeyedRowsAdmin,
    ReadOnlyMixin,
    TickerFilter,
    figure,
    names_an_instrument,
)

PERIODS = 5  # of weights on a run's page; the API has all
MODELS = 24


CELL = "px-3 py-1 text-left align-top whitespace-nowrap"


def html_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> SafeString:
    """A table in the admin's own looks."""
    head = format_html_join("", '<th class="{} font-semibold">{}</th>', ((CELL, name) for name in headings))
    cells = (format_html_join("", '<td class="{}">{}</td>', ((CELL, one) for one in row)) for row in rows)
    body = format_html_join("", "<tr>{}</tr>", ((row,) for row in cells))
    table = '<div class="overflow-x-auto"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    return format_html(table, head, body)


@admin.register(CombineRun)
class CombineRunAdmin(ReadOnlyMixin, JobAdmin):
    list_display = (
        "id", "strategy", "start", "end", "done_through", "shown_state", "score_count", "seconds", "created_at",
        "short_message",
    )  # fmt: skip
    list_filter = ("strategy", ("state", ChoicesDropdownFilter))
    list_select_related = ("strategy",)
    actions = ("resume", "cancel")
    fields = (
        "strategy", "start", "end", "done_through", "state", "shown_message", "score_count",
        "shown_models", "shown_weights", "definition", "timings", "created_at", "started_at", "finished_at",
    )  # fmt: skip
    readonly_fields = ("shown_message", "shown_weights", "shown_models")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CombineRun]:
        rows = super().get_queryset(request)
        on_a_list = request.resolver_match and request.resolver_match.url_name.endswith("_changelist")
        return rows.defer("weights", "model_cards", "definition") if on_a_list else rows

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("factors.add_combinerun")

    @action(description="Take up again", permissions=["run"])
    def resume(self, request: HttpRequest, queryset: QuerySet[CombineRun]) -> None:
        for run in queryset:
            try:
                messages.success(request, f"Queued {combine_run_resume(run_id=run.pk)}")
            except StrategyError as error:
                messages.error(request, f"{run}: {error}")

    @action(description="Cancel", permissions=["run"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[CombineRun]) -> None:
        for run in queryset:
            if combine_run_cancel(run_id=run.pk):
                messages.success(request, f"{run}: cancelled; a chunk under way is not stored")
            else:
                messages.error(request, f"{run}: it is {run.state}, there is nothing to cancel")

    @display(description="message and warnings")
    def shown_message(self, run: CombineRun) -> SafeString | str:
        told = [] if run.message == "; ".join(run.warnings) else [run.message]
        return format_html_join("", "<p>{}</p>", ((text,) for text in (*told, *run.warnings))) or "-"

    @display(description="weights")
    def shown_weights(self, run: CombineRun) -> SafeString | str:
        """A row per factor, a column per period, the newest first; below, why some were equal."""
        entries = [entry for entry in reversed(run.weights) if "weights" in entry]
        if not entries:
            return "of models: see there" if run.weights else "none"
        names, newest = sorted(run.definition.get("factors", {})), entries[:PERIODS]
        headings = ["", *(format_html("{}<br>{}", entry["from"], entry["to"]) for entry in newest)]
        rows: list[list[object]] = [[name, *(_weight(entry, name) for entry in newest)] for name in names]
        rows.append(["sessions", *(entry["sessions"] for entry in newest)])
        hidden = len(entries) - len(newest)
        more = f"{hidden} periods before: the API has all." if hidden else ""
        remarks = format_html_join("", "<p>{}</p>", ((text,) for text in (*_remarks(newest), more) if text))
        return format_html("{}{}", html_table(headings, rows), remarks)

    @display(description="models")
    def shown_models(self, run: CombineRun) -> SafeString | str:
        """A row per training, newest first."""
        if not run.model_cards:
            return "none"
        rows = [
            [
                card["as_of"], card["model"], f"{card['trained_from']} to {card['trained_to']}", f"{card['samples']:,}",
                _skill(card), ", ".join(f"{name} {share:.0%}" for name, share in _by_share(card["importance"])),
            ]
            for card in reversed(run.model_cards[-MODELS:])
        ]  # fmt: skip
        headings = ["as of", "model", "trained on", "samples", "out-of-sample rank IC", "counts most"]
        hidden = len(run.model_cards) - len(rows)
        more = f"{hidden} before: the API has all." if hidden else ""
        return format_html("{}<p>{}</p>", html_table(headings, rows), more)


def _weight(entry: dict[str, Any], name: str) -> str:
    found = entry["weights"].get(name)
    return "" if found is None else f"{found:.4f}"


def _remarks(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Fallbacks and factors left out, by period."""
    found = [f"From {entry['from']} equal weight: {entry['fallback']}." for entry in entries if "fallback" in entry]
    for entry in entries:
        found += [f"From {entry['from']} without {name}: {why}." for name, why in entry.get("left_out", {}).items()]
    return found


def _skill(card: dict[str, Any]) -> str:
    ic = card["out_of_sample_ic"]
    return "-" if ic is None else f"{ic:+.3f}{' leakage?' if 'warning' in card else ''}"


def _by_share(importance: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(importance.items(), key=lambda item: -item[1])[:3]


class StrategyFilter(DropdownFilter):
    """One strategy; without it the first."""

    title = "strategy"
    parameter_name = "strategy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return list(Strategy.objects.values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(strategy_id=chosen_strategy(request))


class CompositeDateFilter(TextFilter):
    """One session; else the newest, or all sessions of few instruments."""

    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day: dt.date | None = as_day(request, self.value())
        if day is None and not names_an_instrument(request):
            day = composite_newest(strategy_id=chosen_strategy(request))
            return queryset.filter(date=day) if day else queryset.none()
        return queryset.filter(date=day) if day else queryset


def chosen_strategy(request: HttpRequest) -> int:
    """The strategy of the filter; without one that of the newest combination."""
    asked = request.GET.get(StrategyFilter.parameter_name, "")
    if asked.isascii() and asked.isdigit():
        return int(asked[:9])
    newest = CombineRun.objects.filter(done_through__isnull=False).order_by("-id").values_list("strategy_id", flat=True)
    return newest.first() or 0


@admin.register(CompositeScoreRow)
class CompositeScoreAdmin(KeyedRowsAdmin):
    """Best first; one instrument newest first."""

    list_display = ("date", "rank", "instrument", "instrument_name", figure("score"), "strategy")
    list_filter = (StrategyFilter, CompositeDateFilter, TickerFilter)
    list_select_related = ("instrument", "strategy")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-date"] if names_an_instrument(request) else ["rank", "instrument_id"]

    @display(description="name")
    def instrument_name(self, row: CompositeScoreRow) -> str:
        return row.instrument.name
