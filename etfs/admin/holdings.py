"""Lines of compositions in the admin: of a fund on a day, or of a stock; never all of them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter
from unfold.decorators import display

from etfs.admin.base import FundFilter, day_column, fund_column
from etfs.models import ETFHolding
from etfs.services import Ambiguous, NotFound, etf_get, stock_get
from etfs.services.factsheets import newest_day
from market.admin import as_day
from market.adminbase import HouseAdmin, KeyedChangeList, ReadOnlyMixin, figure


class HeldFundFilter(FundFilter):
    """Without a fund, a stock or a search must narrow the list; a table of millions is not listed."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not any(request.GET.get(name) for name in (self.parameter_name, StockFilter.parameter_name, "q")):
            messages.info(request, "Give a fund or a stock: the table is too large to be listed as a whole.")
            return queryset.none()
        return super().queryset(request, queryset)


class StockFilter(TextFilter):
    title = "stock (KR:005930)"
    parameter_name = "stock"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        try:
            return of_stock(queryset, self.value())
        except (NotFound, Ambiguous) as error:
            messages.warning(request, str(error))
            return queryset.none()


def of_stock(queryset: QuerySet, symbol: str) -> QuerySet:
    """Ids of lines first. NotFound or Ambiguous."""
    return queryset.filter(line__in=list(stock_get(symbol).holding_lines.values_list("pk", flat=True)))


class HeldDayFilter(TextFilter):
    """One day; of a fund alone, the newest composition served."""

    title = "date (YYYY-MM-DD)"
    parameter_name = "date"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day = as_day(request, self.value())
        if day is not None:
            return queryset.filter(as_of_date=day)
        fund = request.GET.get(FundFilter.parameter_name)
        if not fund or request.GET.get(StockFilter.parameter_name):
            return queryset
        return queryset.filter(as_of_date=newest_day(symbol=fund))


@admin.register(ETFHolding)
class ETFHoldingAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = (
        day_column("as_of_date", "day"), fund_column, figure("rank"), "ticker", "name", figure("weight", "weight %"),
        figure("weight_change", "change", signed=True), figure("market_value", "value"), figure("shares"),
    )  # fmt: skip
    list_filter = (HeldFundFilter, StockFilter, HeldDayFilter)
    list_select_related = ("etf__instrument", "line__instrument")
    sortable_by = ()
    search_fields = ("etf__instrument__ticker",)
    search_help_text = "A fund, for its newest composition; or a stock, for the funds that hold it"
    nothing_listed = "Search for a fund (US:SPY): its newest composition; or for a stock (KR:005930): who holds it."

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeyedChangeList

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """A composition by rank; a stock newest first, heaviest first."""
        of_fund = request.GET.get(FundFilter.parameter_name) and not request.GET.get(StockFilter.parameter_name)
        return ["rank", "pk"] if of_fund else ["-as_of_date", "rank", F("weight").desc(nulls_last=True)]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """The symbol of a fund or of a stock; nothing is searched through."""
        if not search_term:
            return queryset, False
        try:
            fund = etf_get(search_term)
        except NotFound:
            return self._search_stock(request, queryset, search_term), False
        except Ambiguous as error:
            messages.warning(request, str(error))
            return queryset.none(), False
        return queryset.filter(etf=fund.pk, as_of_date=newest_day(symbol=str(fund.instrument))), False

    def _search_stock(self, request: HttpRequest, queryset: QuerySet, symbol: str) -> QuerySet:
        try:
            return of_stock(queryset, symbol)
        except (NotFound, Ambiguous) as error:
            messages.warning(request, str(error))
            return queryset.none()

    @display(description="line")
    def ticker(self, row: ETFHolding) -> str:
        return str(row.line.instrument or row.line.ticker or row.line.identifier or "-")

    @display(description="name")
    def name(self, row: ETFHolding) -> str:
        return (row.line.instrument.name if row.line.instrument else "") or row.line.name or "-"
