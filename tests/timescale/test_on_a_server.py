"""Migrations, status, aggregates and later additions on real TimescaleDBs, of either edition."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from factors.models import FactorScore
from factors.tasks import refresh_aggregates
from factors.timescale import RETURNS, SCORES
from market.models import DataChange, PriceBar
from market.store.changes import change_lock
from market.timescale.applying import server_now
from market.timescale.chunks import chunks_make
from market.timescale.columnar import direct_compress
from market.timescale.editions import Edition
from market.timescale.status import status_read
from portfolio.models import AssetCorrelation, AssetPerformanceMetrics
from portfolio.timescale import ASSET_METRICS, CORRELATIONS
from tests.timescale import scores
from tests.timescale.scores import BAR_DAYS, bars, query

HYPERTABLES = [
    "asset_correlations", "asset_performance_metrics", "factors_factorreturn", "factors_factorscore", "market_pricebar",
]  # fmt: skip


@pytest.fixture(autouse=True)
def rows(site: object) -> None:
    """Each test begins with the rows of tests/timescale/scores.py."""
    query("TRUNCATE market_pricebar, factors_factorscore, factors_factor, market_instrument CASCADE")
    scores.insert()


def test_status_after_migrating(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("timescale_status", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["server"]["edition"] == server_now().edition != Edition.ABSENT
    assert [table["name"] for table in found["hypertables"]] == HYPERTABLES
    assert all(table["has_key"] for table in found["hypertables"])
    assert found["to_do"] == []
    call_command("timescale_status")
    text = capsys.readouterr().out
    assert "factors_factorscore" in text
    assert "All that this edition offers is in place." in text


def test_a_month_is_a_chunk() -> None:
    bars(*BAR_DAYS)
    (table,) = [table for table in status_read().hypertables if table.name == "market_pricebar"]
    assert (table.chunks, table.first, table.last) == (3, dt.date(2023, 12, 19), dt.date(2024, 4, 17))
    assert PriceBar.objects.newest_day() == BAR_DAYS[-1]


def test_changes_behind_the_store_are_still_noted() -> None:
    """The triggers of migration 0002, which fire per statement: an INSERT, an UPDATE, a DELETE and a TRUNCATE."""
    DataChange.objects.all().delete()
    bars(*BAR_DAYS)
    PriceBar.objects.filter(date__lt=BAR_DAYS[1]).update(close=11)
    PriceBar.objects.filter(date=BAR_DAYS[1]).delete()
    query("TRUNCATE market_pricebar")
    assert DataChange.objects.filter(region="KR", kind="bars").count() == 4
    with transaction.atomic(), connection.cursor() as cursor:
        change_lock(cursor, "KR", "bars")  # the store, which says itself what it changes
        bars(*BAR_DAYS)
    assert DataChange.objects.filter(region="KR", kind="bars").count() == 4


def test_aggregates_by_hand() -> None:
    if server_now().edition is Edition.COMMUNITY:
        for name in status_read().aggregates:
            query(f"CALL refresh_continuous_aggregate('{name}', NULL, NULL)")
        assert refresh_aggregates() == {}
    else:
        assert set(refresh_aggregates()) == set(status_read().aggregates)
    assert query(scores.MONTHLY) == scores.MONTHLY_ROWS
    assert query(scores.DAILY) == scores.DAILY_ROWS


def test_chunks_are_made_without_a_trace() -> None:
    before = FactorScore.objects.count()
    days = [dt.date(2019, 5, 2), dt.date(2019, 5, 3), dt.date(2019, 9, 2)]
    assert chunks_make(SCORES, days) == 3
    assert chunks_make(SCORES, days) == 0
    for other in (RETURNS, ASSET_METRICS, CORRELATIONS):
        assert chunks_make(other, days[:1]) == 1
    assert FactorScore.objects.count() == before
    assert not AssetPerformanceMetrics.objects.exists()
    assert not AssetCorrelation.objects.exists()


def test_the_key_is_checked_and_direct_compress_does_nothing_unless_asked_for() -> None:
    with pytest.raises(DatabaseError, match="factors_factorscore_pkey"):
        query(scores.SCORES)
    with transaction.atomic(), connection.cursor() as cursor, direct_compress(cursor) as direct:
        assert direct is False


def test_backwards_and_forwards_again() -> None:
    call_command("migrate", "factors", "0003", verbosity=0)
    assert set(status_read().aggregates.values()) == {"missing"}
    assert FactorScore.objects.count() == 6
    call_command("migrate", "market", "0002", verbosity=0)
    call_command("migrate", verbosity=0)
    assert status_read().to_do == []
    assert FactorScore.objects.count() == 6
