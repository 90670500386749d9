"""Targets, recommendations and the life of a proposal over HTTP; whose they are."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.models import RebalancingEvent
from tests.etfs.api.asking import ask, ask_csv, pages
from tests.factors.market_tables import add_bars, add_instrument
from tests.portfolio.rebalancing_doors.books import SESSION, owner, told, wanted

pytestmark = pytest.mark.django_db


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(ann):
    return logged_in(ann)


def send(client, address, body=None, method="post"):
    answer = getattr(client, method)(f"/api/{address}", body or {}, content_type="application/json")
    return answer.status_code, answer.json()


def of(portfolio, rest=""):
    return f"portfolios/{portfolio.pk}/{rest}"


def proposed(client, portfolio, **asked):
    status, found = send(client, of(portfolio, "rebalancing/"), asked)
    assert status == 201, found
    return found["event"]["id"]


def test_targets_there_and_back(client, mine):
    shown = ask(client, of(mine, "allocations/targets/"))
    assert [(one["asset"], one["target"], one["threshold"]) for one in shown["targets"]] == [
        ("US:AAA", 50, 5), ("US:BBB", 40, 5), (None, 10, None)
    ]  # fmt: skip
    assert send(client, of(mine, "allocations/"), shown, "put") == (200, shown)
    changed = {
        "targets": [{"asset": "US:AAA", "target": 62.5, "frequency": "YEARLY"}, {"asset": "US:ZZZ", "target": 38}]
    }
    status, refused = send(client, of(mine, "allocations/"), changed, "put")
    assert status == 400
    assert [(int(row["row"]), row["field"]) for row in refused["rows"]] == [(1, "frequency"), (2, "asset")]
    status, refused = send(client, of(mine, "allocations/"), {"targets": [{"asset": "US:AAA", "target": 99}]}, "put")
    assert (status, refused) == (400, {"target": ["the targets sum to 99, not 100 (cash counts)"]})
    assert send(client, of(mine, "allocations/"), {"target": []}, "put")[0] == 400
    assert ask(client, of(mine, "allocations/targets/")) == shown


def test_the_analysis(client, mine):
    found = ask(client, of(mine, "allocations/"))
    assert (found["as_of"], found["value"], found["total_drift"], found["is_stale"]) == (
        str(SESSION),
        10_000,
        60,
        False,
    )
    assert {row["asset"]: row["drift"] for row in found["assets"]} == {"US:AAA": 10, "US:BBB": -30, "CASH": 20}
    assert found["triggers"][0]["reason"] == "beyond a limit: US:AAA, US:BBB"
    assert "explain" not in found
    trails = ask(client, of(mine, "allocations/?explain=1"))["explain"]["figures"]
    assert trails["US:AAA"]["result"] == 10
    assert trails["US:AAA"]["rows"][0]["price_date"] == str(SESSION)
    assert client.get("/api/" + of(mine, "allocations/?date=2020-01-01")).status_code == 400
    send(client, of(mine, "allocations/"), {"targets": []}, "put")
    found = ask(client, of(mine, "allocations/"))
    assert (found["assets"][0]["weight"], found["assets"][0]["target"], found["total_drift"]) == (60, None, None)
    assert found["notes"] == ["targets: the portfolio has none that is active"]
    assert client.get("/api/" + of(mine, "allocations/?explian=1")).json() == {
        "explian": ["unknown parameter; did you mean explain?"]
    }  # fmt: skip


def test_recommendations(client, mine):
    found = ask(client, of(mine, "rebalancing/?deposit=500"))
    assert [plan["mode"] for plan in found["plans"]] == ["full", "band", "cash_only"]
    assert (found["deposit"], found["plans"][0]["cash_before"], found["triggers"][0]["due"]) == (500, 3500, True)
    assert not RebalancingEvent.objects.exists()
    for wrong in ("-1", "nan", "inf", "x"):
        assert "deposit" in client.get("/api/" + of(mine, f"rebalancing/?deposit={wrong}")).json()


def test_the_whole_life(client, mine):
    status, found = send(client, of(mine, "rebalancing/"), {"reason": "quarter's end"})
    assert (status, found["reason"], found["notes"]) == (201, "", [])
    event = found["event"]
    address = of(mine, f"rebalancing/events/{event['id']}/")
    assert (event["status"], event["trigger"], len(event["actions"])) == ("PENDING", "MANUAL", 2)
    assert ask(client, address) == event
    assert send(client, of(mine, "rebalancing/"))[0] == 409
    assert send(client, f"{address}complete/")[0] == 409
    assert send(client, f"{address}approve/", {"note": "do it"})[1]["status"] == "APPROVED"
    fills = [{"asset": "US:AAA", "quantity": 9}, {"asset": "US:BBB", "price": 0}]
    status, refused = send(client, f"{address}complete/", {"fills": fills})
    assert (status, refused["fills"]) == (400, ["row 2, price: must be above 0"])
    status, done = send(client, f"{address}complete/", {"fills": fills[:1], "note": "by phone"})
    assert (status, done["status"], done["post_state"]["cash"]) == (200, "COMPLETED", {"USD": 900})
    assert [(step["status"], step["user"], step["note"]) for step in done["steps"]] == [
        ("PENDING", "ann", "quarter's end"), ("APPROVED", "ann", "do it"), ("COMPLETED", "ann", "by phone")
    ]  # fmt: skip
    assert told(mine)[0][:3] == ("SELL", "AAA", 9)
    for step in ("approve", "complete", "fail", "cancel"):
        assert send(client, f"{address}{step}/")[0] == 409


def test_nothing_to_propose(client, mine):
    wanted(mine, AAA=60, BBB=10)
    status, found = send(client, of(mine, "rebalancing/"))
    assert (status, found["event"], found["reason"]) == (200, None, "no trade is large enough and paid for")


def test_failed_cancelled_and_replaced(client, mine):
    first = proposed(client, mine, mode="band")
    second = proposed(client, mine, replace=True)
    third = of(mine, f"rebalancing/events/{second}/fail/")
    assert send(client, third, {"note": "closed"})[1]["error"] == "closed"
    last = proposed(client, mine, mode="cash_only", deposit=100)
    assert send(client, of(mine, f"rebalancing/events/{last}/cancel/"))[1]["status"] == "CANCELLED"
    everything = of(mine, "rebalancing/events/")
    rows = ask(client, everything)["results"]
    assert [(row["id"], row["status"]) for row in rows] == [
        (last, "CANCELLED"),
        (second, "FAILED"),
        (first, "CANCELLED"),
    ]
    assert [len(page) for page in pages(client, f"{everything}?page_size=2")] == [2, 1]
    assert [row["id"] for row in ask(client, f"{everything}?status=FAILED")["results"]] == [second]
    assert [row["id"] for row in ask(client, f"{everything}?mode=band&from={SESSION}")["results"]] == [first]
    assert ask(client, f"{everything}?trigger=SCHEDULED")["results"] == []
    assert {row["id"] for row in ask_csv(client, everything)} == {str(one) for one in (first, second, last)}
    assert client.get(f"/api/{everything}?status=OPEN").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "half"}, {"deposit": -1}, {"date": "x"}, {"replace": "perhaps"}, {"modus": "full"},
        {"reason": "x" * 301},
    ],
)  # fmt: skip
def test_wrong_proposals(client, mine, body):
    status, refused = send(client, of(mine, "rebalancing/"), body)
    assert (status, list(refused)) == (400, list(body))


def test_somebody_elses_is_not_there(client, mine):
    event = proposed(client, mine)
    stranger = logged_in(owner("bob"))
    theirs = of(mine, f"rebalancing/events/{event}/")
    for address in ("allocations/", "allocations/targets/", "rebalancing/", "rebalancing/events/"):
        assert stranger.get(f"/api/{of(mine, address)}").status_code == 404
    assert stranger.get(f"/api/{theirs}").status_code == 404
    assert send(stranger, of(mine, "allocations/"), {"targets": []}, "put")[0] == 404
    assert send(stranger, of(mine, "rebalancing/"))[0] == 404
    for step in ("approve", "complete", "fail", "cancel"):
        assert send(stranger, f"{theirs}{step}/")[0] == 404
    assert Client().get(f"/api/{of(mine, 'allocations/')}").status_code == 401
    assert RebalancingEvent.objects.get(pk=event).status == "PENDING"


def test_an_event_of_another_portfolio_is_not_there(client, ann, mine):
    event = proposed(client, mine)
    other = type(mine).objects.create(owner=ann, name="other", base_currency="USD")
    assert client.get(f"/api/{of(other, f'rebalancing/events/{event}/')}").status_code == 404


def test_staff_by_permission(mine):
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_portfolio"))
    asking = logged_in(clerk)
    assert asking.get(f"/api/{of(mine, 'allocations/')}").status_code == 200
    assert send(asking, of(mine, "rebalancing/"))[0] == 404
    clerk.user_permissions.add(Permission.objects.get(codename="change_portfolio"))
    assert send(logged_in(clerk), of(mine, "rebalancing/"))[0] == 201


def test_queries_do_not_grow_with_the_rows(client, mine, django_assert_max_num_queries):
    for _ in range(3):
        send(client, of(mine, f"rebalancing/events/{proposed(client, mine)}/cancel/"), {"note": "no"})
    with django_assert_max_num_queries(4):  # session, user, portfolio, events
        ask(client, of(mine, "rebalancing/events/"))
    newest = RebalancingEvent.objects.first().pk
    with django_assert_max_num_queries(6):  # session, user, portfolio, event, steps, their users
        ask(client, of(mine, f"rebalancing/events/{newest}/"))


@pytest.mark.parametrize("address", ["allocations/", "allocations/?explain=1", "allocations/targets/", "rebalancing/"])
def test_queries_do_not_grow_with_the_assets(client, mine, address):
    def asked():
        with CaptureQueriesContext(connection) as context:
            ask(client, of(mine, address))
        return len(context)

    wanted(mine, AAA=50, K1=50)
    few = asked()
    more = {f"N{number}": add_instrument(f"N{number}", "US") for number in range(9)}
    for one in more.values():
        add_bars(one, [SESSION], [10.0])
    wanted(mine, AAA=50, K1=5, **dict.fromkeys(more, 5))
    assert asked() == few <= 20
