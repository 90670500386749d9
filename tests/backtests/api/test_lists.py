"""The list of backtests: who, which, in what order."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from backtests.models import BacktestSession
from factors.models import Strategy
from tests.backtests.stored import bare, made_up
from tests.etfs.api.asking import ask, ask_csv, pages

pytestmark = pytest.mark.django_db
RETURNS = {"a": 5.0, "b": None, "c": -2.0, "d": 5.0}


@pytest.fixture
def some(db: None) -> None:
    """Four finished ones, of which b has no return, and e, which waits."""
    for name, value in RETURNS.items():
        made_up(name=name, figures={"total_return": value, "sharpe_ratio": 1.0})
    bare(name="e", region="US", currency="USD", strategy=Strategy.objects.create(name="mine", region="US"))


def names(client, address: str = "") -> str:
    return "".join(row["name"] for row in ask(client, f"backtests/{address}")["results"])


def test_the_newest_first(reader, some):
    assert names(reader) == "edcba"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("created", "abcde"), ("-created", "edcba"), ("-total_return", "daceb"), ("total_return", "cdaeb"),
        ("-sharpe_ratio", "dcbae"), ("trade_count", "dcbae"), ("start", "edcba"), ("-final_value", "dcbae"),
    ],
)  # fmt: skip
def test_ordered_in_pages_with_ties_and_without_figures(reader, some, ordering, expected, size):
    found = pages(reader, f"backtests/?ordering={ordering}&page_size={size}")
    assert "".join(row["name"] for page in found for row in page) == expected
    assert all(len(page) <= size for page in found)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("?region=us", "e"), ("?status=PENDING", "e"), ("?strategy=mine", "e"), ("?name=C", "c"), ("?owner=nobody", "")],
)
def test_narrowed(reader, some, asked, expected):
    assert names(reader, asked) == expected


def test_narrowed_by_the_day_and_owner(reader, some):
    BacktestSession.objects.filter(name="a").update(
        created_at=timezone.now() - dt.timedelta(days=9), owner=User.objects.get(username="reader")
    )
    today = timezone.localdate()
    assert names(reader, f"?from={today}") == "edcb"
    assert names(reader, f"?to={today - dt.timedelta(days=9)}") == "a"
    assert names(reader, "?owner=reader") == "a"


def test_a_row(reader, some):
    row = ask(reader, "backtests/?name=c")["results"][0]
    assert (row["total_return"], row["sharpe_ratio"], row["volatility"], row["trade_count"]) == (-2.0, 1.0, None, 0)
    assert (row["region"], row["currency"], row["start"], row["status"]) == ("KR", "KRW", "2024-01-02", "COMPLETED")
    waits = ask(reader, "backtests/?name=e")["results"][0]
    assert (waits["strategy"], waits["total_return"], waits["trade_count"]) == ("mine", None, None)


def test_csv(reader, some):
    rows = ask_csv(reader, "backtests/?ordering=created")
    assert [row["name"] for row in rows] == list("abcde")
    assert (rows[0]["total_return"], rows[1]["total_return"], rows[4]["strategy"]) == ("5.0", "", "mine")
    assert list(rows[0]) == list(ask(reader, "backtests/")["results"][0])


def test_as_many_queries_for_thirty_as_for_three(reader, some, django_assert_num_queries):
    for number in range(30):
        made_up(name=f"more {number}")
    for address in ("", "?ordering=-total_return"):
        with django_assert_num_queries(3):  # login, user, rows
            assert len(ask(reader, f"backtests/{address}")["results"]) == 35
