"""Transactions in the admin: the books, narrowed, written by hand or from a file."""

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from market.api.csv import csv_response
from portfolio.admin.base import OwnPages, money
from portfolio.admin.filters import AssetFilter, PortfolioFilter
from portfolio.admin.forms import TransactionForm
from portfolio.admin.importing import ImportPage
from portfolio.api.serializers import TransactionSerializer, with_assets
from portfolio.models import Portfolio, Transaction
from portfolio.services.checking import book_check, book_refusal
from portfolio.services.errors import PortfolioError
from portfolio.services.queueing import valuation_enqueue
from portfolio.services.transactions import transactions_delete


@admin.register(Transaction)
class TransactionAdmin(OwnPages):
    form = TransactionForm
    list_display = (
        "date", "portfolio", "kind", "asset", money("quantity"), money("price"), money("amount"), money("fee"),
        money("tax"), "currency", "note",
    )  # fmt: skip
    list_filter = (PortfolioFilter, AssetFilter, ("kind", ChoicesDropdownFilter))
    list_select_related = ("portfolio", "instrument")
    date_hierarchy = None
    search_fields = ("note", "source")
    search_help_text = "A part of the note, or of the file's name"
    ordering = ("-date", "-sequence", "-id")
    autocomplete_fields = ("instrument",)
    actions = ("as_csv",)
    actions_list = ("import_file",)
    nothing_listed = "Add one, or import a file"
    fieldsets = (
        (None, {"fields": ("portfolio", ("date", "kind"), "instrument", ("quantity", "price", "amount"))}),
        (None, {"fields": (("fee", "tax", "currency"), ("note", "sequence"))}),
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Transaction | None = None) -> tuple[str, ...]:
        return ("portfolio",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Transaction, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        valuation_enqueue(portfolio=obj.portfolio)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """What is left must be able to have happened."""
        chosen = list(objs)
        others = {"transaction" for one in chosen if not self.has_delete_permission(request, one)}
        broken = []
        for portfolio, ids in _by_portfolio(chosen).items():
            refused = book_refusal(book_check(portfolio.pk, [], without=ids), single=True)
            broken += [f"{portfolio}: {refused}"] if refused else []
        return [str(one) for one in chosen], {"transactions": len(chosen)}, others, broken

    def delete_model(self, request: HttpRequest, obj: Transaction) -> None:
        self._delete([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> None:
        self._delete(list(queryset))

    @transaction.atomic
    def _delete(self, chosen: list[Transaction]) -> None:
        try:
            for portfolio, ids in _by_portfolio(chosen).items():
                transactions_delete(portfolio=portfolio, ids=ids)
        except PortfolioError as error:  # somebody changed the books since they were shown
            raise PermissionDenied(str(error)) from error

    # --- files ------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        page = ImportPage(self.admin_site)
        own = [
            path("import-file/", self.admin_site.admin_view(page.show), name="portfolio_import_file"),
            path("refused/<str:token>/", self.admin_site.admin_view(page.refused), name="portfolio_refused_rows"),
        ]
        return [*own, *super().get_urls()]

    def has_import_file_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @action(description="Import a file", url_path="import", icon="upload_file", permissions=["import_file"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:portfolio_import_file")

    @action(description="As CSV, to be imported elsewhere", permissions=["view"])
    def as_csv(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> StreamingHttpResponse | None:
        if not queryset.exists():
            messages.error(request, "none chosen")
            return None
        rows = with_assets(queryset.select_related(None)).order_by(*self.ordering)
        return csv_response(rows, TransactionSerializer(), "transactions.csv")

    @display(description="asset", ordering="instrument__ticker", empty_value="-")
    def asset(self, row: Transaction) -> str | None:
        return str(row.instrument) if row.instrument else None


def _by_portfolio(chosen: list[Transaction]) -> dict[Portfolio, list[int]]:
    found: dict[Portfolio, list[int]] = defaultdict(list)
    for one in chosen:
        found[one.portfolio].append(one.pk)
    return found
