"""``/metrics``: the figures of all rooms in the text format that Prometheus reads."""

import hmac
import ipaddress
import logging

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest

from etfs.metrics import EtfCollector
from quantsite.embedded.errors import EmbeddedPostgresError
from quantsite.job_metrics import JobCollector
from quantsite.request_metrics import requests_register
from quantsite.run_metrics import RunCollector

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
COLLECTORS = (EtfCollector, JobCollector, RunCollector)  # they read the database when asked
TIME_LIMIT = "10s"  # for one query: a scrape must not burden a database that is slow already
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """With ``QUANTSITE_METRICS_TOKEN``: for who sends it as bearer token. Without: for this machine alone, and not for
    what a proxy on it passes on. 503 when the database does not answer."""
    if settings.METRICS_TOKEN:
        if not _has_token(request):
            return _text("the bearer token of QUANTSITE_METRICS_TOKEN is needed\n", 401, {"WWW-Authenticate": "Bearer"})
    elif not _is_local(request):
        return _text("only for this machine; set QUANTSITE_METRICS_TOKEN to read metrics from elsewhere\n", 403)
    try:
        return HttpResponse(exposition(), content_type=CONTENT_TYPE)
    except (DatabaseError, EmbeddedPostgresError):
        logger.exception("metrics cannot be read")
        return _text("the database does not answer\n", 503)


def exposition() -> bytes:
    """All metrics, read in one transaction."""
    registry = CollectorRegistry()
    for collector in COLLECTORS:
        registry.register(collector())
    requests_register(registry)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [TIME_LIMIT])
        return generate_latest(registry)


def _has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())


def _is_local(request: HttpRequest) -> bool:
    if any(request.META.get(name) for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _text(message: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(message, status=status, headers=headers, content_type="text/plain; charset=utf-8")
