"""Around every request: its id, its one line in the log, its place in the metrics."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, QueryDict

from quantsite.redaction import HIDDEN, IS_SECRET_NAME
from quantsite.request_metrics import request_observe
from quantsite.tracing import TRACED, Traced, request_now

logger = logging.getLogger("quantsite.access")

ID_HEADER = "X-Request-ID"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
LONGEST_PATH = 500


class RequestMiddleware:
    """First of all, so that what the others do is told and timed, too.

    A proxy's ``X-Request-ID`` is taken over where it is an ordinary word; the answer carries the id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(ID_HEADER, "")
        traced = Traced(given if SANE_ID.fullmatch(given) else uuid.uuid4().hex, request)
        setattr(request, TRACED, traced)
        token = request_now.set(traced)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers[ID_HEADER] = traced.id
            told(request, response.status_code, time.perf_counter() - began)
            return response
        finally:
            request_now.reset(token)


def told(request: HttpRequest, status: int, seconds: float) -> None:
    """The request in the metrics and in the log."""
    request_observe(request, status, seconds)
    line = {"method": request.method, "path": path_shown(request), "status": status, "ms": round(1000 * seconds, 1)}
    route = request.resolver_match.view_name if request.resolver_match else ""
    logger.info("%(method)s %(path)s %(status)s in %(ms)s ms", line, extra=line | {"route": route})


def path_shown(request: HttpRequest) -> str:
    """The path with its query; values of secrets, in either, are hidden. Cut where it is long."""
    query = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        query.setlist(name, [HIDDEN] if IS_SECRET_NAME.fullmatch(name) else values)
    path = request.get_full_path().partition("?")[0]
    for name, value in request.resolver_match.kwargs.items() if request.resolver_match else ():
        if IS_SECRET_NAME.fullmatch(name):  # of an address that lets somebody in once
            path = path.replace(quote(str(value)), HIDDEN)
    return (f"{path}?{query.urlencode(safe='/*')}" if query else path)[:LONGEST_PATH]
