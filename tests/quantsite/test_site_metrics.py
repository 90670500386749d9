"""Metrics of requests, jobs, runs and staleness; the dashboard that draws them; counting in several processes."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import promql_parser
import pytest
import yaml
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Task
from django_q.status import Stat
from django_q.tasks import async_task

from backtests.models import BacktestSession
from factors.models import FactorRun
from market.models import Instrument, LoadRun, PriceBar
from portfolio.models import Portfolio
from quantsite import job_metrics, staleness
from quantsite.metrics_files import folder_make
from tests.etfs.test_metrics import labels, scrape, selectors
from tests.quantsite.test_ready import Cluster
from tests.shared_data import ROOT

DASHBOARD = ROOT / "quantsite" / "grafana" / "site_and_jobs.json"
RULES = ROOT / "monitoring" / "alerts.yaml"
NOW = timezone.now()


@pytest.fixture
def stored(db, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(Stat, "get_all", lambda: [Cluster()])
    for _ in range(2):
        async_task("factors.tasks.run_factors", 1)
    async_task("etfs.tasks.collect_due")
    OrmQ.objects.filter(pk=OrmQ.objects.last().pk).update(lock=NOW + dt.timedelta(hours=1))
    for number, seconds in enumerate((1, 2, 9)):
        ended(f"d{number}", True, seconds, NOW - dt.timedelta(hours=1))
    ended("f", False, 4, NOW - dt.timedelta(hours=2))
    ended("old", False, 4, NOW - dt.timedelta(hours=25))
    LoadRun.objects.create(kind="prices", region="KR", source="csv", state="DONE", finished_at=NOW)
    LoadRun.objects.create(kind="prices", region="KR", source="csv", state="FAILED", finished_at=NOW)
    FactorRun.objects.create(region="US", date="2024-06-27", state="QUEUED")
    old = NOW - dt.timedelta(days=3)
    FactorRun.objects.create(region="US", date="2024-06-26", state="PARTLY", score_count=1, finished_at=old)
    BacktestSession.objects.create(
        region="KR",
        currency="KRW",
        start="2024-01-02",
        end="2024-02-01",
        config={},
        status="COMPLETED",
        finished_at=NOW,
    )
    ann = User.objects.create_user("ann")
    Portfolio.objects.create(owner=ann, name="a", base_currency="KRW", valued_at=NOW)
    Portfolio.objects.create(owner=ann, name="b", base_currency="KRW", valuation_error="no price of X")
    stock = Instrument.objects.create(region="KR", ticker="005930", name="S", currency="KRW", asset_type="STOCK")
    PriceBar.objects.create(instrument=stock, date="2024-06-26", close=80_000)
    client.get("/api/health/")


def ended(key: str, success: bool, seconds: float, at: dt.datetime) -> None:
    Task.objects.create(
        id=key, name=key, func="factors.tasks.run_factors", success=success, stopped=at,
        started=at - dt.timedelta(seconds=seconds),
    )  # fmt: skip


def test_jobs(client: Client, stored) -> None:
    found, kind = scrape(client), "factors.tasks.run_factors"
    assert found["quantsite_worker_processes"] == {(): 2}
    assert found["quantsite_jobs_queued"] == {labels(kind=kind): 2}
    assert found["quantsite_jobs_running"] == {labels(kind="etfs.tasks.collect_due"): 1}
    assert 0 < found["quantsite_jobs_oldest_queued_seconds"][()] < 60
    assert found["quantsite_jobs_finished_day"] == {
        labels(kind=kind, state="done"): 3, labels(kind=kind, state="failed"): 1,
    }  # fmt: skip
    seconds = found["quantsite_job_seconds_day"]
    assert [seconds[labels(kind=kind, state="done", quantile=q)] for q in ("0.5", "0.95", "1")] == [2, 9, 9]


def test_runs_and_their_last_success(client: Client, stored) -> None:
    found = scrape(client)
    assert found["quantsite_runs"] == {
        labels(kind="load", region="KR", state="DONE"): 1,
        labels(kind="load", region="KR", state="FAILED"): 1,
        labels(kind="factors", region="US", state="QUEUED"): 1,
        labels(kind="backtest", region="KR", state="COMPLETED"): 1,
    }
    last = found["quantsite_run_last_success_timestamp"]
    assert last == {
        labels(kind="load", region="KR"): pytest.approx(NOW.timestamp()),
        labels(kind="factors", region="US"): pytest.approx(NOW.timestamp() - 3 * 86_400),
        labels(kind="backtest", region="KR"): pytest.approx(NOW.timestamp()),
        labels(kind="snapshot", region=""): pytest.approx(NOW.timestamp()),
    }
    assert found["quantsite_portfolios"] == {
        labels(state="failed"): 1, labels(state="stale"): 0, labels(state="valued"): 1,
    }  # fmt: skip


def test_sessions_behind(client: Client, stored, monkeypatch) -> None:
    friday = dt.datetime(2024, 6, 28, 22, 0, tzinfo=dt.UTC)
    monkeypatch.setattr(staleness.timezone, "now", lambda: friday)
    found = scrape(client)["quantsite_sessions_behind"]
    assert found == {labels(region="KR", data="bars"): 2, labels(region="US", data="scores"): 2}


def test_a_long_queue_is_counted_but_not_opened_whole(client: Client, stored, monkeypatch) -> None:
    monkeypatch.setattr(job_metrics, "COUNTED_BY_KIND", 1)
    queued = scrape(client)["quantsite_jobs_queued"]
    assert queued == {labels(kind="factors.tasks.run_factors"): 1, labels(kind="other"): 1}


def test_requests_by_route_method_and_class(client: Client, db) -> None:
    def count(**of: str) -> float:
        return scrape(client)["quantsite_request_duration_seconds_count"].get(labels(**of), 0)

    of = {"route": "health", "method": "GET", "status": "2xx"}
    unknown = {"route": "unknown", "method": "other", "status": "4xx"}
    before = count(**of), count(**unknown)
    client.get("/api/health/")
    for number in range(3):
        client.generic(f"INVENTED{number}", f"/nowhere/{number}")
    assert (count(**of), count(**unknown)) == (before[0] + 1, before[1] + 3)


COUNTING = """
import os, django
django.setup()
from django.test import RequestFactory
from quantsite.request_metrics import request_observe, requests_register
from prometheus_client import CollectorRegistry, generate_latest
for _ in range(2):
    if (child := os.fork()) == 0:
        request = RequestFactory().get("/")
        request.resolver_match = None
        request_observe(request, 200, 0.3)
        os._exit(0)
    os.waitpid(child, 0)
registry = CollectorRegistry()
requests_register(registry)
print(generate_latest(registry).decode())
"""


def test_several_processes_are_one_figure(tmp_path: Path) -> None:
    """As under gunicorn.conf.py: the folder is named before prometheus_client is imported; dead processes count."""
    environment = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "quantsite.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", COUNTING], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    text = 'quantsite_request_duration_seconds_{}{{method="GET",route="unknown",status="2xx"}} {}'
    assert text.format("count", "2.0") in done.stdout
    assert text.format("sum", "0.6") in done.stdout


def test_folders_of_dead_servers_are_removed(tmp_path: Path) -> None:
    mine = folder_make(tmp_path)
    assert mine.parent == tmp_path / "metrics"
    host = mine.name.rpartition("-")[0]
    dead = mine.with_name(f"{host}-{2**22 + 1}")  # above the highest process number
    alive, elsewhere = mine.with_name(f"{host}-{os.getppid()}"), mine.with_name("elsewhere-1")
    for folder in (dead, alive, elsewhere):
        folder.mkdir()
    (mine / "histogram_1.db").touch()
    assert folder_make(tmp_path) == mine  # a new server under the number of one that died
    assert sorted(mine.parent.iterdir()) == sorted([mine, alive, elsewhere])
    assert not list(mine.iterdir())


def test_the_dashboard_asks_for_what_is_exported(client: Client, stored) -> None:
    board, exported = json.loads(DASHBOARD.read_text(encoding="utf-8")), scrape(client)
    used = set()
    for target in (target for panel in board["panels"] for target in panel["targets"]):
        found = list(selectors(promql_parser.parse(target["expr"])))
        assert len(found) == len(re.findall(r"quantsite_\w+", target["expr"])) > 0
        for one in found:
            known = {name for key in exported[one.name] for name, _ in key}
            assert {matcher.name for matcher in one.matchers.matchers} <= known
            used.add(re.sub("_(bucket|sum|count)$", "", one.name))
        shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert shown <= {name for one in found for key in exported[one.name] for name, _ in key}
    ours = {re.sub("_(bucket|sum|count|created)$", "", name) for name in exported}
    assert used == {name for name in ours if not name.startswith("quantsite_etf_")}


def test_alerts_watch_what_is_exported(client: Client, stored) -> None:
    exported = scrape(client)
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"]) >= 8
    for rule in group["rules"]:
        found = [one for one in selectors(promql_parser.parse(rule["expr"])) if one.name != "up"]
        assert len(found) == len(re.findall(r"quantsite_\w+", rule["expr"]))
        for one in found:
            known = {name for key in exported[one.name] for name, _ in key}
            assert {matcher.name for matcher in one.matchers.matchers} <= known
        assert rule["annotations"]["summary"].endswith(".")


def test_panels_do_not_overlap() -> None:
    panels = [panel["gridPos"] for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]]
    cells = [(x, y) for p in panels for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)
