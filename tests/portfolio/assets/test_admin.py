"""Asset metrics and correlations in the admin: looked at, not written."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from market.models import Instrument
from portfolio.models import AssetCorrelation, AssetCorrelationRow, AssetPerformanceMetrics, AssetPerformanceMetricsRow
from portfolio.services.correlations import correlations_compute
from tests.portfolio.assets.conftest import BEFORE, THREE


@pytest.fixture
def boss(client: Client, computed) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries(ask: Callable[[], object]) -> int:
    ask()
    with CaptureQueriesContext(connection) as found:
        ask()
    return len(found)


def listed(client: Client, model: type, **asked: str) -> int:
    page = client.get(address(model, "changelist"), asked)
    assert page.status_code == 200
    return len(page.context["cl"].result_list)


def test_metrics_in_the_admin(boss: Client):
    assert listed(boss, AssetPerformanceMetricsRow) == 8
    assert listed(boss, AssetPerformanceMetricsRow, region="US") == 2
    assert listed(boss, AssetPerformanceMetricsRow, ticker="A") == 2  # both sessions
    assert listed(boss, AssetPerformanceMetricsRow, date=str(BEFORE)) == 6
    assert listed(boss, AssetPerformanceMetricsRow, q="PAU") == 2
    spy = Instrument.objects.get(ticker="SPY")
    page = boss.get(address(AssetPerformanceMetricsRow, "change", f"2024-06-28_{spy.pk}"))
    assert page.status_code == 200
    assert "Sharpe ratio" in page.content.decode()


def test_correlations_in_the_admin(boss: Client):
    assert listed(boss, AssetCorrelationRow) == 3
    assert listed(boss, AssetCorrelationRow, ticker="SPY") == 2
    assert listed(boss, AssetCorrelationRow, q="SP") == 2
    assert listed(boss, AssetCorrelationRow, date=str(BEFORE)) == 0
    pair = AssetCorrelation.objects.first()
    key = f"2024-06-28_{pair.instrument_a_id}_{pair.instrument_b_id}"
    assert boss.get(address(AssetCorrelationRow, "change", key)).status_code == 200


@pytest.mark.parametrize("model", [AssetPerformanceMetricsRow, AssetCorrelationRow])
def test_nobody_writes_in_the_admin(boss: Client, model):
    assert boss.get(address(model, "add")).status_code == 403
    key = model.objects.first().key
    assert boss.post(address(model, "change", key), {"n_1m": "1"}).status_code == 403
    assert boss.post(address(model, "delete", key), {"post": "yes"}).status_code == 403


def test_lists_take_as_many_queries_for_many_rows_as_for_few(boss: Client):
    def of(model: type) -> int:
        return queries(lambda: listed(boss, model))

    before = of(AssetPerformanceMetricsRow), of(AssetCorrelationRow)
    AssetPerformanceMetrics.objects.filter(instrument__ticker="P").delete()
    correlations_compute(tickers=[*THREE.split(","), "KR:B", "KR:P", "US:AGG"])
    assert listed(boss, AssetCorrelationRow) == 15
    assert (of(AssetPerformanceMetricsRow), of(AssetCorrelationRow)) == before


def test_without_rows_the_lists_are_empty(boss: Client):
    AssetPerformanceMetrics.objects.all().delete()
    AssetCorrelation.objects.all().delete()
    assert (listed(boss, AssetPerformanceMetricsRow), listed(boss, AssetCorrelationRow)) == (0, 0)
