"""Strategies, composite scores and combinations over HTTP."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django_q.models import OrmQ

from factors.models import CombineRun, CompositeScore, Strategy
from factors.services import strategy_save
from market.models import Instrument
from quantsite.accounts.tokens import token_create
from tests.factors.market_tables import SESSION, sessions

SCORES = {"005930": 100.0, "000660": 33.3, "035420": 0.0}


@pytest.fixture
def scored(db) -> Strategy:
    """Three names of KR with composite scores of two sessions."""
    strategy = strategy_save(name="mine", region="KR", factors={"roe": 2, "beta": 1}, combiner="fixed_weight")
    for place, (ticker, score) in enumerate(SCORES.items()):
        instrument = Instrument.objects.create(region="KR", ticker=ticker, name=f"Company {place}", currency="KRW")
        for day in sessions(2):
            CompositeScore.objects.create(
                strategy=strategy, date=day, instrument=instrument, score=score, rank=place + 1
            )
    CombineRun.objects.create(
        strategy=strategy, start=SESSION, end=SESSION, state="DONE", message="no file /home/secret",
        weights=[{"from": "2024-06-28", "weights": {"roe": 1.0}}], model_cards=[{"as_of": "2024-06-03"}],
    )  # fmt: skip
    return strategy


@pytest.fixture
def writer(scored) -> Client:
    user = User.objects.create_user("someone")
    names = ("add_strategy", "change_strategy", "delete_strategy", "add_combinerun")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return Client(headers={"Authorization": f"Token {token_create(user=user, name='test')[1]}"})


def results(client: Client, address: str) -> list[dict]:
    answer = client.get(f"/api/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_reading_strategies(client: Client, scored) -> None:
    (row,) = results(client, "strategies/?region=kr")
    assert row["factors"] == {"beta": 1.0, "roe": 2.0}
    assert (row["combiner"], row["universe"], row["is_active"]) == ("fixed_weight", {}, True)
    assert client.get("/api/strategies/mine/").json() == row
    missing = client.get("/api/strategies/mind/")
    assert (missing.status_code, missing.json()["detail"]) == (404, "unknown strategy 'mind'; did you mean mine?")
    assert results(client, "strategies/?region=US") == []
    assert client.get("/api/strategies/?format=csv").status_code == 400


def test_composite_scores_of_a_day_and_of_a_ticker(client: Client, scored) -> None:
    rows = results(client, "composite-scores/?strategy=mine&date=latest")
    assert [(row["ticker"], row["score"], row["rank"]) for row in rows] == [
        ("005930", 100.0, 1), ("000660", 33.3, 2), ("035420", 0.0, 3),
    ]  # fmt: skip
    assert rows[0] == {
        "region": "KR", "ticker": "005930", "name": "Company 0", "date": "2024-06-28", "score": 100.0, "rank": 1,
    }  # fmt: skip
    days = [row["date"] for row in results(client, "composite-scores/?strategy=mine&ticker=000660")]
    assert days == ["2024-06-28", "2024-06-27"]
    rows = results(client, "composite-scores/?strategy=mine&ticker=000660&from=2024-06-01&to=2024-06-27")
    assert [row["date"] for row in rows] == ["2024-06-27"]
    assert results(client, "composite-scores/?strategy=mine&date=2024-06-26") == []


@pytest.mark.parametrize("what", ["date=latest", "ticker=005930"])
def test_pages(client: Client, scored, what: str) -> None:
    whole = results(client, f"composite-scores/?strategy=mine&{what}")
    address, seen = f"/api/composite-scores/?strategy=mine&{what}&page_size=1", []
    while address:
        page = client.get(address).json()
        seen += page["results"]
        address = page["next"]
    assert seen == whole


def test_csv(client: Client, scored) -> None:
    answer = client.get("/api/composite-scores/?strategy=mine&date=latest&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert list(rows[0]) == ["region", "ticker", "name", "date", "score", "rank"]
    assert [row["ticker"] for row in rows] == list(SCORES)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("date=latest", (400, "strategy", "required")),
        ("strategy=mine", (400, "date", "needed unless a ticker is given")),
        ("strategy=mine&date=latest&from=2024-01-01", (400, "from", "only with a ticker")),
        ("strategy=mine&ticker=005930&date=latest&to=2024-01-01", (400, "to", "either date, or from and to")),
        ("strategy=mine&date=soon", (400, "date", "write it as YYYY-MM-DD, or latest")),
        ("strategy=mine&day=latest", (400, "day", "unknown parameter")),
        ("strategy=mind&date=latest", (404, "detail", "did you mean mine?")),
        ("strategy=mine&ticker=AAPL", (404, "detail", "no instrument 'AAPL' in region KR")),
    ],
)
def test_refusals(client: Client, scored, asked: str, told: tuple[int, str, str]) -> None:
    status, field, reason = told
    answer = client.get(f"/api/composite-scores/?{asked}")
    assert answer.status_code == status
    assert reason in str(answer.json()[field])


def test_a_strategy_never_combined_has_no_latest(client: Client, scored) -> None:
    strategy_save(name="other", region="KR", factors=["roe"])
    answer = client.get("/api/composite-scores/?strategy=other&date=latest")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "strategy 'other' has no scores yet: combine it first",
    )


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("strategies/", 3),
        ("strategies/mine/", 3),
        ("composite-scores/?strategy=mine&date=2024-06-28", 2),
        ("composite-scores/?strategy=mine&date=latest", 3),
        ("composite-scores/?strategy=mine&date=latest&format=csv", 3),
        ("composite-scores/?strategy=mine&ticker=005930", 3),
        ("combine-runs/", 1),
        ("combine-runs/?strategy=mine&state=DONE", 1),
    ],
)
def test_queries(client: Client, scored, django_assert_num_queries, address: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        answer = client.get(f"/api/{address}")
        assert answer.status_code == 200
        assert answer.getvalue() if answer.streaming else answer.content


def test_messages_are_for_those_who_are_logged_in(client: Client, scored) -> None:
    run = CombineRun.objects.get()
    addresses = ["combine-runs/", f"combine-runs/{run.pk}/", "combine-runs/?format=csv"]

    def read() -> list[str]:
        answers = [client.get(f"/api/{address}") for address in addresses]
        return [(answer.getvalue() if answer.streaming else answer.content).decode() for answer in answers]

    assert all("secret" not in text and "DONE" in text for text in read())
    client.force_login(User.objects.create_user("reader"))
    assert all("no file /home/secret" in text for text in read())
    detail = client.get(f"/api/combine-runs/{run.pk}/").json()
    assert detail["weights"] == run.weights
    assert detail["model_cards"] == run.model_cards
    assert "weights" not in results(client, "combine-runs/")[0]


# --- writing ------------------------------------------------------------------------------------------------------

BODY = {
    "name": "made", "region": "KR", "factors": ["roe", "beta"], "combiner": "risk_adjusted",
    "options": {"window": 126}, "universe": {"exclude_tickers": ["005930"]}, "neutralise": ["sector"],
}  # fmt: skip


def send(client: Client, method: str, address: str, body: object):
    return getattr(client, method)(f"/api/{address}", body, content_type="application/json")


def test_making_rewriting_and_deleting(writer: Client) -> None:
    made = send(writer, "post", "strategies/", BODY)
    assert made.status_code == 201, made.content
    assert made["Location"].endswith("/api/strategies/made/")
    assert made.json()["options"] == {"window": 126}
    assert Strategy.objects.get(name="made").owner.username == "someone"
    changed = send(writer, "put", "strategies/made/", BODY | {"factors": {"roe": 1, "beta": 3}, "name": "made anew"})
    assert changed.status_code == 200, changed.content
    assert changed.json()["factors"] == {"beta": 3.0, "roe": 1.0}
    assert writer.delete("/api/strategies/made anew/").status_code == 204
    assert not Strategy.objects.filter(name__startswith="made").exists()
    assert writer.delete("/api/strategies/mine/").status_code == 403  # it belongs to nobody: staff may
    User.objects.update(is_staff=True)
    assert writer.delete("/api/strategies/mine/").status_code == 204
    assert not CompositeScore.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"name": "mine"}, "name", "there is a strategy 'mine' already"),
        ({"name": "a/b"}, "name", "letters, digits"),
        ({"region": "XX"}, "region", "unknown region"),
        ({"factors": ["reo"]}, "factors", "unknown factor 'reo'; did you mean roe"),
        ({"factors": []}, "factors", "at least one"),
        ({"factors": 5}, "factors", "must be a list of names"),
        ({"factors": ["roe"]}, "factors", "risk_adjusted needs at least 2 factors"),
        ({"combiner": "optimised"}, "combiner", "did you mean optimized?"),
        ({"options": {"windows": 1}}, "options", "unknown option 'windows'; did you mean window?"),
        ({"universe": {"sector": ["bank"]}}, "universe", "did you mean sectors?"),
        ({"neutralise": ["style"]}, "neutralise", "unknown 'style'"),
        ({"colour": "red"}, "colour", "unknown field"),
    ],
)
def test_strategies_that_cannot_be(writer: Client, change: dict, field: str, reason: str) -> None:
    answer = send(writer, "post", "strategies/", BODY | change)
    assert answer.status_code == 400
    assert reason in str(answer.json()[field])
    assert Strategy.objects.count() == 1


def test_combining_is_queued_or_refused(writer: Client, scored) -> None:
    refused = send(writer, "post", "strategies/mine/combine/", {})
    assert (refused.status_code, "no factor scores yet" in str(refused.json())) == (400, True)
    from factors.models import FactorBackfill

    FactorBackfill.objects.create(region="KR", start=sessions(9)[0], end=SESSION, done_through=SESSION, state="DONE")
    answer = send(writer, "post", "strategies/mine/combine/", {"from": "2024-06-24"})
    assert answer.status_code == 202, answer.content
    assert (answer.json()["start"], answer.json()["end"], answer.json()["state"]) == (
        "2024-06-24",
        "2024-06-28",
        "QUEUED",
    )
    assert writer.get(answer["Location"]).json()["id"] == answer.json()["id"]
    assert OrmQ.objects.count() == 1
    for body, field, reason in [
        ({"date": "2010-01-04"}, "date", "before the first factor scores of KR (2024-06-18)"),
        ({"date": "2999-01-04"}, "date", "in the future"),
        ({"from": "2024-06-28", "to": "2024-06-24"}, "from", "is after to"),
        ({"date": "latest", "until": 1}, "until", "unknown field"),
        ({"date": "latest", "from": "2024-06-24"}, "date", "either date, or from and to"),
        ({"date": "2024-06-28", "to": "2024-06-28"}, "date", "either date, or from and to"),
    ]:
        answer = send(writer, "post", "strategies/mine/combine/", body)
        assert (answer.status_code, reason in str(answer.json().get(field))) == (400, True), answer.content
    assert send(writer, "post", "strategies/none/combine/", {}).status_code == 404


def test_writing_needs_login_and_permission(client: Client, scored) -> None:
    for method, address in [("post", "strategies/"), ("put", "strategies/mine/"), ("delete", "strategies/mine/"),
                            ("post", "strategies/mine/combine/")]:  # fmt: skip
        assert send(client, method, address, BODY).status_code == 401
    client.force_login(User.objects.create_user("reader"))
    assert send(client, "post", "strategies/", BODY).status_code == 403
    assert send(client, "post", "strategies/mine/combine/", {}).status_code == 403
