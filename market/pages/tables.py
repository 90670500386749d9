"""Tables that sort, page and export on the server (django-tables2)."""

from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData, TableQuerysetData
from django_tables2.utils import Accessor, OrderBy

from market.pages.columns import TextColumn
from market.pages.exports import export_response
from market.pages.formats import NONE, is_missing

PER_PAGE = 25
MOST_PER_PAGE = 200
LONGEST_NUMBER = 10  # digits, of what is typed into an address


class Rows(TableListData):
    """Rows in memory (dicts or objects). What is missing sorts last, either way."""

    def order_by(self, aliases: Iterable[str]) -> None:
        for alias in reversed(list(aliases)):
            path = Accessor(self.table.columns[OrderBy(alias).bare].column.sorted_by)
            found = [(path.resolve(row, quiet=True), row) for row in self.data]
            known = [
                (value.casefold() if isinstance(value, str) else value, row)
                for value, row in found
                if not _missing(value)
            ]
            known.sort(key=lambda pair: pair[0], reverse=alias.startswith("-"))
            self.data = [row for _, row in known] + [row for value, row in found if _missing(value)]


class Query(TableQuerysetData):
    """Rows in the database: by all columns asked for, then by their keys, so that pages do not mix."""

    def order_by(self, aliases: Iterable[str]) -> None:
        columns = ((alias, self.table.columns[OrderBy(alias).bare].column) for alias in aliases)
        self.data = self.data.order_by(*(column.ordering(alias.startswith("-")) for alias, column in columns), "pk")


def _missing(value: Any) -> bool:
    return is_missing(value) or value == ""


class HouseTable(tables.Table):
    """A table of the site. Subclasses name columns, and in ``Meta`` their ``order_by``.

    ``title``: its heading, "" where the page has one. ``empty``: what to do where there are no rows.
    ``note``: what a reader has to know, below it. ``file``: name of its files. ``live``: it asks for itself again.
    """

    title: Any = ""
    empty: Any = _("Nothing here yet.")
    note: Any = ""
    file = "quantsite"
    per_page = PER_PAGE
    live = False

    class Meta:
        template_name = "pages/table.html"
        attrs = {"class": "rows"}

    def __init__(self, data: Any, *, name: str, request: HttpRequest, **kwargs: Any) -> None:
        for column_name, column in type(self).base_columns.items():
            if isinstance(column, TextColumn):
                column.bind(column_name)
        super().__init__(Rows(data) if isinstance(data, list) else Query(data), **kwargs)
        for bound in self.columns.iterall():  # files have plain values, whatever ``render_<name>`` shows on the page
            bound.value = getattr(self, f"value_{bound.name}", bound.column.value)
        self.name, self.request, self.target = name, request, f"table-{name}"
        tables.RequestConfig(request, paginate=False).configure(self)  # it would take any number of rows, also -1
        self.paginate(per_page=self._rows_asked())
        self.page = self.paginator.get_page(request.GET.get(self.prefixed_page_field))

    def _rows_asked(self) -> int:
        """Rows of a page: 1 to ``MOST_PER_PAGE``; the table's own number where something else is asked for."""
        wanted = self.request.GET.get(self.prefixed_per_page_field, "")
        short = wanted.isdecimal() and len(wanted) < LONGEST_NUMBER
        return min(int(wanted), MOST_PER_PAGE) if short and int(wanted) else self.per_page

    @property
    def total(self) -> int:
        """Rows on all pages."""
        return int(self.paginator.count)

    @property
    def pushes(self) -> bool:
        """Whether its sorting and pages show in the browser's address: not inside another page."""
        try:
            shown = self.request.htmx.current_url_abs_path
        except ValueError:  # the header names no address
            return False
        return shown is None or shown.partition("?")[0] == self.request.path

    def export(self, file_format: str) -> HttpResponseBase:
        """All rows, in the order asked for, with plain values."""
        head, *rows = self.as_values()
        plain = ([None if value == NONE else value for value in row] for row in rows)
        return export_response(file_format, self.file, [str(text) for text in head], plain)
