"""One's own portfolios on the first page."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from market.pages.sections import Section, register_section
from market.pages.sparkline import sparkline
from portfolio.models import Portfolio
from portfolio.services.listing import lines_of_year, with_returns
from portfolio.views.listing import LINE

MOST = 6


def own_portfolios(request: HttpRequest) -> dict[str, Any] | None:
    """Those of who looks, those with values first; None for somebody who is not logged in."""
    if not request.user.is_authenticated:
        return None
    mine = Portfolio.objects.filter(owner=request.user).order_by(F("valued_to").desc(nulls_last=True), "name")
    rows = list(with_returns(mine)[:MOST])
    lines = lines_of_year(rows)
    shown = [(one, sparkline(lines.get(one.pk, []))) for one in rows]
    others = not rows and Portfolio.objects.visible_to(request.user).exists()
    return {"rows": shown, "label": LINE, "others": others}


def fill() -> None:
    """Register it."""
    register_section(Section("home", "portfolios", _("My portfolios"), "portfolio/home.html", own_portfolios, 10))
