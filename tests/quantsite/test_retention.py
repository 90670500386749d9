"""Retention: by kind, only what is old, only where it is asked for."""

import datetime as dt
import json

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone
from django_q.models import Task

from etfs.models import CollectItem, CollectRun
from factors.models import FactorAnalysis, FactorRun
from market.models import Instrument, LoadRun, RejectedRow
from portfolio.models import AssetCorrelation
from quantsite import retention
from quantsite.accounts.models import ApiToken
from quantsite.retention import KINDS, check_kinds, data_prune
from quantsite.tasks import prune_data

NOW = dt.datetime(2024, 6, 28, 12, tzinfo=dt.UTC)
DEFAULTS = {
    "task_results": 30, "failed_tasks": 90, "sessions": 1, "rejected_rows": 0, "collection_answers": 0,
    "run_details": 0, "analyses": 0, "correlations": 0, "admin_log": 0, "tokens": 1,
}  # fmt: skip


def ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def task(key: str, success: bool, days: float) -> None:
    Task.objects.create(id=key, name=key, func="f", success=success, started=ago(days), stopped=ago(days))


def pruned(**kwargs: object) -> dict[str, int]:
    return {one.kind: one.rows for one in data_prune(now=NOW, **kwargs) if one.rows}


def left(model: type[Model], name: str) -> list[object]:
    return sorted(model._default_manager.values_list(name, flat=True))


@pytest.fixture
def tasks(db) -> None:
    for key, success, days in (("a", True, 29), ("b", True, 31), ("c", False, 31), ("d", False, 91)):
        task(key, success, days)
    Session.objects.create(session_key="open", session_data="", expire_date=NOW)
    Session.objects.create(session_key="over", session_data="", expire_date=ago(2))


def test_defaults_touch_only_what_nobody_misses() -> None:
    assert {name: kind.days for name, kind in KINDS.items()} == DEFAULTS


def test_results_and_sessions_go_by_age(tasks) -> None:
    wanted = {"task_results": 1, "failed_tasks": 1, "sessions": 1}
    assert pruned(dry_run=True) == wanted
    assert left(Task, "id") == ["a", "b", "c", "d"]
    assert pruned() == wanted
    assert left(Task, "id") == ["a", "c"]
    assert left(Session, "session_key") == ["open"]
    assert pruned() == {}


def test_settings_decide(tasks, settings) -> None:
    settings.KEEP_DAYS = {"task_results": 0, "failed_tasks": 30}
    assert pruned() == {"failed_tasks": 2, "sessions": 1}
    assert left(Task, "id") == ["a", "b"]


def test_many_rows_go_in_batches(tasks, monkeypatch, django_assert_num_queries) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        task(f"x{number}", True, 40)
    assert pruned()["task_results"] == 6
    assert left(Task, "id") == ["a", "c"]


def test_refused_rows_of_old_loads(db, settings) -> None:
    settings.KEEP_DAYS = {"rejected_rows": 100}
    for days in (99, 101):
        run = LoadRun.objects.create(kind="prices", region="KR", source="csv", state="PARTLY", finished_at=ago(days))
        RejectedRow.objects.create(load_run=run, row_number=days, reason="x", message="x")
    assert pruned() == {"rejected_rows": 1}
    assert left(RejectedRow, "row_number") == [99]
    assert LoadRun.objects.count() == 2


def test_answers_of_old_collections(db, settings) -> None:
    settings.KEEP_DAYS = {"collection_answers": 10}
    for days in (9, 11):
        run = CollectRun.objects.create(source="csv", kind="holdings", region="KR", state="DONE", finished_at=ago(days))
        CollectItem.objects.create(run=run, name=str(days), outcome="FAILED")
    assert pruned() == {"collection_answers": 1}
    assert left(CollectItem, "name") == ["9"]


def test_details_of_runs_only_where_a_later_one_replaced_them(db, settings) -> None:
    settings.KEEP_DAYS = {"run_details": 10}
    told = {"region": "KR", "date": "2024-06-01", "state": "DONE", "counts": {"beta": {"scored": 1}}, "score_count": 1}
    replaced = FactorRun.objects.create(**told, finished_at=ago(20))
    newest = FactorRun.objects.create(**told, finished_at=ago(20))
    other = FactorRun.objects.create(**{**told, "date": "2024-05-31"}, finished_at=ago(20))
    assert pruned() == {"run_details": 1}
    for run in (replaced, newest, other):
        run.refresh_from_db()
    assert (replaced.counts, replaced.state, replaced.score_count) == ({}, "DONE", 1)
    assert newest.counts == other.counts == told["counts"]
    assert pruned() == {}


def test_analyses_that_go_on_stay(db, settings) -> None:
    settings.KEEP_DAYS = {"analyses": 10}
    for state, days in (("DONE", 20), ("DONE", 5), ("RUNNING", None)):
        FactorAnalysis.objects.create(
            region="KR", start="2024-01-02", end="2024-02-01", state=state, finished_at=ago(days) if days else None
        )
    assert pruned() == {"analyses": 1}
    assert left(FactorAnalysis, "state") == ["DONE", "RUNNING"]


def test_correlations_keep_their_newest_day(db, settings) -> None:
    settings.KEEP_DAYS = {"correlations": 30}
    first, second = (
        Instrument.objects.create(region="KR", ticker=ticker, name="", currency="KRW", asset_type="STOCK")
        for ticker in ("A", "B")
    )
    days = {f"n_{window}": 1 for window in ("1m", "3m", "6m", "1y", "3y", "20d", "60d")}
    for age in (40, 50, 60):
        AssetCorrelation.objects.create(
            date=ago(age).date(), instrument_a=first, instrument_b=second, revision=1, **days
        )
    assert pruned() == {"correlations": 2}
    assert left(AssetCorrelation, "date") == [ago(40).date()]


def test_tokens_after_their_end(db) -> None:
    user = User.objects.create_user("ann")
    for expiry in (None, ago(2), NOW):
        token, _ = ApiToken.objects.create(user=user)
        ApiToken.objects.filter(pk=token.pk).update(expiry=expiry)
    assert pruned() == {"tokens": 1}
    assert ApiToken.objects.filter(expiry=None).count() == 1


def test_command_and_task(db, capsys: pytest.CaptureFixture[str]) -> None:
    old = timezone.now() - dt.timedelta(days=31)
    Task.objects.create(id="x", name="x", func="f", success=True, started=old, stopped=old)
    call_command("prune_data", "--dry-run", "--json")
    (found,) = [row for row in json.loads(capsys.readouterr().out) if row["kind"] == "task_results"]
    assert found == {"kind": "task_results", "text": "results of background tasks", "days": 30, "rows": 1}
    call_command("prune_data", "--dry-run")
    text = capsys.readouterr().out
    assert "would go" in text
    assert "for ever" in text
    assert prune_data()["task_results"] == 1
    assert not Task.objects.exists()


def test_a_kind_that_is_not_there_is_told(settings) -> None:
    assert check_kinds(None) == []
    settings.KEEP_DAYS = {"taks_results": 3}
    (found,) = check_kinds(None)
    assert "QUANTSITE_KEEP_DAYS names taks_results; there are task_results," in found.msg
