"""What the first page says of backtests: the last ones of whoever looks."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backtests.models import BacktestSession
from backtests.views.columns import STATUS_TONES
from market.pages.sections import Section, register_section

SHOWN = 5


def last_backtests(request: HttpRequest) -> dict[str, Any] | None:
    """None for those who are not logged in, and where there is none."""
    if not request.user.is_authenticated:
        return None
    rows = BacktestSession.objects.visible_to(request.user).with_figures().order_by("-id")
    found = list(rows.defer("config", "warnings", "timings", "data_revision")[:SHOWN])
    for one in found:
        one.tone = STATUS_TONES[one.status]
    return {"backtests": found} if found else None


def fill() -> None:
    """Registers it."""
    register_section(Section("home", "backtests", _("Backtests"), "backtests/pages/home.html", last_backtests, 60))
