"""A transaction added, changed, taken out: checked against the whole books before anything is written."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from market.pages.forms import CheckedForm, choices
from portfolio.forms import refuse
from portfolio.models import Transaction
from portfolio.services.drafts import FIELDS, NOTE
from portfolio.services.errors import PortfolioError
from portfolio.services.reading import number_told
from portfolio.services.transactions import (
    transaction_add,
    transaction_check,
    transaction_update,
    transactions_delete,
)
from portfolio.views.base import OfPortfolio, PortfolioPage, reason_of

NUMBERS = {
    "quantity": (_("Quantity"), _("Shares; new per old for a split, negative for a transfer out.")),
    "price": (_("Price"), _("Of one share.")),
    "amount": (_("Amount"), _("Before fee and tax; blank: quantity x price.")),
    "fee": (_("Fee"), ""), "tax": (_("Tax"), ""),
}  # fmt: skip


class TransactionForm(forms.Form):
    """The fields as people write them; what is wrong with them, the books say."""

    date = forms.CharField(label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=choices(Transaction.Kind.choices, _("Choose one"))
    )
    asset = forms.CharField(
        label=_("Asset"), required=False, help_text=_("US:AAPL, a ticker of one region, or an ISIN."),
        widget=forms.TextInput(attrs={"placeholder": "US:AAPL", "autocomplete": "off"}),
    )  # fmt: skip
    currency = forms.CharField(label=_("Currency"), required=False, help_text=_("Blank: that of the asset."))
    note = forms.CharField(label=_("Note"), required=False, max_length=NOTE)
    sequence = forms.CharField(label=_("Order in the day"), required=False, help_text=_("Among equals of one day."))

    def __init__(self, *args: Any, check: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.check = check
        for name, (label, text) in NUMBERS.items():
            widget = forms.TextInput(attrs={"inputmode": "decimal"})
            self.fields[name] = forms.CharField(label=label, required=False, help_text=text, widget=widget)
        self.order_fields(FIELDS)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if self.errors:
            return asked
        for problem in self.check(asked):
            field = problem.field if problem.field in self.fields else None
            is_blank = field is not None and not asked.get(field)
            self.add_error(field, forms.ValidationError(problem.reason, code="required" if is_blank else "invalid"))
        return asked


class Editing(CheckedForm, PortfolioPage, FormView):
    """The form of a transaction."""

    template_name = "portfolio/transaction.html"
    tab = "transactions"
    entry: Transaction | None = None

    def check(self, asked: dict[str, Any]) -> Any:
        return transaction_check(portfolio=self.portfolio, entry=self.entry, **asked)

    def get_form(self, form_class: Any = None) -> TransactionForm:
        return TransactionForm(check=self.check, **self.get_form_kwargs())

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            saved = self.save(form.cleaned_data)
        except PortfolioError as error:
            refuse(form, error)
            return self.form_invalid(form)
        messages.success(self.request, gettext("%(entry)s is booked.") % {"entry": saved})
        if "another" in self.request.POST:
            return redirect("portfolio:transaction-new", self.portfolio.pk)
        return redirect("portfolio:transactions", self.portfolio.pk)

    def save(self, asked: dict[str, Any]) -> Transaction:
        return transaction_add(portfolio=self.portfolio, source="page", **asked)

    def figures(self) -> dict[str, Any]:
        return {"entry": self.entry}


class AddTransaction(Editing):
    """A new one."""


class OfEntry(OfPortfolio):
    """A page of one transaction of the portfolio."""

    @cached_property
    def entry(self) -> Transaction:
        rows = self.portfolio.transactions.select_related("instrument", "portfolio")
        found = rows.filter(pk=self.kwargs["number"]).first()
        if found is None:
            raise Http404(f"no transaction #{self.kwargs['number']} in this portfolio")
        return found


class EditTransaction(OfEntry, Editing):
    """One that is booked, changed."""

    def get_initial(self) -> dict[str, Any]:
        entry = self.entry
        known: dict[str, Any] = {name: getattr(entry, name) for name in ("date", "kind", "currency", "note")}
        known |= {name: number_told(getattr(entry, name)) for name in NUMBERS}
        return known | {"asset": str(entry.instrument or ""), "sequence": entry.sequence or ""}

    def save(self, asked: dict[str, Any]) -> Transaction:
        return transaction_update(entry=self.entry, **asked)


class DeleteTransaction(OfEntry):
    """Take one out: asked once more, then done."""

    template_name = "portfolio/transaction_delete.html"
    title = _("Delete a transaction")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.entry, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        entry = self.entry
        try:
            transactions_delete(portfolio=self.portfolio, ids=[entry.pk])
        except PortfolioError as error:
            messages.error(request, reason_of(error))
            return redirect("portfolio:transaction", self.portfolio.pk, entry.pk)
        messages.success(request, gettext("%(entry)s is deleted.") % {"entry": entry})
        return redirect("portfolio:transactions", self.portfolio.pk)
