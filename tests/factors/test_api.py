"""Factors, scores and runs over HTTP."""

import base64
import csv
import datetime as dt
import io
import json

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django_q.models import OrmQ

from factors.models import Factor, FactorRun, FactorScore
from factors.registry import all_factors
from market.models import Instrument, PriceBar
from quantsite.accounts.tokens import token_create

DAY, BEFORE = dt.date(2024, 6, 28), dt.date(2024, 6, 27)
SCORES = {"005930": 1.1, "000660": 0.3, "035420": None, "005380": 1.1}


@pytest.fixture
def scored(db) -> None:
    """Two factors, four names of KR on two sessions; one has a value without a score. 0.3 is no exact float."""
    factors = [
        Factor.objects.create(name=name, category="value", unit="ratio", direction=-1, lookback=1)
        for name in ("pe_ratio", "pb_ratio")
    ]
    for number, (ticker, score) in enumerate(SCORES.items()):
        instrument = Instrument.objects.create(region="KR", ticker=ticker, name=f"Company {ticker}", currency="KRW")
        PriceBar.objects.create(instrument=instrument, date=DAY, close=100.0)
        for day in (BEFORE, DAY):
            for factor in factors:
                FactorScore.objects.create(
                    date=day, instrument=instrument, factor=factor, value=10.0 + number, score=score, percentile=score
                )
    for day in (BEFORE, DAY):
        FactorRun.objects.create(region="KR", date=day, state="DONE", score_count=1)


def results(client: Client, asked: str) -> list[dict]:
    answer = client.get(f"/api/factor-scores/?{asked}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_the_catalogue(client: Client, db) -> None:
    rows = client.get("/api/factors/").json()["results"]
    assert [row["name"] for row in rows] == [factor.name for factor in all_factors()]
    momentum = client.get("/api/factors/price_momentum_12m/").json()
    assert (momentum["unit"], momentum["direction"], momentum["min_bars"]) == ("%", 1, 253)
    assert momentum["description"]
    assert "net_income_ttm" in client.get("/api/factors/pe_ratio/").json()["needs"]
    missing = client.get("/api/factors/pe_ration/")
    assert (missing.status_code, "did you mean pe_ratio" in missing.json()["detail"]) == (404, True)


def test_a_row(client: Client, scored) -> None:
    assert results(client, "region=KR&date=latest&ticker=000660&factor=pe_ratio") == [
        {
            "region": "KR", "ticker": "000660", "name": "Company 000660", "date": "2024-06-28", "factor": "pe_ratio",
            "value": 11.0, "score": 0.3, "percentile": 0.3,
        }
    ]  # fmt: skip


def test_a_region_on_a_day(client: Client, scored) -> None:
    assert len(results(client, "region=KR&date=latest")) == 8
    assert len(results(client, "region=KR&date=2024-06-27&factor=pb_ratio")) == 4
    assert len(results(client, "region=KR&date=latest&factor=pe_ratio&factor=pb_ratio")) == 8
    assert len(results(client, "region=KR&date=latest&factor=pe_ratio,pb_ratio")) == 8
    assert results(client, "region=KR&date=2024-06-26") == []
    assert results(client, "region=KR&date=latest&factor=roe") == []  # known, never computed


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_ranked_pages_with_ties_and_without_scores(client: Client, scored, size: int) -> None:
    address, seen = f"/api/factor-scores/?region=KR&date=latest&factor=pe_ratio&ordering=-score&page_size={size}", []
    while address:
        page = client.get(address).json()
        seen += [row["ticker"] for row in page["results"]]
        address = page["next"]
    assert seen == ["005930", "005380", "000660", "035420"]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_history_in_pages_is_newest_first(client: Client, scored, size: int) -> None:
    address, seen = f"/api/factor-scores/?region=KR&ticker=005930&page_size={size}", []
    while address:
        page = client.get(address).json()
        seen += [(row["date"], row["factor"]) for row in page["results"]]
        address = page["next"]
    assert seen == [(day, name) for day in ("2024-06-28", "2024-06-27") for name in ("pe_ratio", "pb_ratio")]


def test_a_history_within_dates(client: Client, scored) -> None:
    rows = results(client, "region=KR&ticker=005930&factor=pe_ratio&from=2024-06-01&to=2024-06-27")
    assert [row["date"] for row in rows] == ["2024-06-27"]


def test_csv(client: Client, scored) -> None:
    answer = client.get("/api/factor-scores/?region=KR&date=latest&factor=pe_ratio&ordering=-score&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert list(rows[0]) == ["region", "ticker", "name", "date", "factor", "value", "score", "percentile"]
    assert [(row["ticker"], row["score"]) for row in rows] == [
        ("005930", "1.1"), ("005380", "1.1"), ("000660", "0.3"), ("035420", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ("date=latest", "region", "required"),
        ("region=KR", "date", "needed unless a ticker is given"),
        ("region=KR&date=tomorrow", "date", "write it as YYYY-MM-DD, or latest"),
        ("region=KR&date=2999-01-01", "date", "in the future"),
        ("region=KR&date=latest&factor=pe_ration", "factor", "did you mean pe_ratio"),
        ("region=KR&date=latest&from=2024-01-01", "from", "only with a ticker"),
        ("region=KR&date=latest&ticker=005930&to=2024-01-01", "to", "either date, or from and to"),
        ("region=KR&ticker=005930&from=2024-02-01&to=2024-01-01", "from", "is after to"),
        ("region=KR&date=latest&ordering=name", "ordering", "not a valid choice"),
        ("region=KR&date=latest&factors=roe", "factors", "did you mean factor?"),
    ],
)
def test_refusals_name_field_and_reason(client: Client, scored, asked: str, field: str, reason: str) -> None:
    answer = client.get(f"/api/factor-scores/?{asked}")
    assert answer.status_code == 400
    assert reason in answer.json()[field][0]


def test_what_is_not_there(client: Client, scored) -> None:
    answer = client.get("/api/factor-scores/?region=KR&ticker=AAPL&date=latest")
    assert (answer.status_code, answer.json()["detail"]) == (404, "no instrument 'AAPL' in region KR")
    answer = client.get("/api/factor-scores/?region=US&date=latest")
    assert (answer.status_code, answer.json()["detail"]) == (404, "region US has no scores yet")


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("factors/", 1),  # the formulas
        ("factor-scores/?region=KR&date=2024-06-28", 1),
        ("factor-scores/?region=KR&date=latest&factor=pe_ratio&ordering=-score", 3),
        ("factor-scores/?region=KR&date=latest&factor=pe_ratio&format=csv", 3),
        ("factor-scores/?region=KR&ticker=005930", 3),
        ("factor-runs/", 1),
    ],
)
def test_queries(client: Client, scored, django_assert_num_queries, address: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        answer = client.get(f"/api/{address}")
        assert answer.status_code == 200
        assert answer.getvalue() if answer.streaming else answer.content


GOOD_CURSOR = [False, 1.1, "2024-06-28", 1, 1]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (0, "abc"), (0, 1), (0, None), (0, float("inf")), (1, "abc"), (1, float("inf")), (1, float("nan")), (1, 1e300),
        (1, 1e-300), (1, 10**400), (1, True), (2, 5), (2, None), (2, "today"), (3, 1.5), (3, float("inf")), (3, "x"),
        (3, None), (4, [1]), (4, 10**30),
    ],
)  # fmt: skip
def test_a_made_up_cursor_is_refused(client: Client, scored, place: int, wrong: object) -> None:
    def ask_for(values: list) -> int:
        cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        asked = {"region": "KR", "date": "latest", "factor": "pe_ratio", "ordering": "-score", "cursor": cursor}
        return client.get("/api/factor-scores/", asked).status_code

    assert ask_for(GOOD_CURSOR) == 200
    assert ask_for([wrong if i == place else value for i, value in enumerate(GOOD_CURSOR)]) == 400
    assert ask_for(GOOD_CURSOR[:-1]) == 400


def test_the_texts_of_exceptions_are_for_those_who_are_logged_in(client: Client, scored) -> None:
    run = FactorRun.objects.create(
        region="KR", date=DAY, state="PARTLY", message="no file /home/secret", errors={"roe": "KeyError: 'secret'"}
    )
    addresses = ["factor-runs/", f"factor-runs/{run.pk}/", "factor-runs/?format=csv"]

    def read() -> list[str]:
        answers = [client.get(f"/api/{address}") for address in addresses]
        assert {answer.status_code for answer in answers} == {200}
        return [(answer.getvalue() if answer.streaming else answer.content).decode() for answer in answers]

    assert all("secret" not in text and "message" not in text and "PARTLY" in text for text in read())
    client.force_login(User.objects.create_user("reader"))
    assert all("no file /home/secret" in text and "KeyError" in text for text in read())


@pytest.fixture
def writer(scored) -> Client:
    user = User.objects.create_user("someone")
    user.user_permissions.add(Permission.objects.get(codename="add_factorrun"))
    return Client(headers={"Authorization": f"Token {token_create(user=user, name='test')[1]}"})


def ask(client: Client, **body):
    return client.post("/api/factor-runs/", body, content_type="application/json")


def test_asking_for_a_run(writer: Client) -> None:
    answer = ask(
        writer, region="kr", date="latest", factors=["pe_ratio"], normalisation="robust", neutralise=["sector"]
    )
    assert answer.status_code == 202, answer.content
    run = answer.json()
    assert answer["Location"].endswith(f"/api/factor-runs/{run['id']}/")
    followed = writer.get(answer["Location"]).json()
    assert followed == run
    assert (run["state"], run["date"], run["factor_names"]) == ("QUEUED", "2024-06-28", ["pe_ratio"])
    assert (run["normalisation"], run["neutralise"]) == ("robust", ["sector"])
    assert OrmQ.objects.count() == 1
    assert [row["id"] for row in writer.get("/api/factor-runs/?region=KR&state=QUEUED").json()["results"]] == [
        run["id"]
    ]


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"date": "latest"}, "region", "required"),
        ({"region": "KR"}, "date", "required"),
        ({"region": "XX", "date": "latest"}, "region", "unknown region 'XX'"),
        ({"region": "KR", "date": "2024-06-29"}, "date", "2024-06-29 is not a session"),
        ({"region": "KR", "date": "2999-01-01"}, "date", "in the future"),
        ({"region": "US", "date": "latest"}, "region", "US has no prices"),
        ({"region": "KR", "date": "latest", "factors": ["per"]}, "factors", "unknown factor 'per'"),
        ({"region": "KR", "date": "latest", "factor": ["roe"]}, "factor", "unknown field"),
        ({"region": "KR", "date": "latest", "normalisation": "rank"}, "normalisation", "not a valid choice"),
    ],
)
def test_runs_that_cannot_be(writer: Client, body: dict, field: str, reason: str) -> None:
    answer = ask(writer, **body)
    assert answer.status_code == 400
    assert reason in str(answer.json()[field])
    assert not OrmQ.objects.exists()


def test_a_body_that_is_no_object(writer: Client) -> None:
    assert writer.post("/api/factor-runs/", "[1]", content_type="application/json").status_code == 400


def test_asking_needs_login_and_permission(client: Client, scored) -> None:
    assert ask(client, region="KR", date="latest").status_code == 401
    client.force_login(User.objects.create_user("reader"))
    assert ask(client, region="KR", date="latest").status_code == 403
