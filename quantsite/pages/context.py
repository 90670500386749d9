"""What every page knows: the bar with its entries, the theme, the addresses of accounts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

NAVIGATION = (
    (_("Instruments"), "market:instruments"),
    (_("Factors"), "factors:factors"),
    (_("Screener"), "factors:screener"),
    (_("Strategies"), "factors:strategies"),
    (_("ETFs"), "etfs:funds"),
    (_("Backtests"), "backtests:sessions"),
    (_("Portfolios"), "portfolio:portfolios"),
    (_("Jobs"), "market:jobs"),
    (_("Data"), "market:data"),
)
THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """For pages; the admin, which has a bar of its own, uses nothing of it."""
    theme = request.COOKIES.get("theme", "")
    return {
        "navigation": [_entry(request, title, reverse(name)) for title, name in NAVIGATION],
        "theme": theme if theme in THEMES else "",
        "version": settings.VERSION,
        "login_url": reverse(settings.LOGIN_URL),
    }


def _entry(request: HttpRequest, title: Any, href: str) -> dict[str, Any]:
    return {"title": title, "href": href, "here": request.path.startswith(href)}
