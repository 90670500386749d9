"""How long requests take, by route: counted in each web process, added up over all of them when scraped."""

import os

from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
# In no registry: with several processes its values are in files, of which /metrics makes one figure.
REQUESTS = Histogram(
    "quantsite_request_duration_seconds",
    "Requests by route, and how long they took.",
    ("route", "method", "status"),
    buckets=BUCKETS,
    registry=None,
)


def request_observe(request: HttpRequest, status: int, seconds: float) -> None:
    """Count one request; ``status`` as its class (2xx). Names that anybody may invent are kept out of the labels."""
    match = request.resolver_match
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(match.view_name if match else "unknown", method, f"{status // 100}xx").observe(seconds)


def requests_register(registry: CollectorRegistry) -> None:
    """Add the requests of all web processes to a registry (of this one where ``gunicorn.conf.py`` is not at work)."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
