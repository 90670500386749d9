"""What portfolios risk and what they are measured against, in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from market.adminbase import HouseAdmin, HouseExport, ReadOnlyMixin, figure
from portfolio.models import Portfolio, PortfolioBenchmark, PortfolioRiskMetrics
from portfolio.services.errors import PortfolioError
from portfolio.services.risk import risk_metrics_compute

SHOWN = (
    "volatility",
    "sharpe_ratio",
    "max_drawdown",
    "current_drawdown",
    "var_95_1d",
    "cvar_95_1d",
    "effective_assets",
)


@admin.register(PortfolioRiskMetrics)
class RiskMetricsAdmin(HouseExport, ReadOnlyMixin, HouseAdmin):
    """Of the portfolios that the user may see."""

    list_display = ("portfolio", "date", *(figure(name, name.replace("_", " ")) for name in SHOWN), "risk_level")
    list_filter = (("date", RangeDateFilter), ("risk_level", ChoicesDropdownFilter))
    list_select_related = ("portfolio",)
    search_fields = ("portfolio__name", "=portfolio__owner__username")
    search_help_text = "A part of the portfolio's name, or its owner"
    ordering = ("-date", "portfolio")
    actions = ("compute_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PortfolioRiskMetrics]:
        return super().get_queryset(request).filter(portfolio__in=Portfolio.objects.visible_to(request.user))

    def has_compute_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portfolio.change_portfolio")

    @admin.action(description="Compute again, from today's transactions and bars", permissions=["compute"])
    def compute_again(self, request: HttpRequest, rows: QuerySet[PortfolioRiskMetrics]) -> None:
        done = 0
        for row in rows.select_related("portfolio"):
            try:
                risk_metrics_compute(portfolio=row.portfolio, as_of=row.date)
                done += 1
            except PortfolioError as error:
                self.message_user(request, f"{row.portfolio} {row.date}: {error}", messages.ERROR)
        self.message_user(request, f"{done} computed")


class BenchmarkInline(TabularInline):
    """On the page of a portfolio."""

    model = PortfolioBenchmark
    extra = 0
    autocomplete_fields = ("instrument",)
    readonly_fields: tuple[Any, ...] = (
        "as_of", "sessions", "tracking_error", "information_ratio", "alpha", "beta", "excess_return",
    )  # fmt: skip
