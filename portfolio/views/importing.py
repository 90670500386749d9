"""A file of transactions or positions: uploaded, shown row by row, booked when that is confirmed."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from market.pages.columns import BadgeColumn, FigureColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.services.errors import PortfolioError
from portfolio.services.import_files import KINDS, MOST_BYTES, TRANSACTIONS
from portfolio.services.import_plan import DUPLICATE, ERROR, OK, ImportPlan, ImportRow
from portfolio.services.importing import import_preview, transactions_import
from portfolio.services.uploads import Upload, upload_forget, upload_get, upload_keep
from portfolio.views.base import OfPortfolio, PortfolioPage, reason_of

WHAT = dict(zip(KINDS, (_("Transactions"), _("Opening positions")), strict=True))
STATES = ((ERROR, _("Error")), (OK, _("OK")), (DUPLICATE, _("Duplicate")))
TONES = {ERROR: "failed", OK: "done", DUPLICATE: "quiet"}
ORDER = {state: place for place, (state, _label) in enumerate(STATES)}  # what needs a look comes first
FIGURES = ("quantity", "price", "amount", "fee", "tax")


class FileForm(forms.Form):
    """A file, and what it is of."""

    file = forms.FileField(
        label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.txt"}), allow_empty_file=True,
        help_text=format_lazy(_("CSV in UTF-8 or CP949, up to {size} MB."), size=MOST_BYTES // 1_000_000),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("It holds"), choices=list(WHAT.items()), initial=TRANSACTIONS)
    date = forms.DateField(
        label=_("Date of the positions"), required=False, help_text=_("Where the file does not say it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("It is too large."))
        return file


class ImportFile(PortfolioPage, FormView):
    """The upload."""

    template_name = "portfolio/import.html"
    tab = "transactions"
    form_class = FileForm

    def form_valid(self, form: FileForm) -> HttpResponse:
        asked, portfolio = form.cleaned_data, self.portfolio
        upload = Upload(
            self.request.user.pk, asked["file"].name, asked["file"].read(), portfolio.pk, asked["kind"], asked["date"]
        )
        try:
            import_preview(portfolio=portfolio, **_file(upload))
        except PortfolioError as error:
            form.add_error("file", reason_of(error))
            return self.form_invalid(form)
        return redirect("portfolio:import-preview", portfolio.pk, upload_keep(upload=upload))


class RowTable(HouseTable):
    number = FigureColumn(verbose_name=_("Row"), digits=0)
    state = BadgeColumn(verbose_name=_("State"), tones=TONES, accessor="word", order_by=("order",))
    why = TextColumn(verbose_name=_("Why"), css="wrap")
    date = TextColumn(verbose_name=_("Date"))
    kind = WordColumn(verbose_name=_("Kind"))
    asset = TextColumn(verbose_name=_("Asset"))
    quantity = FigureColumn(verbose_name=_("Quantity"), digits=4)
    price = FigureColumn(verbose_name=_("Price"), digits=4)
    amount = FigureColumn(verbose_name=_("Amount"))
    fee = FigureColumn(verbose_name=_("Fee"))
    tax = FigureColumn(verbose_name=_("Tax"))
    currency = TextColumn(verbose_name=_("Currency"))

    file = "preview"
    per_page = 50
    empty = _("The file has no such row.")

    class Meta(HouseTable.Meta):
        order_by = ("state", "number")


class RowFilter(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False, choices=choices(STATES))


class Preview(TablesMixin, PortfolioPage):
    """Every row as it would be booked; a POST books them."""

    template_name = "portfolio/import_preview.html"
    tab = "transactions"
    tables = {"rows": RowTable}
    filters = {"rows": RowFilter}

    @cached_property
    def upload(self) -> Upload:
        return upload_of(self)

    @cached_property
    def plan(self) -> ImportPlan:
        try:
            return import_preview(portfolio=self.portfolio, **_file(self.upload))
        except PortfolioError as error:  # it could be read when it was uploaded: the books have changed since
            raise Http404(str(error)) from error

    def rows_rows(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return [_cells(row) for row in self.plan.rows if asked.get("state", row.state) == row.state]

    def figures(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "upload": self.upload, "what": WHAT[self.upload.kind], "counts": plan.counts, "totals": plan.totals(),
            "shares": plan.shares, "cash": plan.cash, "errors": plan.count(ERROR), "good": plan.count(OK),
            "token": self.kwargs["token"],
        }  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        portfolio = self.portfolio
        skip = "skip_errors" in request.POST
        try:
            done = transactions_import(portfolio=portfolio, skip_errors=skip, **_file(self.upload))
        except PortfolioError as error:
            messages.error(request, reason_of(error))
            return redirect("portfolio:import-preview", portfolio.pk, self.kwargs["token"])
        counts = done.plan.counts
        messages.success(request, gettext("%(added)d booked, %(known)d were there already, %(refused)d refused.") % {
            "added": done.added, "known": counts[DUPLICATE], "refused": counts[ERROR],
        })  # fmt: skip
        if not counts[ERROR]:
            upload_forget(token=self.kwargs["token"])
            return redirect("portfolio:portfolio", portfolio.pk)
        return redirect("portfolio:import-preview", portfolio.pk, self.kwargs["token"])


class Refused(OfPortfolio):
    """The rows that cannot be booked, as a file that can be mended and imported again."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            plan = import_preview(portfolio=self.portfolio, **_file(upload_of(self)))
        except PortfolioError as error:
            raise Http404(str(error)) from error
        named = {"Content-Disposition": 'attachment; filename="refused.csv"'}
        return HttpResponse(plan.refused_csv(), content_type="text/csv; charset=utf-8", headers=named)


def upload_of(view: OfPortfolio) -> Upload:
    """What was uploaded for the portfolio by who asks."""
    try:
        found = upload_get(token=view.kwargs["token"], owner=view.request.user.pk)
    except PortfolioError as error:
        raise Http404(str(error)) from error
    if found.portfolio != view.portfolio.pk:
        raise Http404("it was uploaded for another portfolio")
    return found


def _file(upload: Upload) -> dict[str, Any]:
    return {name: getattr(upload, name) for name in ("content", "name", "kind", "date")}


def _cells(row: ImportRow) -> dict[str, Any]:
    draft = row.draft
    cells: dict[str, Any] = {name: getattr(draft, name, None) for name in (*FIGURES, "currency", "kind")}
    return cells | {
        "number": row.number, "word": row.state, "order": ORDER[row.state],
        "why": "; ".join(f"{one.field}: {one.reason}" for one in row.problems),
        "date": str(getattr(draft, "date", None) or row.raw.get("date", "")),
        "asset": str(getattr(draft, "instrument", None) or ""),
    }  # fmt: skip
