"""The list of backtests: whose, which, in what order, as files; deleted after a question."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backtests import services
from backtests.models import BacktestSession, Status
from factors.models import Strategy
from tests.backtests.stored import bare, made_up

pytestmark = pytest.mark.django_db
SERIOUS = {"severity": "SERIOUS", "title": "t", "message": "m", "evidence": {}}


def names(client, address: str = "") -> list[str]:
    table = client.get(f"/backtests/{address}").context["tables"]["sessions"]
    return [row.record.name for row in table.paginated_rows]


@pytest.fixture
def some(ann, bob) -> None:
    figures = {"total_return": 12.34, "annualized_return": 6.0, "sharpe_ratio": 1.5, "max_drawdown": 7.0}
    made_up(name="good", owner=ann.user, figures=figures, findings=[SERIOUS, SERIOUS, SERIOUS | {"severity": "NOTE"}])
    bare(name="waits", owner=ann.user, strategy=Strategy.objects.create(name="carry", region="KR"))
    made_up(name="nobody's", figures={"total_return": -5.0})
    bare(name="bob's", owner=bob.user, status=Status.FAILED, error="no bars")


def test_ones_own_and_nobodys(ann, boss, some):
    assert names(ann) == ["nobody's", "waits", "good"]
    assert names(boss) == ["bob's", "nobody's", "waits", "good"]


def test_without_a_login_one_is_asked_for(some):
    assert Client().get("/backtests/").status_code == 302


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("?search=goo", ["good"]), ("?status=PENDING", ["waits"]), ("?strategy=CAR", ["waits"]), ("?region=US", []),
        ("?whose=mine", ["waits", "good"]), ("?whose=shared", ["nobody's"]),
        ("?sort=-total_return", ["good", "nobody's", "waits"]), ("?sort=-serious", ["good", "nobody's", "waits"]),
        ("?status=nonsense", ["nobody's", "waits", "good"]), ("?page=99&per_page=x", ["nobody's", "waits", "good"]),
    ],
)  # fmt: skip
def test_narrowed_and_sorted(ann, some, asked, expected):
    assert names(ann, asked) == expected


def test_figures_of_a_row(ann, some):
    text = ann.get("/backtests/?search=good").content.decode()
    for shown in ("+12.3%", "+6.0%", "1.50", "7.0%", ">2<"):
        assert shown in text


def test_as_a_file(ann, some):
    lines = b"".join(ann.get("/backtests/?export=csv&table=sessions&search=good").streaming_content).decode()
    head, row = lines.strip().splitlines()
    assert head.split(",")[:2] == ["Backtest", "Status"]
    assert "12.34" in row.split(",")
    assert "Compare" not in head


def test_as_many_queries_for_more_rows(ann, some):
    with CaptureQueriesContext(
        connection,
    ) as few:
        ann.get("/backtests/")
    for place in range(10):
        made_up(name=f"more {place}", owner=ann.user)
    with CaptureQueriesContext(connection) as many:
        ann.get("/backtests/")
    assert len(many) == len(few)


def test_deleted_after_a_question(ann, some):
    mine = BacktestSession.objects.get(name="good")
    assert "Delete this backtest?" in ann.get(f"/backtests/{mine.pk}/delete/").content.decode()
    assert BacktestSession.objects.filter(pk=mine.pk).exists()
    assert ann.post(f"/backtests/{mine.pk}/delete/").url == "/backtests/"
    assert not BacktestSession.objects.filter(pk=mine.pk).exists()


def test_what_somebody_else_deleted_a_moment_ago(ann, some, monkeypatch):
    delete, mine = services.backtest_delete, BacktestSession.objects.get(name="good")
    monkeypatch.setattr(services, "backtest_delete", lambda **asked: (delete(**asked), delete(**asked)))
    assert ann.post(f"/backtests/{mine.pk}/delete/").url == "/backtests/"
    assert f"there is no backtest #{mine.pk}" in ann.get("/backtests/").content.decode()


@pytest.mark.parametrize(("name", "status"), [("bob's", 404), ("nobody's", 403)])
def test_others_are_not_deleted(ann, some, name, status):
    other = BacktestSession.objects.get(name=name)
    assert ann.post(f"/backtests/{other.pk}/delete/").status_code == status
    assert BacktestSession.objects.filter(pk=other.pk).exists()


def test_one_that_waits_is_not_deleted(ann, some):
    waits = BacktestSession.objects.get(name="waits")
    ann.post(f"/backtests/{waits.pk}/delete/")
    assert BacktestSession.objects.filter(pk=waits.pk).exists()
