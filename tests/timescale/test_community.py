"""What only TimescaleDB Community has, in WebAssembly: columnstore, policies, direct compress."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from factors.models import FactorScore
from market.timescale.applying import arrangements_apply
from market.timescale.columnar import direct_compress
from market.timescale.status import HypertableStatus, status_read
from tests.timescale import scores
from tests.timescale.conftest import webassembly_database
from tests.timescale.scores import query

COLUMNS = "date, instrument_id, factor_id, value, score, percentile"


@pytest.fixture(scope="module")
def open_database() -> Callable[[], AbstractContextManager[str]]:
    return webassembly_database


@pytest.fixture(autouse=True)
def rows(site: object) -> None:
    query("TRUNCATE market_pricebar, factors_factorscore, factors_factor, market_instrument CASCADE")
    scores.insert()


def scores_table() -> HypertableStatus:
    return next(table for table in status_read().hypertables if table.name == "factors_factorscore")


def run_policies(kind: str) -> None:
    """What the server's background jobs do by themselves."""
    for policy in status_read().policies:
        if policy.kind == kind:
            query(f"CALL run_job({policy.job})")


def test_scores_of_two_years_ago_become_columns_and_read_the_same() -> None:
    before = query("SELECT * FROM factors_factorscore ORDER BY 1, 2, 3")
    run_policies("policy_compression")
    table = scores_table()
    assert (table.chunks, table.columnar_chunks) == (2, 2)
    assert table.compression_ratio is not None
    assert query("SELECT * FROM factors_factorscore ORDER BY 1, 2, 3") == before
    with pytest.raises(Exception, match="duplicate key value"):
        query(scores.SCORES)


def test_columns_can_be_replaced_and_the_aggregates_notice() -> None:
    run_policies("policy_compression")
    run_policies("policy_refresh_continuous_aggregate")
    assert query(scores.MONTHLY) == scores.MONTHLY_ROWS
    assert query(scores.DAILY) == scores.DAILY_ROWS
    FactorScore.objects.filter(date=dt.date(2024, 2, 1)).delete()
    query(f"INSERT INTO factors_factorscore ({COLUMNS}) VALUES ('2024-02-01', 1, 7, 12, -5, 3)")
    run_policies("policy_refresh_continuous_aggregate")
    assert query(scores.DAILY)[-1] == ("2024-02-01", "KR", 7, 1, -5.0, None)


def test_the_age_of_columns_is_edited_by_a_setting(settings: object, capsys: pytest.CaptureFixture[str]) -> None:
    for days in (90, 365):
        settings.TIMESCALE_COLUMNSTORE_AFTER_DAYS = days
        arrangements_apply()
        (policy,) = [policy for policy in status_read().policies if policy.kind == "policy_compression"]
        assert policy.config["compress_after"] == f"{days} days"
        call_command("timescale_status")
        assert f"compress_after {days} days" in capsys.readouterr().out


def copy_day(day: str, *, many_days: bool = True) -> bool:
    """COPY 3,000 scores of a day (three factors of 1,000 instruments) as a backfill does; whether it was direct.

    From a file of the server: this one does not survive COPY over its connection.
    """
    query(
        f"COPY (SELECT '{day}'::date, instrument, factor, instrument::float8, 0::real, 0::real"
        " FROM generate_series(1, 3) AS factor, generate_series(1, 1000) AS instrument) TO '/tmp/scores'"
    )
    with transaction.atomic(), connection.cursor() as cursor, direct_compress(cursor, many_days=many_days) as direct:
        cursor.execute(f"COPY factors_factorscore ({COLUMNS}) FROM '/tmp/scores'")
    return direct


def test_copy_writes_rows_unless_direct_compress_is_set() -> None:
    assert copy_day("2020-06-01") is False
    assert scores_table().columnar_chunks == 0


def test_direct_compress_writes_columns(settings: object) -> None:
    """This server is of the last version in which continuous aggregates on a table prevent it, so they go first."""
    settings.TIMESCALE_DIRECT_COMPRESS = True
    arrangements_apply()
    assert not scores_table().has_key
    query("DROP MATERIALIZED VIEW factor_scores_monthly")
    query("DROP MATERIALIZED VIEW factor_correlation_daily")
    assert copy_day("2020-09-01", many_days=False) is False
    assert copy_day("2020-06-01") is True
    assert scores_table().columnar_chunks == 1
    assert query("SELECT count(*), sum(value) FROM factors_factorscore WHERE date = '2020-06-01'") == [(3000, 1501500)]
    settings.TIMESCALE_DIRECT_COMPRESS = False
    arrangements_apply()
    assert scores_table().has_key
    assert status_read().to_do == []


def test_backwards_rows_are_rows_again() -> None:
    run_policies("policy_compression")
    call_command("migrate", "factors", "0003", verbosity=0)
    assert (scores_table().columnar_chunks, scores_table().has_key) == (0, True)
    assert FactorScore.objects.count() == 6
    assert status_read().policies == []
    call_command("migrate", verbosity=0)
    assert status_read().to_do == []
