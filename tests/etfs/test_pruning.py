"""Thinning out: what stays, that it does not matter how often, and that nobody loses the newest."""

import datetime as dt
import itertools
import json
from decimal import Decimal

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from etfs import tasks
from etfs.models import (
    ETF,
    CollectItem,
    CollectRun,
    ETFHolding,
    HoldingFinding,
    HoldingLine,
    Payload,
    Snapshot,
    SnapshotState,
)
from etfs.services import pruning
from etfs.services.pruning import holdings_prune, stays_of
from etfs.store.payloads import payload_keep
from tests.etfs.builder import composition, fund

TODAY = dt.date(2024, 6, 28)
DAY = dt.timedelta(days=1)


def history(of: ETF, days: list[dt.date], doubtful: set[dt.date] = frozenset()) -> None:
    """A composition of two lines on each day; ``doubtful`` ones are not served."""
    lines = [HoldingLine.objects.get_or_create(key=f"STOCK|KR|{n}", defaults={"ticker": str(n)})[0] for n in (1, 2)]
    Snapshot.objects.bulk_create(
        Snapshot(
            etf=of, as_of_date=day, source="csv", currency="KRW", is_served=day not in doubtful,
            state=SnapshotState.QUARANTINED if day in doubtful else SnapshotState.GOOD,
        )
        for day in days
    )  # fmt: skip
    ETFHolding.objects.bulk_create(
        ETFHolding(etf=of, line=line, as_of_date=day, weight=50, rank=rank, weight_change=rank, source="csv")
        for day in days
        for rank, line in enumerate(lines, 1)
    )


def days_of(of: ETF) -> list[dt.date]:
    return list(Snapshot.objects.filter(etf=of).order_by("as_of_date").values_list("as_of_date", flat=True))


def expected(days: list[dt.date], today: dt.date) -> list[dt.date]:
    """The rule by plain Python: FORMULAS.md sections 6 and 9."""
    weeks = {day.isocalendar()[:2]: day for day in days}  # days ascend: the last one of each week stays
    months = {(day.year, day.month): day for day in days}
    return [
        day for day in days
        if (today - day).days <= 90 or day == days[-1] or day == months[day.year, day.month]
        or ((today - day).days <= 365 and day == weeks[day.isocalendar()[:2]])
    ]  # fmt: skip


def last_days(count: int, until: dt.date = TODAY) -> list[dt.date]:
    return [until - DAY * back for back in range(count)][::-1]


def test_eight_hundred_days(db) -> None:
    weekdays = [day for day in last_days(800) if day.weekday() < 5]
    funds = [fund("KR", "A"), fund("KR", "B"), fund("KR", "STOPPED"), fund("KR", "ONE")]
    histories = [last_days(800), weekdays, weekdays[:300], [dt.date(2020, 1, 15)]]
    for one, days in zip(funds, histories, strict=True):
        history(one, days)
    dry = holdings_prune(today=TODAY, dry_run=True)
    assert [len(days_of(one)) for one in funds] == [len(days) for days in histories]
    run = holdings_prune(today=TODAY)
    assert (run.funds, run.compositions, run.lines) == (dry.funds, dry.compositions, dry.lines)
    assert run.lines == 2 * run.compositions > 0
    for one, days in zip(funds, histories, strict=True):
        assert days_of(one) == expected(days, TODAY)
        assert days_of(one)[-1] == days[-1]
    kept = Snapshot.objects.count()
    assert ETFHolding.objects.count() == 2 * kept
    again = holdings_prune(today=TODAY)
    assert (again.compositions, again.lines, Snapshot.objects.count()) == (0, 0, kept)
    assert {row["symbol"]: row["kept"] for row in again.funds}["KR:ONE"] == 1


def test_monthly_for_a_year_is_once_at_the_end(db) -> None:
    often, once = fund("KR", "OFTEN"), fund("KR", "ONCE")
    days = last_days(800)
    doubtful = {day for day in days if day.toordinal() % 7 in (3, 4)}
    history(once, days, doubtful)
    seen = 0
    for month in range(12, -1, -1):
        today = TODAY - DAY * 30 * month
        until = days.index(today) + 1
        history(often, days[seen:until], doubtful)  # as they come
        seen = until
        holdings_prune(symbols=["OFTEN"], today=today)
    holdings_prune(symbols=["ONCE"], today=TODAY)
    assert days_of(often) == days_of(once)


@pytest.mark.parametrize("seed", range(20))
def test_whenever_it_ran_before_the_end_is_the_same(seed) -> None:
    generator = np.random.default_rng(seed)
    days = [day for day in last_days(800) if generator.random() < generator.choice([0.1, 0.7, 1.0])]
    served = dict(zip(days, (generator.random(len(days)) < 0.6).tolist(), strict=True))

    def after(held: list[dt.date], today: dt.date) -> list[dt.date]:
        return list(itertools.compress(held, stays_of(held, [served[day] for day in held], today)))

    held: list[dt.date] = []
    runs = sorted(generator.choice(800, 25, replace=False).tolist())
    for start, end in itertools.pairwise([-1, *runs, 799]):
        first, last = TODAY - DAY * (798 - start), TODAY - DAY * (799 - end)
        held = after([*held, *(day for day in days if first <= day <= last)], last)
    assert held == after(days, TODAY)
    assert served[held[-1]] or any(served[day] for day in held)


def test_the_newest_served_one_stays_where_newer_ones_are_in_quarantine(db) -> None:
    held = fund("KR", "069500")
    days = [dt.date(2022, 3, 1), dt.date(2022, 3, 2), dt.date(2022, 3, 3)]
    history(held, days, {days[2]})
    holdings_prune(today=TODAY)
    assert days_of(held) == [days[1], days[2]]


def test_weight_changes_stay_as_they_were_and_findings_go_with_their_composition(db) -> None:
    held = fund("KR", "069500")
    composition(held, "2022-03-01", {"A": 60, "B": 40})
    composition(held, "2022-03-30", {"A": 55, "B": 45})
    composition(held, "2022-03-31", {"A": 50, "B": 50})
    for day in ("2022-03-30", "2022-03-31"):
        HoldingFinding.objects.create(etf=held, as_of_date=day, code="turnover", severity="WARNING")
    holdings_prune(today=TODAY)
    changes = ETFHolding.objects.filter(etf=held).order_by("line__ticker").values_list("weight_change", flat=True)
    assert list(changes) == [Decimal(-5), Decimal(5)]  # against 30 March, which is gone
    assert HoldingFinding.objects.get().as_of_date == dt.date(2022, 3, 31)


def payload(name: str, days_ago: int, **facts) -> Payload:
    kept = payload_keep(**{"source": "csv", "kind": "holdings", "region": "KR", "name": name, "content": b"x"} | facts)
    Payload.objects.filter(pk=kept.pk).update(fetched_at=timezone.now() - DAY * days_ago)
    return kept


def test_answers_that_nothing_was_made_of_go_the_bytes_of_kept_compositions_stay(db) -> None:
    held, today = fund("KR", "069500"), timezone.now().date()
    old = [today - DAY * back for back in (900, 899, 0)]
    while old[0].month != old[1].month:
        old = [day - DAY for day in old]
    for day, name in zip(old, ("gone", "month end", "today"), strict=True):
        composition(held, day, {"A": 100}, payload=payload(name, 200))
    payload("beside, old", 200, source="other")
    payload("beside, recent", 80, source="other")
    payload("a list of funds", 900, kind="funds")
    payload("another region", 900, region="US")
    again, run = payload("read again", 200), CollectRun.objects.create(source="csv", kind="holdings", region="KR")
    CollectItem.objects.create(run=run, payload=again, ticker="069500", outcome="UNCHANGED")
    told = CollectItem.objects.create(run=run, payload=Payload.objects.get(name="gone"), outcome="STORED")
    CollectItem.objects.filter(pk=told.pk).update(created_at=timezone.now() - DAY * 200)
    assert holdings_prune(region="KR", dry_run=True).answers == 2
    assert holdings_prune(region="KR").answers == 2
    names = set(Payload.objects.values_list("name", flat=True))
    assert names == {
        "month end", "today", "beside, recent", "a list of funds", "another region", "read again",
    }  # fmt: skip
    told.refresh_from_db()
    assert (told.payload, told.outcome) == (None, "STORED")
    assert holdings_prune().answers == 1


def test_a_dry_run_deletes_no_answer_even_where_no_composition_goes(db) -> None:
    composition(fund("KR", "069500"), TODAY, {"A": 100})
    payload("beside, old", 200)
    assert holdings_prune(dry_run=True).answers == 1
    assert Payload.objects.count() == 1
    assert holdings_prune(symbols=["069500"]).answers == 0  # of no fund asked for


def test_workers_prune_only_where_it_is_wanted(db, settings, caplog) -> None:
    held = fund("KR", "069500")
    history(held, last_days(30, dt.date(2020, 1, 30)))
    assert tasks.prune_all() == 0
    assert "QUANTSITE_ETF_PRUNE is off" in caplog.text
    assert len(days_of(held)) == 30
    settings.ETF_PRUNE = True
    assert tasks.prune_all() == 29


def test_the_command(db, capsys) -> None:
    held = fund("KR", "069500")
    history(held, last_days(30, dt.date(2020, 1, 30)))
    call_command("prune_holdings", "--dry-run")
    assert "1 fund: 29 compositions with 58 lines and 0 answers would be deleted" in capsys.readouterr().out
    call_command("prune_holdings", "--region", "KR", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["funds"] == [{"symbol": "KR:069500", "kept": 1, "deleted": 29, "lines": 58}]
    assert days_of(held) == [dt.date(2020, 1, 30)]
    with pytest.raises(SystemExit) as left:
        call_command("prune_holdings", "--symbols", "NONE")
    assert left.value.code == 2


@pytest.mark.django_db(transaction=True)
def test_a_run_that_dies_leaves_whole_funds(monkeypatch) -> None:
    funds = [fund("KR", name) for name in ("A", "B", "C")]
    for one in funds:
        history(one, last_days(30, dt.date(2020, 1, 30)))
    done, delete = [], pruning.compositions_delete

    def dies(cursor, etf_id, days):
        deleted = delete(cursor, etf_id, days)
        done.append(etf_id)
        if len(done) == 2:
            raise KeyboardInterrupt
        return deleted

    monkeypatch.setattr(pruning, "compositions_delete", dies)
    with pytest.raises(KeyboardInterrupt):
        holdings_prune(today=TODAY)
    assert [len(days_of(one)) for one in funds] == [1, 30, 30]
    assert [ETFHolding.objects.filter(etf=one).count() for one in funds] == [2, 60, 60]
