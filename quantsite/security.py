"""What every answer carries against abuse: which scripts a page may run, and what it may ask the browser for.

The site's own pages run scripts of this site's files only, never text inside a page. Two kinds of pages of other
people's make need more, each the least that works (docs/security.md):
the admin, whose Alpine evaluates expressions in attributes (``'unsafe-eval'``; still nothing inline);
reports, which are whole files with their scripts inside: they are shut into a sandbox (``market.pages.reports``).
"""

import ipaddress
from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
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


def limited_body(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """413 for a body larger than ``QUANTSITE_MAX_UPLOAD``, before anything of it is read: Django's own limit counts no
    files, and the API's parsers read bodies past it."""

    def answer(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return get_response(request)
        told = f"at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes are taken at once"
        if request.path_info.startswith("/api/"):
            return JsonResponse({"detail": told}, status=413)
        return HttpResponse(f"{told}\n", status=413, content_type="text/plain; charset=utf-8")

    return answer


def client_address(request: HttpRequest) -> str | None:
    """Who asks, as the API's throttles count: behind ``QUANTSITE_PROXIES`` proxies what the outermost of them wrote."""
    found = BaseThrottle().get_ident(request)
    try:
        return str(ipaddress.ip_address(found or ""))
    except ValueError:
        return None
