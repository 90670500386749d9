"""What is computed of portfolios, to be looked at: daily values, risk, states to go on from."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from market.adminbase import HouseExport, figure
from portfolio.admin.base import ReadOnlyPages
from portfolio.admin.filters import PortfolioFilter
from portfolio.models import Portfolio, PortfolioPerformanceHistory, PortfolioRiskMetrics, ValuationState
from portfolio.services.errors import PortfolioError
from portfolio.services.risk import risk_metrics_compute


class Daily(ReadOnlyPages):
    date_hierarchy = None
    list_filter = (PortfolioFilter,)
    list_select_related = ("portfolio",)
    ordering = ("-date", "portfolio_id")
    nothing_listed = "Computed by manage.py snapshot_portfolios, and every night"


@admin.register(PortfolioPerformanceHistory)
class PerformanceAdmin(HouseExport, Daily):
    list_display = (
        "date", "portfolio", figure("value"), figure("cash"), figure("daily_return", "return %", signed=True),
        figure("twr", "TWR %", signed=True),
        figure("inflow"), figure("outflow"), figure("volatility", "volatility %"), figure("sharpe_ratio", "Sharpe"),
        figure("var_95", "VaR 95 %"), figure("beta"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_twr()


@admin.register(PortfolioRiskMetrics)
class RiskAdmin(HouseExport, Daily):
    list_display = (
        "date", "portfolio", "risk_level", figure("volatility", "volatility %"), figure("sharpe_ratio", "Sharpe"),
        figure("max_drawdown", "drawdown %"), figure("var_95_1d", "VaR 95 %"), figure("cvar_95_1d", "CVaR 95 %"),
        figure("effective_assets"), figure("average_correlation"),
    )  # fmt: skip
    list_filter = (PortfolioFilter, ("risk_level", ChoicesDropdownFilter))
    actions = ("compute_again",)

    @action(description="Compute again, from today's transactions and bars")
    def compute_again(self, request: HttpRequest, queryset: QuerySet[PortfolioRiskMetrics]) -> None:
        changeable = queryset.filter(portfolio__in=Portfolio.objects.visible_to(request.user, "change"))
        for row in changeable.select_related("portfolio"):
            try:
                risk_metrics_compute(portfolio=row.portfolio, as_of=row.date)
                messages.success(request, f"{row.portfolio} {row.date}: computed")
            except PortfolioError as error:
                messages.error(request, f"{row.portfolio} {row.date}: {error}")


@admin.register(ValuationState)
class StateAdmin(Daily):
    list_display = ("date", "portfolio", "assets", "currencies")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        on_a_list = request.resolver_match and request.resolver_match.url_name.endswith("_changelist")
        return rows.defer("state") if on_a_list else rows

    @display(description="assets")
    def assets(self, row: ValuationState) -> int:
        return len(row.instruments)
