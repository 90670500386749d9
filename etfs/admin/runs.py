"""Collections and imports in the admin: asked for, watched, and what became of each answer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter, TextFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from etfs.admin.base import OUTCOME_COLOURS, Section, SectionsMixin, day_column, list_link, row_link
from etfs.admin.importing import may_import
from etfs.models import CollectItem, CollectRun
from etfs.services import EtfError, collect_enqueue
from etfs.services.collecting import collect_cancel
from etfs.sources.base import FileSource, Kind, NetworkSource
from etfs.sources.registry import source_names
from factors.admin.jobs import JobAdmin
from market.adminbase import HouseAdmin, ReadOnlyMixin, figure

ITEMS = 50  # shown on a run's page, the bad ones first


class CollectForm(forms.ModelForm):
    """What to collect. Asked for while it is checked, since only the service knows what can be asked."""

    source = forms.ChoiceField(
        required=False, widget=UnfoldAdminSelectWidget, help_text="Empty: the one the configuration names."
    )
    kind = forms.ChoiceField(choices=[(str(kind), str(kind)) for kind in Kind], widget=UnfoldAdminSelectWidget)
    symbols = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget,
        help_text="Tickers, with commas or blanks between them. Empty: those that are due.",
    )  # fmt: skip

    class Meta:
        model = CollectRun
        fields = ("region", "source", "kind", "symbols", "force")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", "as configured"), *((n, n) for n in source_names(base=NetworkSource))]

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not self.errors:
            symbols = asked["symbols"].replace(",", " ").split()
            names = {name: asked[name] for name in ("region", "source", "kind", "force")}
            try:
                self.queued = collect_enqueue(symbols=symbols, **names)
            except EtfError as error:
                field, found, reason = str(error).partition(": ")
                self.add_error(field if found and field in self.fields else None, reason if found else str(error))
        return asked


@admin.register(CollectRun)
class CollectRunAdmin(SectionsMixin, JobAdmin):
    list_display = (
        "id", "source", "kind", "region", "shown_state", *map(figure, ("stored", "unchanged", "flagged", "failed")),
        "seconds", "created_at", "short_message",
    )  # fmt: skip
    list_filter = (("region", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    actions = ("again", "cancel")
    actions_list = ("import_files",)
    ordering = ("-id",)

    def has_change_permission(self, request: HttpRequest, obj: CollectRun | None = None) -> bool:
        return False

    def has_import_files_permission(self, request: HttpRequest) -> bool:
        return may_import(request)

    def has_collect_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def get_form(self, request: HttpRequest, obj: CollectRun | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_form(request, obj, **kwargs | ({} if obj else {"form": CollectForm}))

    def get_fields(self, request: HttpRequest, obj: CollectRun | None = None) -> Any:
        if obj is None:
            return CollectForm.Meta.fields
        return (
            ("source", "kind", "region"), ("shown_state", "force"), "message", ("stored", "shown_unchanged", "kept"),
            ("flagged", "failed"), "asked_for", ("created_at", "started_at", "finished_at"), "took",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: CollectRun | None = None) -> Any:
        return ("shown_state", "shown_unchanged", "kept", "asked_for", "took") if obj else ()

    @display(description="kept beside")
    def kept(self, run: CollectRun) -> str:
        """Another source is trusted more. Counted as unchanged on the run, since no data change."""
        return f"{run.items.filter(outcome=CollectItem.Outcome.KEPT).count():,}"

    @display(description="unchanged")
    def shown_unchanged(self, run: CollectRun) -> str:
        return f"{run.unchanged - run.items.filter(outcome=CollectItem.Outcome.KEPT).count():,}"

    @display(description="asked for")
    def asked_for(self, run: CollectRun) -> str:
        """Tickers, or which funds those are when none is named."""
        if run.tickers:
            return ", ".join(run.tickers)
        of_files = run.source in source_names(base=FileSource)
        return "what the files have" if of_files else "the funds that were due"

    @display(description="took")
    def took(self, run: CollectRun) -> str:
        stages = [f"{name.replace('_', ' ')} {seconds:,.1f} s" for name, seconds in run.timings.items()]
        return ", ".join(stages) or "-"

    def save_model(self, request: HttpRequest, obj: CollectRun, form: CollectForm, change: bool) -> None:
        obj.pk = form.queued.pk
        obj.refresh_from_db()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Names only: a run may have thousands of answers."""
        return [f"{one}, with its answers; what was stored stays" for one in objs], {"runs": len(objs)}, set(), []

    def sections(self, row: CollectRun) -> Iterable[Section]:
        """The answers, refused and failed ones first."""
        bad = ("FLAGGED", "REFUSED", "FAILED")
        items = list(row.items.filter(outcome__in=bad).order_by("id")[:ITEMS])
        items += row.items.exclude(outcome__in=bad).order_by("id")[: ITEMS - len(items)]
        rows = [
            (
                row_link("collectitem", item.pk, item.name), item.ticker or "-", str(item.as_of_date or "-"),
                outcome_words(item), f"{item.rows:,}", item.message or "-",
            )
            for item in items
        ]  # fmt: skip
        link = list_link("collectitem", "All answers", run=row.pk)
        return [
            Section(
                "Answers", ("name", "fund", "day", "outcome", "rows", "message"), rows, right=(4,), text=(0,), long=5,
                link=link,
            )
        ]  # fmt: skip

    @action(description="Import files", url_path="import", icon="upload_file", permissions=["import_files"])
    def import_files(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:etfs_import_files")

    @action(description="Collect again", permissions=["collect"])
    def again(self, request: HttpRequest, queryset: QuerySet[CollectRun]) -> None:
        for run in queryset:
            try:
                queued = collect_enqueue(
                    region=run.region, source=run.source, symbols=run.tickers, kind=run.kind, force=run.force
                )
                messages.success(request, f"Queued {queued}")
            except EtfError as error:
                messages.error(request, f"{run}: {error}")

    @action(description="Cancel", permissions=["collect"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[CollectRun]) -> None:
        for run in queryset:
            if collect_cancel(run_id=run.pk):
                messages.success(request, f"{run}: cancelled")
            else:
                messages.error(request, f"{run}: it is {run.state}; only what waits or works can be cancelled")


def outcome_words(item: CollectItem) -> str:
    """``kept beside``, as a preview says it."""
    return item.get_outcome_display().partition(":")[0].lower()


class NumberFilter(TextFilter):
    """Rows of one run or payload, by its number."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        asked = (self.value() or "").removeprefix("#")
        if not asked:
            return queryset
        is_number = asked.isascii() and asked.isdigit() and len(asked) < 19
        return queryset.filter(**{self.parameter_name: int(asked)}) if is_number else queryset.none()


class RunFilter(NumberFilter):
    title, parameter_name = "number of the run", "run"


class PayloadFilter(NumberFilter):
    title, parameter_name = "number of the payload", "payload"


@admin.register(CollectItem)
class CollectItemAdmin(SectionsMixin, ReadOnlyMixin, HouseAdmin):
    list_display = (
        "shown_run", "name", "ticker", day_column("as_of_date", "day"), "shown_outcome", "error_type", figure("rows"),
        "short_message", "created_at",
    )  # fmt: skip
    list_filter = (RunFilter, ("outcome", ChoicesDropdownFilter), PayloadFilter)
    list_select_related = ("run",)
    list_display_links = ("name",)
    search_fields = ("=ticker", "name")
    search_help_text = "The fund, or a part of the name"
    ordering = ("-id",)
    readonly_fields = ("shown_outcome", "shown_run", "shown_payload")
    fields = (
        ("shown_run", "shown_payload"), "name", ("ticker", "as_of_date"), ("shown_outcome", "error_type"), "message",
        ("rows", "seconds", "created_at"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[CollectItem]:
        rows = super().get_queryset(request)
        on_a_list = request.resolver_match and request.resolver_match.url_name.endswith("_changelist")
        return rows.defer("bad_rows") if on_a_list else rows

    def sections(self, row: CollectItem) -> Iterable[Section]:
        rows = [
            (str(bad.get("row", "")), bad.get("column") or "whole row", bad.get("reason", ""), bad.get("message", ""))
            for bad in row.bad_rows
        ]
        headings = ("row", "column", "reason", "message")
        note = "row 1 is the first below the header" if rows else ""
        return [Section("Rows that cannot be read", headings, rows, right=(0,), long=3, note=note)]

    @display(description="run", ordering="run")
    def shown_run(self, item: CollectItem) -> SafeString:
        return row_link("collectrun", item.run_id, str(item.run))

    @display(description="as it came")
    def shown_payload(self, item: CollectItem) -> SafeString | str:
        return row_link("payload", item.payload_id, f"payload #{item.payload_id}") if item.payload_id else "-"

    @display(description="outcome", ordering="outcome", label=OUTCOME_COLOURS)
    def shown_outcome(self, item: CollectItem) -> tuple[str, str]:
        """Coloured; on the item's own page the word alone."""
        return item.outcome, outcome_words(item)

    @display(description="message")
    def short_message(self, item: CollectItem) -> str:
        return Truncator(item.message).chars(64) or "-"
