"""The two aggregates of scores on the database that the tests run on, whichever edition it has."""

import datetime as dt
from importlib import import_module

import pytest

from factors import tasks
from factors.models import FactorScore
from factors.schedules import ensure_daily_schedules
from market.timescale.applying import server_now
from market.timescale.editions import Edition
from market.timescale.status import status_read
from tests.timescale import scores

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_where_they_are_views() -> None:
    if server_now().edition is Edition.COMMUNITY:
        pytest.skip("on TimescaleDB Community the server refreshes them")


@pytest.fixture
def some_scores() -> None:
    scores.insert()


def test_figures_by_hand(some_scores: None) -> None:
    assert set(tasks.refresh_aggregates()) == {"factor_scores_monthly", "factor_correlation_daily"}
    assert scores.query(scores.MONTHLY) == scores.MONTHLY_ROWS
    assert scores.query(scores.DAILY) == scores.DAILY_ROWS


def test_they_tell_what_was_at_the_last_refresh(some_scores: None) -> None:
    tasks.refresh_aggregates()
    FactorScore.objects.filter(date=dt.date(2024, 2, 1), instrument_id=1).update(score=-5)
    assert scores.query(scores.DAILY)[-1] == ("2024-02-01", "KR", 7, 1, 5.0, None)
    tasks.refresh_aggregates()
    assert scores.query(scores.DAILY)[-1] == ("2024-02-01", "KR", 7, 1, -5.0, None)


def test_a_view_restored_without_its_rows_is_filled(some_scores: None) -> None:
    scores.query("REFRESH MATERIALIZED VIEW factor_scores_monthly WITH NO DATA")
    tasks.refresh_aggregates()
    assert len(scores.query(scores.MONTHLY)) == len(scores.MONTHLY_ROWS)


def test_every_night_a_worker_refreshes_them() -> None:
    schedule = import_module("django_q.models").Schedule
    ensure_daily_schedules()
    found = schedule.objects.get(name="refresh score aggregates")
    module, function = found.func.rsplit(".", 1)
    assert getattr(import_module(module), function) is tasks.refresh_aggregates
    assert (found.schedule_type, found.next_run.time()) == (schedule.DAILY, dt.time(23, 30))


def test_status_without_timescaledb_misses_nothing() -> None:
    status = status_read()
    assert status.to_do == []
    assert set(status.aggregates.values()) == {"materialised"}
