"""Metrics as Prometheus reads them, and the dashboard that draws them."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from etfs.metrics import FLOW_FUNDS
from etfs.models import CollectItem, CollectRun, HoldingFinding, Snapshot
from etfs.services import flows_get
from etfs.store import metrics as store
from etfs.store.heavy import heavy_read
from etfs.store.snapshots import served_mark
from quantsite import metrics as site
from tests.etfs.builder import composition, daily, fund
from tests.shared_data import ROOT

DAY = dt.date(2024, 6, 28)
DASHBOARD = ROOT / "quantsite" / "grafana" / "etf_holdings.json"
NAMES = {
    "quantsite_etf_total", "quantsite_etf_holdings_total", "quantsite_etf_last_update_timestamp",
    "quantsite_etf_collection_duration_seconds", "quantsite_etf_collection_errors_total",
    "quantsite_etf_collections_total", "quantsite_etf_net_flow", "quantsite_etf_high_weight_lines",
    "quantsite_etf_findings",
}  # fmt: skip
Labels = tuple[tuple[str, str], ...]


def scrape(client: Client) -> dict[str, dict[Labels, float]]:
    """Name -> labels -> value, as a Prometheus server takes the page apart."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        assert family.documentation
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def labels(**pairs: str) -> Labels:
    return tuple(sorted(pairs.items()))


def finished(region: str, state: str, seconds: float, ended: dt.datetime) -> CollectRun:
    return CollectRun.objects.create(
        source="csv", kind="holdings", region=region, state=state, finished_at=ended,
        started_at=ended - dt.timedelta(seconds=seconds),
    )  # fmt: skip


@pytest.fixture
def stored(db) -> None:
    """Two Korean funds and an American one, flows, runs and findings."""
    plain, other, us = fund("KR", "069500"), fund("KR", "091160", category="SECTOR"), fund("US", "VTI")
    composition(plain, "2024-06-27", {"005930": 60, "000660": 38, "cash": 2})
    composition(plain, DAY, {"005930": 60, "000660": 36, "cash": 4})
    composition(us, DAY, {"AAPL": 95, "MSFT": 5})
    for day, flow in (("2024-05-31", 7e9), ("2024-06-03", 1e9), ("2024-06-28", 2e9)):  # 20 sessions: 30 May to 28 June
        daily(plain, day, net_flow=flow)
    daily(plain, "2024-05-20", net_flow=5e12)
    daily(other, DAY, net_flow=-4e9)
    daily(us, DAY, net_flow=1e6)
    now = timezone.now()
    old = finished("KR", "DONE", 5, now - dt.timedelta(days=1))
    new = finished("KR", "PARTLY", 12.5, now)
    CollectRun.objects.create(source="csv", kind="holdings", region="KR", state="RUNNING")
    for run, kind in ((old, "timeout"), (new, "timeout"), (new, "schema"), (new, "")):
        CollectItem.objects.create(run=run, name="x", outcome="FAILED" if kind else "STORED", error_type=kind)
    HoldingFinding.objects.create(etf=plain, as_of_date=DAY, code="turnover", severity="WARNING")


def test_what_is_scraped_is_what_is_stored(client: Client, stored) -> None:
    found = scrape(client)
    assert {name for name in found if name.startswith("quantsite_etf_")} == NAMES
    assert found["quantsite_etf_total"] == {
        labels(region=region): count
        for region, count in {"KR": 2, "US": 1, "CN": 0, "HK": 0, "JP": 0, "VN": 0}.items()
    }  # fmt: skip
    assert found["quantsite_etf_holdings_total"] == {(): 8}
    assert found["quantsite_etf_collection_duration_seconds"] == {labels(region="KR"): 12.5}
    assert found["quantsite_etf_collections_total"] == {
        labels(region="KR", state=state): count for state, count in {"DONE": 1, "PARTLY": 1, "FAILED": 0}.items()
    }
    errors = found["quantsite_etf_collection_errors_total"]
    assert {dict(key)["error_type"]: value for key, value in errors.items() if value} == {"timeout": 2, "schema": 1}
    assert errors[labels(region="KR", error_type="http")] == 0
    assert found["quantsite_etf_findings"] == {labels(region="KR", severity="WARNING"): 1}
    assert found["quantsite_etf_net_flow"] == {
        labels(region="KR", ticker="069500", category="OTHER"): 10e9,
        labels(region="KR", ticker="091160", category="SECTOR"): -4e9,
        labels(region="US", ticker="VTI", category="OTHER"): 1.4e9,
    }


def test_freshness_is_of_the_newest_import(client: Client, stored) -> None:
    moment = dt.datetime(2024, 6, 30, 12, tzinfo=dt.UTC)
    Snapshot.objects.filter(as_of_date=DAY).update(imported_at=moment)
    found = scrape(client)["quantsite_etf_last_update_timestamp"]
    assert found == {labels(region=region): moment.timestamp() for region in ("KR", "US")}


def test_heavy_lines_are_those_of_the_look_up(client: Client, stored) -> None:
    held = Snapshot.objects.get(as_of_date=DAY, etf__region="KR")
    Snapshot.objects.filter(pk=held.pk).update(state="QUARANTINED")
    served_mark([held.etf_id])
    found = scrape(client)["quantsite_etf_high_weight_lines"]
    assert found == {labels(region="KR"): 2, labels(region="US"): 2}
    assert sum(found.values()) == len(heavy_read(5, dt.date(2099, 1, 1)))


def test_only_the_ten_largest_flows_each_way(client: Client, db) -> None:
    for number in range(25):
        daily(fund("KR", f"IN{number:02d}"), DAY, net_flow=1e9 + number)
        if number < 12:
            daily(fund("KR", f"OUT{number:02d}"), DAY, net_flow=-1e9 - number)
    found = scrape(client)["quantsite_etf_net_flow"]
    tickers = sorted(dict(key)["ticker"] for key in found)
    assert tickers == [f"IN{n:02d}" for n in range(15, 25)] + [f"OUT{n:02d}" for n in range(2, 12)]


def test_flows_are_those_of_the_look_up_among_equals_too(client: Client, db) -> None:
    for number in range(FLOW_FUNDS + 1):
        daily(fund("KR", f"IN{number:02d}"), DAY, net_flow=1e9)
    found = scrape(client)["quantsite_etf_net_flow"]
    asked = flows_get(region="KR", end=DAY, top=FLOW_FUNDS).top_inflow
    assert {dict(key)["ticker"] for key in found} == {row["ticker"] for row in asked}
    assert len(found) == FLOW_FUNDS


def test_nothing_is_kept_in_the_process(client: Client, db) -> None:
    assert scrape(client)["quantsite_etf_total"][labels(region="KR")] == 0
    fund("KR", "069500")
    assert scrape(client)["quantsite_etf_total"][labels(region="KR")] == 1


def test_a_scrape_takes_a_few_queries_whatever_there_is(client: Client, stored, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(50):
        scrape(client)


def test_above_a_million_lines_the_estimate_counts(db, monkeypatch) -> None:
    monkeypatch.setattr(store, "_rows", lambda _query: [(2_500_000,)])
    assert store.holdings_total() == 2_500_000


def test_an_exchange_without_a_calendar_has_flows_of_four_weeks(client: Client, db) -> None:
    held = fund("VN", "E1VFVN30")
    for day, flow in (("2024-05-31", 100), ("2024-06-01", 10), (DAY, 1)):
        daily(held, day, net_flow=flow)
    found = scrape(client)["quantsite_etf_net_flow"]
    assert found == {labels(region="VN", ticker="E1VFVN30", category="OTHER"): pytest.approx(11 * 0.055)}


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, 403),
        ({"REMOTE_ADDR": ""}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
    ],
)
def test_without_a_token_only_this_machine(client: Client, db, settings, extra, status) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", **extra).status_code == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [("Bearer secret", 200), ("bearer secret", 200), ("Bearer wrong", 401), ("Basic secret", 401), ("", 401)],
)
def test_with_a_token_only_who_has_it(client: Client, db, settings, sent, status) -> None:
    settings.METRICS_TOKEN = "secret"
    answer = client.get("/metrics", REMOTE_ADDR="10.0.0.7", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == status
    assert b"secret" not in answer.content


def test_a_database_that_does_not_answer_is_told(client: Client, monkeypatch) -> None:
    def gone() -> bytes:
        raise OperationalError("no connection to postgres://admin:secret@db")

    monkeypatch.setattr(site, "exposition", gone)
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")
    assert client.post("/metrics").status_code == 405


def selectors(expression: Any) -> Iterator[promql_parser.VectorSelector]:
    """Every selection of a metric inside a query."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for name in ("expr", "lhs", "rhs", "vector_selector", "vs", "param"):
        inner = getattr(expression, name, None)
        if inner is not None:
            yield from selectors(inner)
    for argument in getattr(expression, "args", None) or ():
        yield from selectors(argument)


def test_the_dashboard_asks_for_what_is_exported(client: Client, stored) -> None:
    board, exported = json.loads(DASHBOARD.read_text(encoding="utf-8")), scrape(client)
    assert board["schemaVersion"] >= 39
    assert len(board["panels"]) == len({panel["id"] for panel in board["panels"]}) == 6
    used = set()
    for target in (target for panel in board["panels"] for target in panel["targets"]):
        found = list(selectors(promql_parser.parse(target["expr"])))
        assert len(found) == len(re.findall(r"quantsite_\w+", target["expr"])) > 0
        for one in found:
            known = {name for key in exported[one.name] for name, _ in key}
            assert {matcher.name for matcher in one.matchers.matchers} <= known
            used.add(one.name)
        shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert shown <= {name for one in found for key in exported[one.name] for name, _ in key}
    assert used == NAMES  # nothing is exported that the dashboard does not draw


def test_panels_do_not_overlap() -> None:
    panels = [panel["gridPos"] for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]]
    cells = [
        (x, y) for p in panels for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])
    ]  # fmt: skip
    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)
