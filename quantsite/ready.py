"""Can the site do its work? For load balancers and monitors: each thing it needs, by name."""

import datetime as dt
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django_q.status import Stat
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from quantsite.embedded.errors import EmbeddedPostgresError
from quantsite.staleness import Freshness, freshness

logger = logging.getLogger(__name__)

APPLIED = "SELECT count(*) FROM django_migrations WHERE (app, name) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
Check = dict[str, Any]


class Ready(APIView):
    """200 when database, migrations, workers and data are as they must be, else 503; each check is named.

    ``data`` fails only where ``QUANTSITE_STALE_SESSIONS`` sets limits. Public like ``/api/health``, and says as little
    of where things are.
    """

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)

    @extend_schema(responses={200: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT}, auth=[])
    def get(self, request: Request) -> Response:
        found = readiness()
        return Response(found, status.HTTP_200_OK if found["ready"] else status.HTTP_503_SERVICE_UNAVAILABLE)


def readiness() -> dict[str, Any]:
    """``ready``, and each check with ``ok`` and what it found. Without a database the others are not asked."""
    checks: dict[str, Check] = {}
    try:
        for name, check in CHECKS.items():
            checks[name] = check()
    except (DatabaseError, EmbeddedPostgresError):
        failed = next(name for name in CHECKS if name not in checks)
        logger.exception("not ready: %s", failed)
        checks[failed] = {"ok": False}
    return {"ready": all(check["ok"] for check in checks.values()), "checks": checks}


def database_check() -> Check:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True, "milliseconds": round(1000 * (time.perf_counter() - began), 1)}


def migrations_check() -> Check:
    """Whether the last migration of each app is in place (those before it are then, too)."""
    newest = newest_migrations()
    with connection.cursor() as cursor:
        cursor.execute(APPLIED, [list(names) for names in zip(*newest, strict=True)])
        missing = len(newest) - cursor.fetchone()[0]
    return {"ok": missing == 0, "apps_behind": missing}


@lru_cache(maxsize=1)
def newest_migrations() -> tuple[tuple[str, str], ...]:
    """(app, name) of the newest migration of every app: read from the code once in a process."""
    return tuple(MigrationLoader(None).graph.leaf_nodes())


def worker_check() -> Check:
    """Workers tell every half second that they live; a sign of life is forgotten after three."""
    clusters = Stat.get_all()
    return {"ok": bool(clusters), "processes": sum(len(cluster.workers) for cluster in clusters)}


def data_check(now: dt.datetime | None = None) -> Check:
    """Each region with data: its newest days and how many sessions they are behind."""
    regions = {one.region: _region(one) for one in freshness(now)}
    return {"ok": not any(region["stale"] for region in regions.values()), "regions": regions}


def _region(one: Freshness) -> dict[str, Any]:
    limit = limit_of(one.region)
    behind = [count for count in (one.bars_behind, one.scores_behind) if count is not None]
    return {
        "stale": limit is not None and any(count > limit for count in behind),
        "last_session": one.session,
        "newest_bars": one.bars,
        "newest_scores": one.scores,
        "bars_behind": one.bars_behind,
        "scores_behind": one.scores_behind,
        "limit": limit,
    }


def limit_of(region: str) -> int | None:
    """Sessions that a region's data may be behind; None: as many as they like."""
    limits: dict[str, int] = settings.STALE_SESSIONS
    return limits.get(region, limits.get("*"))


CHECKS: dict[str, Callable[[], Check]] = {
    "database": database_check,
    "migrations": migrations_check,
    "worker": worker_check,
    "data": data_check,
}
