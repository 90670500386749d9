"""What all admin pages share: pages that never count a huge table, read-only models, imports with permission."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import connection, models
from django.http import HttpRequest
from django.utils.functional import cached_property
from import_export.admin import ExportMixin, ImportMixin
from import_export.formats.base_formats import CSV, JSON
from tablib import Dataset
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter, TextFilter
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.decorators import display
from unfold.views import ChangeList

from market.models import Instrument
from market.regions import REGION_CHOICES
from market.spreadsheets import cell_safe

COUNTED_ROWS = 1_000
SEARCHED_INSTRUMENTS = 50
MOST_BYTES = 20_000_000  # of a file that is imported in the admin: all of it is in memory, several times


class BoundedPaginator(Paginator):
    """Counts up to ``counted`` rows by reading that many keys; beyond that takes the planner's estimate."""

    counted = COUNTED_ROWS

    @cached_property
    def count(self) -> int:
        rows = self.object_list.order_by()
        found = len(rows.values_list(_a_column(rows.model))[: self.counted + 1])
        return found if found <= self.counted else max(found, _estimate(rows))


def _a_column(model: type[models.Model]) -> str:
    """A stored column (the key of a view for the admin is computed)."""
    return "date" if not model._meta.managed else "pk"


def _estimate(rows: models.QuerySet) -> int:
    """Rows the planner expects (from ``pg_class.reltuples`` and statistics): no row is read."""
    text, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", params)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return int(plan[0]["Plan"]["Plan Rows"])


class HouseAdmin(ModelAdmin):
    """Base of every admin page."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    list_filter_submit = True
    list_filter_sheet = False
    compressed_fields = True
    nothing_listed = ""  # what to do where a list is empty; '': what there is to do everywhere
    warn_unsaved_form = True


class ReadOnlyMixin:
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SafeCSV(CSV):
    """CSV whose cells no spreadsheet runs. The library's own setting takes away a leading ``=`` and leaves the rest, in
    JSON too."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> str:
        rows = [[cell_safe(cell) for cell in row] for row in dataset]
        return super().export_data(Dataset(*rows, headers=dataset.headers), **kwargs)


class HouseExport(ExportMixin):
    """Export by those who may see the rows."""

    export_form_class = ExportForm
    export_formats = (SafeCSV, JSON)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class HouseImportForm(ImportForm):
    """A CSV of a size that is read at once."""

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES:
            raise ValidationError(f"at most {MOST_BYTES / 1e6:,.0f} MB are read at once: load it with a command")
        if not file.name.lower().endswith(".csv"):
            raise ValidationError("only .csv files are read here")
        return file


class HouseImport(ImportMixin):
    """Import by those who may add rows. The load run is the log of it."""

    import_form_class = HouseImportForm
    import_formats = (CSV,)
    skip_admin_log = True
    import_model: ClassVar[type[models.Model]]  # whose ``add`` permission counts

    def has_import_permission(self, request: HttpRequest) -> bool:
        options = self.import_model._meta
        return request.user.has_perm(f"{options.app_label}.add_{options.model_name}")


class HouseImportExport(HouseImport, HouseExport):
    """Both, with both buttons."""

    import_export_change_list_template = "admin/import_export/change_list_import_export.html"


def figure(name: str, title: str = "", *, signed: bool = False) -> Any:
    """A column of numbers to six digits, thousands marked; the full figure is on the row's own page. The name of the
    function is the class by which the column is aligned."""

    @display(description=title or name.replace("_", " "), ordering=name, empty_value="-")
    def figure(row: models.Model) -> str | None:
        value = getattr(row, name)
        return None if value is None else short(value, signed=signed)

    return figure


def short(value: float | Decimal, *, signed: bool = False) -> str:
    """1234567.8 -> 1,234,568; 0.00012345678 -> 0.000123457; 1.23e12 -> 1,230,000,000,000; signed 0.24 -> +0.24."""
    sign = "+" if signed and value > 0 else ""
    return sign + (f"{value:,.0f}" if abs(value) >= 100_000 else f"{value:,.6g}")


class KeyedChangeList(ChangeList):
    """Rows in the order of the admin's own ``ordering``, without the computed key that Django would add to it."""

    def get_ordering(self, request: HttpRequest, queryset: models.QuerySet) -> list[Any]:
        return list(self.model_admin.get_ordering(request))


class KeyedRowsAdmin(ReadOnlyMixin, HouseAdmin):
    """A view whose text key is computed: found and listed by the columns behind it."""

    sortable_by = ()
    search_fields = ("instrument__ticker",)
    search_help_text = "Ticker, or a part of the name"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeyedChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return self.get_queryset(request).by_key(object_id)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        if not search_term:
            return queryset, False
        ids = Instrument.objects.search(search_term).values_list("pk", flat=True)[:SEARCHED_INSTRUMENTS]
        return queryset.filter(instrument_id__in=list(ids)), False


class RegionFilter(DropdownFilter):
    title = "region"
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return REGION_CHOICES

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(instrument__region=self.value()) if self.value() else queryset


class TickerFilter(TextFilter):
    """Ids first: joined by ticker, the planner reads whole days of scores."""

    title = "ticker"
    parameter_name = "ticker"

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if not self.value():
            return queryset
        ids = Instrument.objects.filter(ticker=self.value()).values_list("pk", flat=True)
        return queryset.filter(instrument_id__in=list(ids))


def names_an_instrument(request: HttpRequest) -> bool:
    """The list is already narrowed to few instruments (ticker filter or search)."""
    return bool(request.GET.get(TickerFilter.parameter_name) or request.GET.get("q"))
