"""What a finished backtest gave, over HTTP: the same figures and rows as in the tables."""

import csv
import io
from itertools import groupby

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from backtests import services
from backtests.calc.outcomes import orders_of
from backtests.models import BacktestEvent, BacktestHolding, BacktestSession, BacktestSnapshot, BacktestTrade
from backtests.services import orders_csv, weights_csv
from backtests.services.exports import run_again
from tests.backtests.stored import bare, made_up
from tests.etfs.api.asking import ask, ask_csv, pages

pytestmark = pytest.mark.django_db
PARTS = (
    "statistics", "monthly", "yearly", "contribution", "diagnosis", "series", "snapshots", "trades", "holdings",
    "events",
)  # fmt: skip
FILES = ("report/", "orders.csv", "weights.csv")


@pytest.fixture
def five(finished) -> BacktestSession:
    return BacktestSession.objects.get(pk=finished.five)


def test_trades_in_pages_are_those_of_the_table(reader, five):
    found = [row for page in pages(reader, f"backtests/{five.pk}/trades/?page_size=7") for row in page]
    rows = list(five.trades.order_by("number"))
    assert len(rows) > 20
    assert [row["number"] for row in found] == list(range(1, len(rows) + 1))
    for row, kept in zip(found, rows, strict=True):
        assert (row["ticker"], row["side"], row["quantity"], row["profit"]) == (
            kept.ticker, kept.side, kept.quantity, kept.profit,
        )  # fmt: skip
        assert row["factors"] == kept.factors


def test_trades_narrowed(reader, five):
    every = list(BacktestTrade.objects.filter(session=five).order_by("number"))
    ticker, day = every[0].ticker, every[len(every) // 2].trade_date

    def numbers(asked: str) -> list[int]:
        return [row["number"] for row in ask(reader, f"backtests/{five.pk}/trades/?page_size=1000&{asked}")["results"]]

    assert numbers(f"ticker={ticker}&side=SELL") == [
        one.number for one in every if one.ticker == ticker and one.side == "SELL"
    ]
    for reason, some in groupby(sorted(every, key=lambda one: (one.reason, one.number)), key=lambda one: one.reason):
        assert numbers(f"reason={reason}") == [one.number for one in some]
    assert numbers(f"from={day}&to={day}") == [one.number for one in every if one.trade_date == day]
    assert numbers("ticker=NOBODY") == []


def test_trades_as_csv(reader, five):
    rows = ask_csv(reader, f"backtests/{five.pk}/trades/?side=SELL")
    kept = five.trades.filter(side="SELL").order_by("number").first()
    assert (rows[0]["ticker"], float(rows[0]["profit"])) == (kept.ticker, kept.profit)
    assert rows[0]["factors"].startswith('{"')
    assert len(rows) == five.trades.filter(side="SELL").count()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_json_and_csv(reader, five, part):
    assert ask(reader, f"backtests/{five.pk}/{part}/")
    rows = ask_csv(reader, f"backtests/{five.pk}/{part}/")
    assert rows or part == "events"


def test_days(reader, five):
    rows = ask(reader, f"backtests/{five.pk}/snapshots/?from=2024-06-03&to=2024-06-05")["results"]
    assert [row["date"] for row in rows] == ["2024-06-03", "2024-06-04", "2024-06-05"]
    for row in rows:
        assert row["value"] == pytest.approx(row["cash"] + row["holdings_value"], rel=1e-12)
        kept = BacktestSnapshot.objects.get(session=five, date=row["date"])
        assert (row["value"], row["benchmark"], row["positions"]) == (kept.value, kept.benchmark, kept.positions)


def test_series_begin_before_the_first_session(reader, five):
    found = ask(reader, f"backtests/{five.pk}/series/")
    assert (found["dates"][0], found["value"][0], found["benchmark"][0]) == ("2024-01-31", 1e8, 1e8)
    assert {len(column) for column in found.values()} == {five.session_count + 1}
    rows = ask_csv(reader, f"backtests/{five.pk}/series/")
    assert [row["date"] for row in rows] == found["dates"]
    assert [float(row["value"]) for row in rows] == found["value"]
    assert rows[0]["rolling_sharpe"] == ""


def test_months_multiply_to_the_total_return(reader, five):
    months = ask(reader, f"backtests/{five.pk}/monthly/")["results"]
    assert [row["period"] for row in months] == ["2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]
    growth = 1.0
    for row in months:
        growth *= 1 + row["return"] / 100
    assert 100 * (growth - 1) == pytest.approx(five.statistics.total_return, rel=1e-9)
    assert [row["period"] for row in ask(reader, f"backtests/{five.pk}/yearly/")["results"]] == ["2024"]


def test_statistics_with_unit_and_meaning(reader, five):
    found = ask(reader, f"backtests/{five.pk}/statistics/")
    by_name = {row["name"]: row for row in found["results"]}
    assert {name: row["value"] for name, row in by_name.items()} == five.statistics.figures
    assert by_name["total_return"]["unit"] == "%"
    assert by_name["win_rate"]["meaning"] == "Wins of all closed trades."
    assert found["results"][0]["name"] == "total_return"
    assert found["benchmark"] == {"ticker": "KOSPI", "name": "KOSPI"}


def test_contribution_and_diagnosis(reader, five):
    (row,) = ask(reader, f"backtests/{five.pk}/contribution/")["results"]
    assert (row["condition"], row["rank"]) == ("momentum_1m value > -20", 1)
    found = ask(reader, f"backtests/{five.pk}/diagnosis/")
    assert sum(found["counts"].values()) == len(found["results"])
    assert "short_period" in [one["code"] for one in found["results"]]


def test_holdings_and_events(reader, five):
    held = ask(reader, f"backtests/{five.pk}/holdings/")["results"]
    assert [row["ticker"] for row in held] == list(
        BacktestHolding.objects.filter(session=five).order_by("number").values_list("ticker", flat=True)
    )
    splits = ask(reader, f"backtests/{five.pk}/events/?kind=SPLIT")["results"]
    assert splits
    assert {(row["date"], row["figure"]) for row in splits} == {("2024-05-02", 2.0)}
    assert len(splits) == BacktestEvent.objects.filter(session=five, kind="SPLIT").count()


def test_files(reader, five):
    report = reader.get(f"/api/backtests/{five.pk}/report/")
    assert (report.status_code, report["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<h1" in report.content.decode()
    orders = reader.get(f"/api/backtests/{five.pk}/orders.csv")
    assert orders.content.decode() == orders_csv(session=five)
    assert orders["Content-Disposition"] == f'attachment; filename="backtest-{five.pk}-orders.csv"'
    assert len(list(csv.DictReader(io.StringIO(orders.content.decode())))) == five.trades.count()


def test_stored_orders_are_those_of_the_simulation(five):
    rows = list(csv.DictReader(io.StringIO(orders_csv(session=five))))
    simulated = orders_of(run_again(five))
    assert rows == [{name: str(value) for name, value in order.items()} for order in simulated]
    assert [list(row) for row in rows[:1]] == [list(order) for order in simulated[:1]]


def test_without_trades_there_are_columns_alone(reader):
    session = made_up()
    answer = reader.get(f"/api/backtests/{session.pk}/orders.csv")
    assert answer.content.decode() == (
        "trade_date,signal_date,ticker,side,quantity,price,execution_price,commission,tax\n"
    )


@pytest.fixture
def runner(db) -> Client:
    """Somebody who may ask for backtests."""
    user = User.objects.create_user("runner")
    user.user_permissions.add(Permission.objects.get(codename="add_backtestsession"))
    client = Client()
    client.force_login(user)
    return client


def test_weights_for_those_who_may_run_backtests(runner, reader, five, monkeypatch):
    """They cost a simulation."""
    assert runner.get(f"/api/backtests/{five.pk}/weights.csv").content.decode() == weights_csv(session=five)
    monkeypatch.setattr(services, "weights_csv", None)  # nothing is simulated for others
    assert reader.get(f"/api/backtests/{five.pk}/weights.csv").status_code == 403
    assert reader.head(f"/api/backtests/{five.pk}/weights.csv").status_code == 403


def test_of_other_data_there_are_orders_and_no_weights(runner, five):
    BacktestSnapshot.objects.filter(session=five, date="2024-06-28").update(value=1.0)
    answer = runner.get(f"/api/backtests/{five.pk}/weights.csv")
    assert (answer.status_code, "run it again" in answer.json()["detail"]) == (409, True)
    assert runner.get(f"/api/backtests/{five.pk}/orders.csv").status_code == 200


@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "FAILED", "CANCELLED"])
def test_without_a_result_there_is_nothing_to_read(runner, status):
    session = bare(status=status)
    for part in (*(f"{name}/" for name in PARTS), *FILES):
        answer = runner.get(f"/api/backtests/{session.pk}/{part}")
        told = f"backtest #{session.pk} is {status} and has no result"
        assert (answer.status_code, answer.json()) == (404, {"detail": told}), part


def test_what_is_not_there(runner):
    for part in ("", *(f"{name}/" for name in PARTS), *FILES):
        for number in ("99", "9" * 30):
            answer = runner.get(f"/api/backtests/{number}/{part}")
            assert (answer.status_code, answer.json()) == (404, {"detail": f"no backtest #{number}"}), part


@pytest.mark.parametrize(
    ("part", "queries"),
    [
        ("", 2),  # the backtest, its conditions
        ("statistics/", 1), ("monthly/", 1), ("yearly/", 1), ("contribution/", 1), ("diagnosis/", 1), ("series/", 2),
        ("snapshots/", 2), ("trades/", 2), ("trades/?format=csv", 2), ("holdings/", 2), ("events/", 2),
        ("orders.csv", 2),
    ],
)  # fmt: skip
def test_queries(reader, five, django_assert_num_queries, part, queries):
    with django_assert_num_queries(queries + 2):  # login, user
        answer = reader.get(f"/api/backtests/{five.pk}/{part}")
        assert answer.status_code == 200
        assert answer.getvalue() if answer.streaming else answer.content
