"""Is the site well? For load balancers, monitors and people."""

import time
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django_q.models import Success
from django_q.status import Stat
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from factors.models import FactorRun
from quantsite.embedded.errors import EmbeddedPostgresError


class Health(APIView):
    """200 when the database answers, 503 when it does not. ``degraded``: no worker takes queued jobs.

    Public, and says nothing of where the database is or why it failed; that is in the log.
    """

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)

    @extend_schema(responses={200: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT}, auth=[])
    def get(self, request: Request) -> Response:
        found = health()
        up = found["status"] != "unavailable"
        return Response(found, status.HTTP_200_OK if up else status.HTTP_503_SERVICE_UNAVAILABLE)


def health() -> dict[str, Any]:
    """The state of database, scores and worker."""
    answer: dict[str, Any] = {"status": "ok", "version": settings.VERSION}
    try:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        answer["database"] = {"reachable": True, "milliseconds": round(1000 * (time.perf_counter() - began), 1)}
        answer["last_scores"] = FactorRun.objects.newest_by_region()
        answer["worker"] = _worker()
    except (DatabaseError, EmbeddedPostgresError):
        return answer | {"status": "unavailable", "database": {"reachable": False}}
    return answer if answer["worker"]["alive"] else answer | {"status": "degraded"}


def _worker() -> dict[str, Any]:
    clusters = Stat.get_all()
    last = Success.objects.order_by("-stopped").values_list("stopped", flat=True).first()
    return {
        "alive": bool(clusters),
        "processes": sum(len(cluster.workers) for cluster in clusters),
        "last_finished": last,
    }
