"""Every address there is, with the methods its view answers."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.views.generic import RedirectView

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes() -> Iterator[tuple[str, str]]:
    """(route, method), as the resolver has them; a route that another one hides is not asked."""
    seen: set[str] = set()
    for route, view in _walk(get_resolver().url_patterns):
        if route not in seen:
            seen.add(route)
            for method in _methods(view):
                yield route, method


def _walk(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def _methods(view: Any) -> list[str]:
    """Of a class those it has a method for; of a function GET (the admin's pages, metrics)."""
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if kind is None:
        return ["GET"]
    if issubclass(kind, RedirectView):
        return ["GET"]
    of_api = hasattr(view, "cls")
    allowed = {name.upper() for name in kind.http_method_names}
    written = [name for name in METHODS if name in allowed and hasattr(kind, name.lower())]
    # A form view of Django's takes PUT for POST.
    return written if of_api else [name for name in written if name in ("GET", "POST")]
