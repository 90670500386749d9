"""The page of a backtest: progress, failure, report, its tables and trails, what may be done to it."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backtests.models import BacktestSession, BacktestTrade, Status
from backtests.services import config_check
from factors.services.strategy_files import strategies_read
from portfolio.models import Portfolio
from tests.backtests.services.tables import config
from tests.backtests.stored import bare

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def text_of(client, address: str, **more: str) -> str:
    answer = client.get(address, **more)
    assert answer.status_code == 200
    return answer.content.decode()


def test_progress_until_it_ends(ann):
    session = bare(owner=ann.user, stage="computing factors: 40 of 97 sessions", progress=44.0, session_count=97)
    page = text_of(ann, f"/backtests/{session.pk}/")
    assert "Waiting for a worker" in page
    assert 'hx-trigger="every 1s"' in page
    BacktestSession.objects.update(status=Status.COMPLETED)
    ended = ann.get(f"/backtests/{session.pk}/progress/", **HTMX)
    assert ended.headers["HX-Refresh"] == "true"


def test_nobody_at_work_is_told(ann, monkeypatch):
    monkeypatch.setattr("backtests.services.liveness.Stat.get_all", list)
    session = bare(owner=ann.user)
    assert "No worker is at work" not in text_of(ann, f"/backtests/{session.pk}/progress/", **HTMX)
    BacktestSession.objects.update(created_at=timezone.now() - dt.timedelta(minutes=1))
    assert "No worker is at work" in text_of(ann, f"/backtests/{session.pk}/progress/", **HTMX)


def test_a_dead_process_is_told(ann):
    session = bare(owner=ann.user, status=Status.RUNNING, stage="simulating", progress=80.0)
    page = text_of(ann, f"/backtests/{session.pk}/")
    assert "its process ended before it" in page
    assert "Try again" in page


def test_cancelled(ann, bob):
    session = bare(owner=ann.user)
    assert bob.post(f"/backtests/{session.pk}/cancel/").status_code == 404
    ann.post(f"/backtests/{session.pk}/cancel/")
    session.refresh_from_db()
    assert session.status == Status.CANCELLED
    assert "It was cancelled" in text_of(ann, f"/backtests/{session.pk}/")


def test_failed_with_its_reason_and_tried_again(finished, ann):
    session = bare(owner=ann.user, status=Status.FAILED, error="fill: next_open needs opens",
                   config=config_check(config=config(name="again")).written)  # fmt: skip
    assert "fill: next_open needs opens" in text_of(ann, f"/backtests/{session.pk}/")
    made = BacktestSession.objects.get(pk=int(ann.post(f"/backtests/{session.pk}/rerun/").url.split("/")[2]))
    assert (made.status, made.owner, made.name) == (Status.PENDING, ann.user, "again")


def test_commands_are_posts(ann):
    session = bare(owner=ann.user)
    assert ann.get(f"/backtests/{session.pk}/cancel/").status_code == 302
    session.refresh_from_db()
    assert session.status == Status.PENDING


def test_others_are_not_there(ann, bob):
    session = bare(owner=ann.user)
    for part in ("", "progress/", "config.yaml", "trades/1/", "portfolio/", "delete/"):
        assert bob.get(f"/backtests/{session.pk}/{part}").status_code == 404


def test_nobody_is_offered_what_is_denied(reader, ann):
    """An owner whose permissions were taken away may look, no more; others who have them see both buttons."""
    user = User.objects.get(username="reader")
    for owner, client, offered in ((user, reader, False), (ann.user, ann, True)):
        for status, part in ((Status.PENDING, "cancel"), (Status.FAILED, "delete")):
            session = bare(owner=owner, status=status)
            there = f"/backtests/{session.pk}/"
            assert (f"{there}{part}/" in text_of(client, there)) == offered
            assert (client.post(f"{there}{part}/").status_code == 403) != offered


def test_a_report(finished, ann):
    answer = ann.get(f"/backtests/{finished.five}/")
    found = BacktestSession.objects.get(pk=finished.five).statistics
    page = answer.content.decode()
    assert f"{found.figures['sharpe_ratio']:.2f}".replace("-", "−") in page
    assert page.index('id="findings"') < page.index('id="performance"') < page.index('id="calendar"')
    for finding in found.findings:
        assert finding["title"].replace("'", "&#x27;") in page
    values = next(part for one in answer.context["chapters"] for part in one.shown if part.get("title") == "Value")
    assert values["data"][0]["y"][-1] == found.final_value


@pytest.mark.parametrize("part", ["exposure", "trades", "statistics", "configuration"])
def test_later_chapters(finished, ann, part):
    assert f'id="{part}"' in text_of(ann, f"/backtests/{finished.five}/?part={part}", **HTMX)


def test_rows_and_what_they_are_narrowed_by(finished, ann):
    rows = text_of(ann, f"/backtests/{finished.five}/?part=rows", **HTMX)
    for table in ("trades", "holdings", "events", "selection"):
        assert f'id="table-{table}"' in rows
    target = HTMX | {"HTTP_HX_TARGET": "table-trades"}
    sold = ann.get(f"/backtests/{finished.five}/?trades-side=SELL&trades-sort=-profit", **target).context["table"]
    trades = BacktestTrade.objects.filter(session=finished.five, side="SELL")
    assert sold.total == trades.count()
    shown = [row.record.profit for row in sold.paginated_rows]
    assert shown == sorted(shown, reverse=True)


@pytest.mark.parametrize("table", ["trades", "holdings", "events", "selection"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files(finished, ann, table, kind):
    answer = ann.get(f"/backtests/{finished.five}/?export={kind}&table={table}")
    assert answer.status_code == 200
    assert f".{kind}" in answer.headers["Content-Disposition"]
    answer.close()


def test_why_a_trade_was_made(finished, ann):
    trade = BacktestTrade.objects.filter(session=finished.five, side="BUY").order_by("number").first()
    figure = trade.factors["momentum_1m"]
    there = f"/backtests/{finished.five}/trades/{trade.number}/"
    trail = text_of(ann, there, **HTMX)
    assert "<html" not in trail
    assert "<html" in text_of(ann, there)
    for told in ("ENTRY", "momentum_1m value &gt; -20", f"{figure['percentile']:.1f}"):
        assert told in trail


def test_parts_of_a_share_are_told_and_the_day_in_words(finished, ann):
    trade = BacktestTrade.objects.filter(session=finished.five, side="SELL").order_by("number").first()
    there = f"/backtests/{finished.five}/trades/{trade.number}/"
    day = trade.signal_date
    assert f"Figures of {day:%b} {day.day}, {day.year}" in text_of(ann, there, **HTMX)
    BacktestTrade.objects.filter(session=finished.five).update(quantity=0.375, factors={})
    trail = text_of(ann, there, **HTMX)
    assert "<dd>0.3750</dd>" in trail
    assert (
        trail.count("0.3750 ×") == BacktestTrade.objects.filter(session=finished.five, ticker=trade.ticker).count() - 1
    )
    assert "None" not in trail


def test_which_condition_sold(finished, ann):
    stops = BacktestTrade.objects.filter(session=finished.five, reason="STOP_LOSS").first()
    assert "STOP_LOSS 8 %" in text_of(ann, f"/backtests/{finished.five}/trades/{stops.number}/", **HTMX)
    assert ann.get(f"/backtests/{finished.five}/trades/99999/").status_code == 404


def test_its_yaml_makes_the_same(finished, ann):
    text = text_of(ann, f"/backtests/{finished.five}/config.yaml")
    stored = BacktestSession.objects.get(pk=finished.five).config
    assert config_check(config=strategies_read(text=text)).written == stored


def test_as_a_portfolio(finished, ann):
    there = f"/backtests/{finished.five}/portfolio/"
    assert "Name of the portfolio" in text_of(ann, there, **HTMX)
    ann.post(there, {"name": "copied"})
    made = Portfolio.objects.get(name="copied")
    assert made.owner == ann.user
    assert "copied" in text_of(ann, there, **HTMX) or ann.post(there, {"name": "copied"}).status_code == 200


def test_as_many_queries_for_twice_the_trades(finished, ann):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            ann.get(f"/backtests/{finished.three}/")
            ann.get(f"/backtests/{finished.three}/?part=rows", **HTMX)
        return len(found)

    few = queries()
    rows = list(BacktestTrade.objects.filter(session=finished.three))
    top = max(row.number for row in rows)
    for place, row in enumerate(rows, 1):
        row.pk, row.number = None, top + place
    BacktestTrade.objects.bulk_create(rows)
    assert queries() == few
