"""Background jobs for Prometheus: what waits, what runs, what ended in a day and how long it took."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django_q.models import OrmQ
from django_q.status import Stat
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

COUNTED_BY_KIND = 1_000  # queued tasks that are opened to see what they are; the others count as "other"
DAY = dt.timedelta(days=1)
QUANTILES = (0.5, 0.95, 1.0)
FINISHED = """
SELECT func, success, count(*),
    percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM stopped - started))
FROM django_q_task WHERE stopped >= %s GROUP BY func, success ORDER BY func, success
"""


class JobCollector(Collector):
    """The queue and the results of django-q2, read from the database: workers may be on many machines."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        workers = sum(len(cluster.workers) for cluster in Stat.get_all())
        yield GaugeMetricFamily("quantsite_worker_processes", "Processes of the workers that live.", value=workers)
        yield from queue_metrics(now)
        yield from finished_metrics(now)


def queue_metrics(now: dt.datetime) -> Iterator[Metric]:
    """A task taken by a worker is locked until long after its time limit."""
    waiting = OrmQ.objects.filter(lock__lte=now)
    yield _by_kind("quantsite_jobs_queued", "Jobs that wait for a worker.", _kinds(waiting))
    running = _kinds(OrmQ.objects.filter(lock__gt=now))
    yield _by_kind("quantsite_jobs_running", "Jobs that a worker has taken.", running)
    oldest = waiting.order_by("id").first()
    queued = oldest.task.get("started") if oldest else None
    age = max(0.0, (now - queued).total_seconds()) if queued else 0.0
    yield GaugeMetricFamily("quantsite_jobs_oldest_queued_seconds", "How long the first in the queue waits.", value=age)


def finished_metrics(now: dt.datetime) -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(FINISHED, [list(QUANTILES), now - DAY])
        rows = cursor.fetchall()
    ended = GaugeMetricFamily(
        "quantsite_jobs_finished_day", "Jobs that ended in the last 24 hours.", labels=("kind", "state")
    )
    took = GaugeMetricFamily(
        "quantsite_job_seconds_day",
        "How long jobs of the last 24 hours took, without waiting: median, 95 % and the longest.",
        labels=("kind", "state", "quantile"),
    )
    for func, success, count, seconds in rows:
        state = "done" if success else "failed"
        ended.add_metric((func, state), count)
        for quantile, value in zip(QUANTILES, seconds, strict=True):
            took.add_metric((func, state, f"{quantile:g}"), float(value))
    yield ended
    yield took


def _kinds(tasks: QuerySet) -> Counter[str]:
    found = Counter(str(row.func()) for row in tasks.order_by("id")[:COUNTED_BY_KIND])
    if (more := tasks.count() - found.total()) > 0:
        found["other"] = more
    return found


def _by_kind(name: str, text: str, counts: Counter[str]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=("kind",))
    for kind, count in sorted(counts.items()):
        family.add_metric((kind,), count)
    return family
