"""What every answer carries against abuse: which scripts a page may run, and what it may ask the browser for.

The site's own pages run scripts of this site's files only, never text inside a page. Two kinds of pages of other
people's make need more, each the least that works (docs/security.md):
the admin, whose Alpine evaluates expressions in attributes (``'unsafe-eval'``; still nothing inline);
reports, which are whole files with their scripts inside: they are shut into a sandbox (``market.web``).
"""

import ipaddress
from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import BaseThrottle

OF_ADMIN = {"script-src": [UNSAFE_EVAL]}
ADMIN = "/admin/"
PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class SitePolicy(CSPMiddleware):
    """The policy by path."""

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN) and not report_only:
            parts.update = {**(parts.update or {}), **OF_ADMIN}
        return parts


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No page asks for what a device has."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return answer


def client_address(request: HttpRequest) -> str | None:
    """Who asks, as the API's throttles count: behind ``QUANTSITE_PROXIES`` proxies what the outermost of them wrote."""
    found = BaseThrottle().get_ident(request)
    try:
        return str(ipaddress.ip_address(found or ""))
    except ValueError:
        return None
