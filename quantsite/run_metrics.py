"""Loads, computations, backtests and snapshots for Prometheus: by state, their last success, and how old data are."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Max, Model, Q, QuerySet, Value
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from backtests.models import BacktestSession, BacktestSweep
from backtests.models.jobs import GOING, Status
from etfs.models import CollectRun
from factors.models import CombineRun, FactorAnalysis, FactorBackfill, FactorRun, JobState
from market.models import LoadRun
from portfolio.models import Portfolio
from quantsite.staleness import freshness

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """One kind of run: its table, and how that names state, region ('': it has none) and a good end."""

    name: str
    model: type[Model]
    region: str = "region"
    state: str = "state"
    good: tuple[str, ...] = (JobState.DONE, JobState.PARTLY)
    going: tuple[str, ...] = (JobState.QUEUED, JobState.RUNNING)

    def rows(self) -> "QuerySet[Model]":
        """With ``place``, the region or ''."""
        place = F(self.region) if self.region else Value("")
        return self.model._default_manager.order_by().annotate(place=place)


KINDS = (
    Kind("load", LoadRun),
    Kind("factors", FactorRun),
    Kind("backfill", FactorBackfill),
    Kind("combination", CombineRun, region=""),
    Kind("analysis", FactorAnalysis),
    Kind("etf_collection", CollectRun),
    Kind("backtest", BacktestSession, "region", "status", (Status.COMPLETED,), GOING),
    Kind("sweep", BacktestSweep, "", "status", (Status.COMPLETED,), GOING),
)


class RunCollector(Collector):
    """All of it from the database when asked."""

    def collect(self) -> Iterator[Metric]:
        yield from run_metrics(timezone.now())
        yield portfolio_states()
        yield from staleness_metrics()


def run_metrics(now: dt.datetime) -> Iterator[Metric]:
    text = "Runs that go on, or ended in the last 24 hours, by state."
    runs = GaugeMetricFamily("quantsite_runs", text, labels=("kind", "region", "state"))
    text = "Unix time of the last run that ended well."
    last = GaugeMetricFamily("quantsite_run_last_success_timestamp", text, labels=("kind", "region"))
    for kind in KINDS:
        recent = Q(finished_at__gte=now - DAY) | Q(**{f"{kind.state}__in": kind.going})
        counted = kind.rows().filter(recent).values_list("place", kind.state).annotate(Count("pk"))
        for region, state, count in counted:
            runs.add_metric((kind.name, region, state), count)
        ended = kind.rows().filter(**{f"{kind.state}__in": kind.good}).exclude(finished_at=None)
        for region, moment in ended.values_list("place").annotate(Max("finished_at")):
            if moment:  # without regions there is a row of an empty table, too
                last.add_metric((kind.name, region), moment.timestamp())
    if newest := Portfolio.objects.aggregate(newest=Max("valued_at"))["newest"]:
        last.add_metric(("snapshot", ""), newest.timestamp())
    yield runs
    yield last


def portfolio_states() -> Metric:
    found = GaugeMetricFamily("quantsite_portfolios", "Portfolios by the state of their values.", labels=("state",))
    counts = Portfolio.objects.aggregate(
        failed=Count("pk", filter=~Q(valuation_error="")),
        stale=Count("pk", filter=Q(valuation_error="") & Q(stale_from__isnull=False)),
        valued=Count("pk", filter=Q(valuation_error="") & Q(stale_from=None)),
    )
    for state, count in sorted(counts.items()):
        found.add_metric((state,), count)
    return found


def staleness_metrics() -> Iterator[Metric]:
    behind = GaugeMetricFamily(
        "quantsite_sessions_behind", "Sessions of the exchange after the newest day of the data.",
        labels=("region", "data"),
    )  # fmt: skip
    for one in freshness():
        for name, count in (("bars", one.bars_behind), ("scores", one.scores_behind)):
            if count is not None:
                behind.add_metric((one.region, name), count)
    yield behind
