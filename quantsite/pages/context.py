"""What every page knows: the bar with its entries, the theme, the addresses of accounts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
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
        "navigation": [_entry(request, title, name) for title, name in NAVIGATION if _address(name)],
        "theme": theme if theme in THEMES else "",
        "version": settings.VERSION,
        "search_url": _address("market:search"),
        "account_url": _address("accounts:account"),
        "login_url": _address(settings.LOGIN_URL),
        "logout_url": _address("accounts:logout"),
    }


def _entry(request: HttpRequest, title: Any, name: str) -> dict[str, Any]:
    href = _address(name)
    return {"title": title, "href": href, "here": request.path.startswith(href)}


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
