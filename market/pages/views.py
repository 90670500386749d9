"""What views of pages share: who may see them, their tables, forms that narrow these, files of them."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.generic import TemplateView
from django_htmx.http import HttpResponseClientRedirect

from market.pages.exports import FORMATS
from market.pages.tables import HouseTable

PARTS = {"table": "pages/table_rows.html", "box": "pages/table_box.html"}  # by the beginning of the target's id


class Page(TemplateView):
    """A page of reference data: for everybody where ``settings.PUBLIC_READ``, else for who is logged in."""

    title: Any = ""
    login_needed = False  # whatever PUBLIC_READ says

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and (self.login_needed or not settings.PUBLIC_READ):
            there = redirect_to_login(request.get_full_path())
            return HttpResponseClientRedirect(there.url) if request.htmx else there
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        """What the page is called in its heading and the browser's tab."""
        return self.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=self.get_title(), **kwargs)


class OwnPage(Page):
    """A page of somebody's own work, or of what changes something: never without a login."""

    login_needed = True


class TablesMixin:
    """A page with tables, each by its name.

    ``tables`` maps names to classes, ``filters`` to the forms that narrow them. Rows come from ``rows_<name>(asked)``:
    a queryset or list, ``asked`` being what the form holds to be good (empty without a form). A table alone is
    rendered when htmx asks for it (with its heading and form for the element ``box-<name>`` of another page,
    ``pages/table_later.html``), and sent as a file with ``?export=csv&table=<name>``; then no other table's rows are
    read.
    """

    tables: ClassVar[dict[str, type[HouseTable]]] = {}
    filters: ClassVar[dict[str, type[Form]]] = {}
    request: HttpRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        part, _, wanted = (request.htmx.target or "").partition("-")
        if wanted in self.tables and part in PARTS:
            alone = render(request, PARTS[part], {"table": self.table(wanted)})
            patch_vary_headers(alone, ["HX-Request", "HX-Target"])
            return alone
        name, file_format = request.GET.get("table", ""), request.GET.get("export", "")
        if name in self.tables and file_format in FORMATS:
            return self.table(name).export(file_format)
        whole: HttpResponseBase = super().get(request, *args, **kwargs)  # type: ignore[misc] # of the view it is mixed into
        patch_vary_headers(whole, ["HX-Request", "HX-Target"])
        return whole

    def table(self, name: str) -> HouseTable:
        """The table of this name with its form, narrowed, sorted and paged as the request asks."""
        prefix = name if len(self.tables) > 1 else ""
        form_class = self.filters.get(name)
        form = form_class(self.request.GET, prefix=prefix or None) if form_class else None
        asked = {} if form is None else self._asked(form)
        rows = getattr(self, f"rows_{name}")(asked)
        table = self.tables[name](rows, name=name, request=self.request, prefix=f"{prefix}-" if prefix else "")
        table.form = form
        table.kept = self._kept(table, form)
        return table

    @staticmethod
    def _asked(form: Form) -> dict[str, Any]:
        form.is_valid()
        return {key: value for key, value in form.cleaned_data.items() if value not in (None, "", [])}

    def _kept(self, table: HouseTable, form: Form | None) -> list[tuple[str, str]]:
        """Parameters of the page that the table's form has to send along."""
        own = {table.prefixed_page_field, "export", "table"}
        own |= {form.add_prefix(name) for name in form.fields} if form else set()
        return [(key, value) for key, values in self.request.GET.lists() if key not in own for value in values]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tables = {name: self.table(name) for name in self.tables}
        return super().get_context_data(tables=tables, **kwargs)  # type: ignore[misc] # of the view it is mixed into
