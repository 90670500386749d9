"""What grows for ever and need not be kept: deleted daily, by kind, once it is older than the settings say."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core import checks
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django_q.models import Task

from etfs.models import CollectItem, CollectRun
from factors.models import FactorAnalysis, FactorRun, JobState
from market.models import LoadRun, RejectedRow
from portfolio.models import AssetCorrelation
from quantsite.accounts.models import ApiToken

logger = logging.getLogger(__name__)

BATCH = 5_000
ENDED = (JobState.DONE, JobState.PARTLY, JobState.FAILED, JobState.INTERRUPTED, JobState.CANCELLED)
Rows = Callable[[dt.datetime], QuerySet]


@dataclass(frozen=True)
class Kind:
    """``rows``: those that go, given the moment before which they are old. ``empty``: columns that are emptied instead
    of the row that is deleted. ``days``: kept so long by default; 0: for ever."""

    text: str
    days: int
    rows: Rows
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pruned:
    """``days`` 0: this kind is kept, and ``rows`` is 0."""

    kind: str
    text: str
    days: int
    rows: int


def _results(success: bool) -> Rows:
    return lambda before: Task.objects.filter(success=success, stopped__lt=before)


def _rejected(before: dt.datetime) -> QuerySet:
    old = LoadRun.objects.filter(pk=OuterRef("load_run_id"), finished_at__lt=before)
    return RejectedRow.objects.filter(Exists(old))


def _answers(before: dt.datetime) -> QuerySet:
    """Not those of which a fund's composition or figures were made: they tell its bytes' story."""
    old = CollectRun.objects.filter(pk=OuterRef("run_id"), finished_at__lt=before)
    return CollectItem.objects.filter(Exists(old), payload=None)


def _run_details(before: dt.datetime) -> QuerySet:
    """Of runs that a later one of the same region and day has replaced."""
    later = FactorRun.objects.filter(
        region=OuterRef("region"), date=OuterRef("date"), pk__gt=OuterRef("pk"), state=JobState.DONE, factor_names=[]
    )
    old = FactorRun.objects.filter(Exists(later), state__in=ENDED, finished_at__lt=before)
    return old.exclude(counts={}, timings={}, errors={})


def _analyses(before: dt.datetime) -> QuerySet:
    return FactorAnalysis.objects.filter(state__in=ENDED, finished_at__lt=before)


def _correlations(before: dt.datetime) -> QuerySet:
    """Never the newest day."""
    newest = AssetCorrelation.objects.aggregate(newest=Max("date"))["newest"]
    return AssetCorrelation.objects.filter(date__lt=min(before.date(), newest or dt.date.min))


def _sessions(before: dt.datetime) -> QuerySet:
    return Session.objects.filter(expire_date__lt=before)


def _tokens(before: dt.datetime) -> QuerySet:
    """Those without an end stay."""
    return ApiToken.objects.filter(expiry__lt=before)


KINDS: dict[str, Kind] = {
    "task_results": Kind("results of background tasks", 30, _results(True)),
    "failed_tasks": Kind("failed background tasks", 90, _results(False)),
    "sessions": Kind("logins, after their end", 1, _sessions),
    "rejected_rows": Kind("rows that loads refused", 0, _rejected),
    "collection_answers": Kind("answers of ETF sources that came to nothing", 0, _answers),
    "run_details": Kind(
        "counts and times of replaced factor runs", 0, _run_details, ("counts", "timings", "errors")
    ),
    "analyses": Kind("factor analyses", 0, _analyses),
    "correlations": Kind("correlations of assets", 0, _correlations),
    "admin_log": Kind("what was done in the admin", 0, lambda before: LogEntry.objects.filter(action_time__lt=before)),
    "tokens": Kind("API tokens, after their end", 1, _tokens),
}  # fmt: skip


def data_prune(*, dry_run: bool = False, now: dt.datetime | None = None) -> list[Pruned]:
    """Delete, kind by kind and in batches of their own transactions, what ``QUANTSITE_KEEP_DAYS`` keeps no longer; or
    count it. A kind that is kept for ever is told, too."""
    done = []
    for name, kind in KINDS.items():
        days = days_of(name)
        rows = 0
        if days:
            old = kind.rows((now or timezone.now()) - dt.timedelta(days=days)).order_by()
            rows = old.count() if dry_run else _go(old, kind.empty)
        if rows and not dry_run:
            logger.info("%s older than %s days: %s gone", kind.text, days, rows)
        done.append(Pruned(name, kind.text, days, rows))
    return done


def days_of(kind: str) -> int:
    """How long it is kept; 0: for ever."""
    kept: dict[str, int] = settings.KEEP_DAYS
    return kept.get(kind, KINDS[kind].days)


def _go(old: QuerySet, empty: tuple[str, ...]) -> int:
    """Batch by batch, so that nobody waits long for a lock."""
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        batch = old.model._base_manager.filter(pk__in=keys)
        if empty:
            batch.update(**{name: old.model._meta.get_field(name).get_default() for name in empty})
        else:
            batch.delete()
        gone += len(keys)
    return gone


def check_kinds(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    """A kind that is misspelt would be kept for ever, and nobody would know."""
    unknown = sorted(settings.KEEP_DAYS.keys() - KINDS.keys())
    text = f"QUANTSITE_KEEP_DAYS names {', '.join(unknown)}; there are {', '.join(KINDS)}"
    return [checks.Error(text, id="quantsite.E001")] if unknown else []
