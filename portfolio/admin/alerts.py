"""Alerts in the admin: what passed its limit, and whether somebody has seen it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from market.adminbase import figure
from portfolio.admin.base import ReadOnlyPages
from portfolio.admin.filters import PortfolioFilter
from portfolio.models import Alert
from portfolio.services.alerts import alert_see


@admin.register(Alert)
class AlertAdmin(ReadOnlyPages):
    list_display = ("date", "portfolio", "kind", figure("figure", "figure %"), figure("limit", "limit %"), "is_seen")
    list_filter = (PortfolioFilter, ("kind", ChoicesDropdownFilter))
    list_select_related = ("portfolio",)
    actions = ("see",)
    nothing_listed = "No limit was passed; limits are set at each portfolio"

    @display(description="seen", boolean=True, ordering="seen_at")
    def is_seen(self, alert: Alert) -> bool:
        return alert.seen_at is not None

    @action(description="Mark as seen", permissions=["view"])
    def see(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        for alert in queryset.select_related("portfolio"):
            if self.allowed(request, alert, "change"):
                alert_see(portfolio=alert.portfolio, alert_id=alert.pk)
