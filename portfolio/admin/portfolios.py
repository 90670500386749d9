"""Portfolios in the admin: settings, targets, benchmarks and limits on one page."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from etfs.admin.base import LINK, Section, SectionsMixin
from market.adminbase import figure
from portfolio.admin.base import OfOwner, OwnPages
from portfolio.admin.forms import Benchmarks, Targets
from portfolio.admin.overview import portfolio_sections
from portfolio.admin.portfolio_actions import PortfolioActions
from portfolio.forms import PortfolioForm
from portfolio.models import AlertLimit, Portfolio, PortfolioAllocation, PortfolioBenchmark
from portfolio.services.listing import with_newest
from portfolio.services.portfolios import SETTINGS, portfolio_create, portfolio_delete, portfolio_update, values_outdate

STATES = {"up to date": "success", "to compute": "warning", "failed": "danger", "empty": "info"}


class OfPage(OfOwner, TabularInline):
    """Rows on the page of a portfolio: whoever may change it may change them."""

    to_portfolio = ""
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super(OfOwner, self).get_queryset(request).select_related(*self.related)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allowed(request, obj, "change")


class AllocationInline(OfPage):
    model = PortfolioAllocation
    formset = Targets
    related = ("instrument",)
    autocomplete_fields = ("instrument",)
    verbose_name_plural = "targets (they sum to 100)"


class BenchmarkInline(OfPage):
    model = PortfolioBenchmark
    formset = Benchmarks
    related = ("instrument",)
    autocomplete_fields = ("instrument",)
    readonly_fields = ("as_of", "tracking_error", "information_ratio", "alpha", "beta", "excess_return")


class LimitInline(OfPage):
    model = AlertLimit
    related = ()
    fields = ("kind", "limit", "by_email")


@admin.register(Portfolio)
class PortfolioAdmin(SectionsMixin, PortfolioActions, OwnPages):
    to_portfolio = ""
    form = PortfolioForm
    list_display = (
        "name", "owner", "base_currency", figure("newest_value", "value"),
        figure("newest_twr", "TWR %", signed=True), "valued_to", "state", "books",
    )  # fmt: skip
    list_select_related = ("owner",)
    search_fields = ("=id", "name", "owner__username")
    search_help_text = "Its number, a part of its name or of its owner's"
    ordering = ("owner__username", "name")
    inlines = (AllocationInline, BenchmarkInline, LimitInline)
    readonly_fields = ("owner", "valued_to", "valued_at", "stale_from", "valuation_error")
    fieldsets = (
        (None, {"fields": ("name", ("base_currency", "risk_free_rate"), "description")}),
        ("Trading", {"classes": ("collapse",), "fields": (
            ("commission", "sales_tax", "gains_tax"), ("minimum_trade", "lot"),
        )}),
    )  # fmt: skip
    computed = ("Values", {"fields": ("owner", ("valued_to", "valued_at"), ("stale_from", "valuation_error"))})

    def sections(self, row: Portfolio) -> Iterable[Section]:
        return portfolio_sections(row)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Portfolio]:
        return with_newest(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Portfolio | None = None) -> Any:
        return (*self.fieldsets, self.computed) if obj else self.fieldsets

    def get_form(self, request: HttpRequest, obj: Portfolio | None = None, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        return type("FormOfUser", (form,), {"user": request.user})

    # --- saving: by the services ------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Portfolio, form: PortfolioForm, change: bool) -> None:
        asked = {
            name: form.cleaned_data[name] for name in SETTINGS if name in (form.changed_data if change else SETTINGS)
        }
        if change:
            portfolio_update(portfolio=obj, **asked)
        else:
            obj.pk = portfolio_create(owner=request.user, **asked).pk
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        if isinstance(formset, Benchmarks) and formset.primary():
            chosen = formset.primary()[0].instance.pk
            formset.instance.benchmarks.filter(is_primary=True).exclude(pk=chosen).update(is_primary=False)
        super().save_formset(request, form, formset, change)
        if isinstance(formset, Benchmarks) and formset.has_changed():
            values_outdate(formset.instance)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Names only: a portfolio has thousands of rows."""
        others = {"portfolio" for one in objs if not self.has_delete_permission(request, one)}
        told = [f"{one}, with its transactions, values and targets" for one in objs]
        return told, {"portfolios": len(told)}, others, []

    def delete_model(self, request: HttpRequest, obj: Portfolio) -> None:
        portfolio_delete(portfolio=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Portfolio]) -> None:
        for portfolio in queryset:
            self.delete_model(request, portfolio)

    # --- columns ----------------------------------------------------------------------------------------------------

    @display(description="state", label=STATES)
    def state(self, row: Portfolio) -> str:
        if row.valuation_error:
            return "failed"
        if row.is_stale:
            return "to compute"
        return "up to date" if row.valued_to else "empty"

    @display(description="books")
    def books(self, row: Portfolio) -> SafeString:
        address = f"{reverse('admin:portfolio_transaction_changelist')}?{urlencode({'portfolio': row.pk})}"
        return format_html('<a href="{}" class="{}">transactions</a>', address, LINK)
