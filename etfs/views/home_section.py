"""What this app says on the first page: the funds that most money came to or left."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from etfs.models import ETFDailyStat
from etfs.services import flows_get
from market.pages.sections import Section, register_section

SHOWN = 5


def flows_context(request: HttpRequest) -> dict[str, Any]:
    """The five largest each way over the last 20 sessions, of all regions, in won."""
    if not ETFDailyStat.objects.filter(net_flow__isnull=False).exists():
        return {"flows": None}
    found = flows_get(top=SHOWN)
    rows = [("in", found.top_inflow), ("out", found.top_outflow)]
    return {"flows": found, "rows": rows}


def fill() -> None:
    """Register it."""
    register_section(Section("home", "flows", _("ETF flows"), "etfs/home_flows.html", flows_context, 40, narrow=True))
