"""What Prometheus reads of ETFs, all of it from the database when asked: web and workers are many processes."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from etfs.services.flows import SESSIONS, flows_get
from etfs.sources.base import ERROR_TYPES
from etfs.store import metrics as store
from etfs.store.heavy import heavy_counts
from factors.models import JobState
from market.regions import REGIONS

HEAVY = 5.0  # percent
FLOW_FUNDS = 10
FINISHED = (JobState.DONE, JobState.PARTLY, JobState.FAILED)


class EtfCollector(Collector):
    """Funds, lines, freshness, collections, flows and findings."""

    def collect(self) -> Iterator[Metric]:
        yield _by_region("quantsite_etf_total", "Funds known.", dict.fromkeys(REGIONS, 0) | store.fund_counts())
        lines = "Stored lines of compositions; above a million the database's estimate."
        yield GaugeMetricFamily("quantsite_etf_holdings_total", lines, value=store.holdings_total())
        updated = "Unix time of the last import of a fund's newest composition."
        yield _by_region("quantsite_etf_last_update_timestamp", updated, store.last_updates())
        took = "How long the last finished collection or import took."
        yield _by_region("quantsite_etf_collection_duration_seconds", took, store.run_seconds())
        yield from self._collections()
        heavy = f"Securities that weigh {HEAVY:g} % or more in the latest composition of a fund."
        yield _by_region("quantsite_etf_high_weight_lines", heavy, heavy_counts(HEAVY))
        found = "Findings of the checks that still hold."
        yield _labelled(GaugeMetricFamily, "quantsite_etf_findings", found, "severity", store.finding_counts())
        yield self._flows()

    def _collections(self) -> Iterator[Metric]:
        """Nought where a region has had runs but none of that sort, so that a rate begins with the first one."""
        runs = store.run_counts()
        regions = sorted({region for region, _, _ in runs})
        ended = {(region, str(state)): 0 for region in regions for state in FINISHED}
        ended |= {(region, state): count for region, state, count in runs}
        name, text = "quantsite_etf_collections", "Finished collections and imports, by how they ended."
        yield _labelled(CounterMetricFamily, name, text, "state", [(*key, count) for key, count in ended.items()])
        failed = {(region, kind): 0 for region in regions for kind in ERROR_TYPES}
        failed |= {(region, kind): count for region, kind, count in store.error_counts()}
        name, text = (
            "quantsite_etf_collection_errors",
            "Answers of sources that were refused, unreadable or never came.",
        )
        yield _labelled(CounterMetricFamily, name, text, "error_type", [(*key, count) for key, count in failed.items()])

    def _flows(self) -> Metric:
        found = GaugeMetricFamily(
            "quantsite_etf_net_flow",
            f"Net flow over the newest {SESSIONS} sessions of each region's {FLOW_FUNDS} largest inflows and"
            f" {FLOW_FUNDS} largest outflows, in Korean won at the fixed rates of QUANTSITE_KRW_PER.",
            labels=("region", "ticker", "category"),
        )
        for region, newest in sorted(store.newest_stat_days().items()):
            for row in largest_flows(region, newest):
                found.add_metric((region, row["ticker"], row["category"]), row["net_flow_krw"])
        return found


def largest_flows(region: str, newest: dt.date) -> list[dict[str, Any]]:
    """The largest outflows and inflows of the last sessions up to ``newest``, as ``flows_get`` answers them; without
    funds in a currency without a rate."""
    found = flows_get(region=region, end=newest, top=FLOW_FUNDS)
    return found.top_outflow + found.top_inflow


def _by_region(name: str, text: str, values: Mapping[str, float]) -> Metric:
    found = GaugeMetricFamily(name, text, labels=("region",))
    for region, value in sorted(values.items()):
        found.add_metric((region,), value)
    return found


def _labelled(
    family: type[CounterMetricFamily | GaugeMetricFamily], name: str, text: str, label: str,
    rows: list[tuple[str, str, int]],
) -> Metric:  # fmt: skip
    found = family(name, text, labels=("region", label))
    for region, value, count in rows:
        found.add_metric((region, value), count)
    return found
