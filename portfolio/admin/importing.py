"""Importing a file in the admin: uploaded, shown row by row, booked when confirmed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
)

from portfolio.admin.base import marked
from portfolio.models import Portfolio
from portfolio.services.access import portfolio_of
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.import_files import KINDS, MOST_BYTES
from portfolio.services.import_plan import DUPLICATE, ERROR, OK, ImportPlan, ImportRow
from portfolio.services.importing import import_preview, transactions_import
from portfolio.services.uploads import Upload, upload_forget, upload_get, upload_keep

SHOWN = 200  # rows of a preview; all are imported
WHAT = {"transactions": "transactions", "positions": "opening positions"}


class ImportForm(forms.Form):
    portfolio = forms.ModelChoiceField(Portfolio.objects.none(), widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(choices=[(one, WHAT[one]) for one in KINDS], widget=UnfoldAdminSelectWidget)
    file = forms.FileField(
        widget=forms.FileInput(attrs={"class": " ".join(INPUT_CLASSES), "accept": ".csv,.txt"}),
        help_text=f"CSV, up to {MOST_BYTES / 1e6:,.0f} MB.",
    )
    date = forms.DateField(
        required=False, widget=UnfoldAdminSingleDateWidget, help_text="Of positions, where the file does not say it."
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["portfolio"].queryset = Portfolio.objects.visible_to(user, "change")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"at most {MOST_BYTES / 1e6:,.0f} MB are read at once")
        return file


class ImportPage:
    """One address: the form; with ``?upload=`` its preview; confirmed by a POST, the import."""

    def __init__(self, admin_site: Any) -> None:
        self.admin_site = admin_site

    def show(self, request: HttpRequest) -> HttpResponse:
        try:
            if request.POST.get("confirmed"):
                return self._import(request, request.POST["confirmed"])
            if request.method == "GET" and request.GET.get("upload"):
                return self._preview(request, request.GET["upload"])
        except (PortfolioError, PortfolioNotFound) as error:
            messages.error(request, str(error))
            return redirect("admin:portfolio_import_file")
        form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            token = upload_keep(upload=_upload(request, form))
            return redirect(f"{reverse('admin:portfolio_import_file')}?{urlencode({'upload': token})}")
        return self._page(request, form=form)

    def refused(self, request: HttpRequest, token: str) -> HttpResponse:
        """The rows that were not booked, as a file."""
        try:
            found = upload_get(token=token, owner=request.user.pk)
        except PortfolioError as error:
            raise Http404(str(error)) from error
        named = {"Content-Disposition": 'attachment; filename="refused.csv"'}
        return HttpResponse(found.content, content_type="text/csv; charset=utf-8", headers=named)

    def _preview(self, request: HttpRequest, token: str) -> HttpResponse:
        upload = upload_get(token=token, owner=request.user.pk)
        plan = import_preview(**_asked(request, upload))
        # What needs a look comes first.
        rows = sorted(plan.rows, key=lambda row: ((ERROR, OK, DUPLICATE).index(row.state), row.number))
        return self._page(
            request, upload=upload, token=token, plan=plan, rows=[_cells(row) for row in rows[:SHOWN]],
            left=max(len(rows) - SHOWN, 0),
            errors=plan.count(ERROR), what=WHAT[upload.kind],
            held=[f"{name} {quantity:,.10g}" for name, quantity in plan.shares.items()],
            cash=[f"{name} {amount:,.2f}" for name, amount in plan.cash.items()],
        )  # fmt: skip

    def _import(self, request: HttpRequest, token: str) -> HttpResponse:
        upload = upload_get(token=token, owner=request.user.pk)
        skip = request.POST.get("skip_errors") == "yes"
        done = transactions_import(**_asked(request, upload), skip_errors=skip)
        upload_forget(token=token)
        _tell(request, upload, done.added, done.plan)
        address = reverse("admin:portfolio_transaction_changelist")
        return redirect(f"{address}?{urlencode({'portfolio': upload.portfolio})}")

    def _page(self, request: HttpRequest, **shown: Any) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {"title": "Import transactions"} | shown
        return TemplateResponse(request, "portfolio/admin/import_file.html", context)


def _cells(row: ImportRow) -> dict[str, Any]:
    """A row as the table shows it; of one that could not be read, what could."""
    draft = row.draft
    figures = (getattr(draft, name, None) for name in ("quantity", "price", "amount", "fee", "tax"))
    return {
        "number": row.number, "state": row.state, "problems": row.problems,
        "words": [str(getattr(draft, name, None) or "-") for name in ("date", "kind", "instrument", "currency")],
        "figures": [marked(one) or "-" for one in figures],
    }  # fmt: skip


def _upload(request: HttpRequest, form: ImportForm) -> Upload:
    asked = form.cleaned_data
    return Upload(
        request.user.pk, asked["file"].name, asked["file"].read(), asked["portfolio"].pk, asked["kind"], asked["date"]
    )


def _asked(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """What a service is asked with; PortfolioNotFound when the portfolio is not theirs (any more)."""
    portfolio = portfolio_of(user=request.user, portfolio_id=upload.portfolio, action="change")
    named = {name: getattr(upload, name) for name in ("content", "name", "kind", "date")}
    return {"portfolio": portfolio, **named}


def _tell(request: HttpRequest, upload: Upload, added: int, plan: ImportPlan) -> None:
    counts = plan.counts
    told = f"{added:,} booked, {counts[DUPLICATE]:,} were there already"
    if not counts[ERROR]:
        messages.success(request, told)
        return
    token = upload_keep(upload=Upload(upload.owner, "refused.csv", plan.refused_csv().encode()))
    address = reverse("admin:portfolio_refused_rows", args=[token])
    link = '{}; <a href="{}">{} not booked: download them</a>'
    messages.warning(request, format_html(link, told, address, f"{counts[ERROR]:,}"))
