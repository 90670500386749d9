"""The books of a portfolio as a table."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from market.pages.columns import DayColumn, TextColumn, WordColumn
from market.pages.forms import choices
from market.pages.tables import HouseTable
from market.pages.views import TablesMixin
from portfolio.models import Transaction
from portfolio.views.base import PortfolioPage
from portfolio.views.links import ExactColumn, instrument_address


def _address(record: Transaction) -> str:
    return reverse("portfolio:transaction", args=[record.portfolio_id, record.pk])


class TransactionTable(HouseTable):
    """Its columns as a file are those that can be imported."""

    date = DayColumn(verbose_name=_("Date"), linkify=_address)
    kind = WordColumn(verbose_name=_("Kind"))
    asset = TextColumn(
        verbose_name=_("Asset"), accessor="instrument", order_by=("instrument__ticker",),
        linkify=lambda record: instrument_address(record.instrument),
    )  # fmt: skip
    quantity = ExactColumn(verbose_name=_("Quantity"))
    price = ExactColumn(verbose_name=_("Price"))
    amount = ExactColumn(verbose_name=_("Amount"))
    fee = ExactColumn(verbose_name=_("Fee"))
    tax = ExactColumn(verbose_name=_("Tax"))
    currency = TextColumn(verbose_name=_("Currency"))
    note = TextColumn(verbose_name=_("Note"))
    source = TextColumn(verbose_name=_("Source"))

    file = "transactions"
    per_page = 50
    empty = _("No transaction fits. Add one, or import a file.")

    class Meta(HouseTable.Meta):
        order_by = ("-date",)

    def value_kind(self, record: Transaction) -> str:
        """As files of transactions write it."""
        return record.kind


class TransactionFilter(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=choices(Transaction.Kind.choices))
    asset = forms.CharField(label=_("Asset"), required=False, max_length=64)
    start = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class Transactions(TablesMixin, PortfolioPage):
    """All of them, narrowed by kind, asset and period."""

    template_name = "portfolio/transactions.html"
    tab = "transactions"
    tables = {"transactions": TransactionTable}
    filters = {"transactions": TransactionFilter}

    def rows_transactions(self, asked: dict[str, Any]) -> QuerySet[Transaction]:
        rows = self.portfolio.transactions.between(asked.get("start"), asked.get("end"))
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        if "asset" in asked:
            ticker = asked["asset"].rpartition(":")[2].strip()
            rows = rows.filter(Q(instrument__ticker__icontains=ticker) | Q(instrument__name__icontains=ticker))
        return rows.select_related("instrument")
