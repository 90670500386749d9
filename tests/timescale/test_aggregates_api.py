"""The two aggregates over HTTP, with the rows of tests/timescale/scores.py."""

import pytest
from django.test import Client

from factors.tasks import refresh_aggregates
from market.timescale.applying import server_now
from market.timescale.editions import Edition
from tests.timescale import scores

pytestmark = pytest.mark.django_db
MONTHLY, DAILY = "/api/factor-scores-monthly/", "/api/factor-correlation-daily/"


@pytest.fixture(autouse=True)
def rows() -> None:
    if server_now().edition is Edition.COMMUNITY:
        pytest.skip("a continuous aggregate is not refreshed inside a test's transaction")
    scores.insert()
    scores.query("UPDATE factors_factor SET name = 'beta'")
    refresh_aggregates()


def results(client: Client, address: str) -> list[dict]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_region_in_a_month(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        first, second = results(client, f"{MONTHLY}?region=KR&month=2024-01")
    assert first == {
        "region": "KR", "ticker": "T1", "month": "2024-01-01", "factor": "beta", "score_count": 2, "score_mean": 1.5,
        "score_stddev": pytest.approx(0.5**0.5), "score_min": 1.0, "score_max": 2.0, "percentile_mean": 55.0,
    }  # fmt: skip
    assert (second["ticker"], second["score_stddev"]) == ("T2", None)


def test_a_ticker_newest_month_first_in_pages(client: Client) -> None:
    address = f"{MONTHLY}?region=KR&ticker=T1&factor=beta"
    assert [row["month"] for row in results(client, address)] == ["2024-02-01", "2024-01-01"]
    page = client.get(f"{address}&page_size=1").json()
    assert [row["month"] for row in client.get(page["next"]).json()["results"]] == ["2024-01-01"]
    assert len(results(client, f"{address}&month=2024-02")) == 1


def test_days_of_a_region(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        found = results(client, f"{DAILY}?region=KR&to=2024-01-31")
    assert [(row["date"], row["score_count"], row["score_mean"]) for row in found] == [
        ("2024-01-31", 1, 2.0),
        ("2024-01-02", 2, 2.0),
    ]
    assert found[1]["score_stddev"] == pytest.approx(2**0.5)
    text = b"".join(client.get(f"{DAILY}?region=US&format=csv").streaming_content).decode()
    assert text.splitlines()[1] == "US,2024-01-02,beta,1,-1.0,"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (f"{MONTHLY}?region=KR", "month"),
        (f"{MONTHLY}?region=KR&month=January", "month"),
        (f"{MONTHLY}?region=KR&month=2024-01&factor=no_such", "factor"),
        (f"{DAILY}?region=XX", "region"),
        (f"{DAILY}?region=KR&month=2024-01", "month"),
    ],
)
def test_a_wrong_question_is_told(client: Client, asked: str, field: str) -> None:
    answer = client.get(asked)
    assert answer.status_code == 400
    assert field in answer.json()
