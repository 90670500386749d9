"""Asset metrics and correlations over HTTP."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portfolio.models import AssetCorrelation, AssetPerformanceMetrics
from tests.factors.market_tables import SESSION
from tests.portfolio.assets.conftest import BEFORE, THREE


def results(client: Client, address: str) -> list[dict]:
    answer = client.get(f"/api/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_metrics_of_the_newest_session(client: Client, computed):
    rows = results(client, "asset-metrics/")
    assert [(row["region"], row["ticker"]) for row in rows] == [
        ("KR", "A"), ("KR", "B"), ("KR", "F"), ("KR", "P"), ("KR", "SPLIT"), ("KR", "PAUSED"), ("US", "SPY"),
        ("US", "AGG"),
    ]  # fmt: skip
    assert {row["date"] for row in rows} == {"2024-06-28"}
    stored = AssetPerformanceMetrics.objects.get(instrument__ticker="SPY")
    assert (rows[-2]["sma_20"], rows[-2]["bar_date"], rows[-2]["return_5y"]) == (stored.sma_20, "2024-06-28", None)
    assert len(rows[0]) == 5 + 27
    assert len(results(client, f"asset-metrics/?date={BEFORE}")) == 6
    assert len(results(client, "asset-metrics/?region=us&date=latest")) == 2
    assert [row["ticker"] for row in results(client, "asset-metrics/?ticker=SPY")] == ["SPY"]
    assert results(client, "asset-metrics/?region=JP") == results(client, "asset-metrics/?date=2020-01-02") == []


def pages(client: Client, address: str) -> list[dict]:
    """The rows of all pages."""
    seen, following = [], f"/api/{address}"
    while following:
        page = client.get(following).json()
        seen += page["results"]
        following = page["next"]
    return seen


def test_metrics_ranked_with_some_columns(client: Client, computed):
    seen = pages(client, "asset-metrics/?region=KR&ordering=-rsi_14&fields=rsi_14,beta&page_size=4")
    assert [row["rsi_14"] for row in seen] == sorted((row["rsi_14"] for row in seen), reverse=True)
    assert len({row["ticker"] for row in seen}) == len(seen) == 6
    assert list(seen[0]) == ["region", "ticker", "name", "date", "bar_date", "rsi_14", "beta"]


def test_assets_without_the_figure_come_last(client: Client, computed):
    AssetPerformanceMetrics.objects.filter(instrument__ticker="B").update(beta=None)
    for sign in ("", "-"):
        seen = pages(client, f"asset-metrics/?region=KR&ordering={sign}beta&page_size=1")
        assert (len(seen), seen[-1]["ticker"], seen[-1]["beta"]) == (6, "B", None)
    assert len(pages(client, "asset-metrics/?ordering=return_5y&page_size=3")) == 8


def test_metrics_as_csv(client: Client, computed):
    answer = client.get("/api/asset-metrics/?region=US&fields=beta&format=csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert rows[0] == ["region", "ticker", "name", "date", "bar_date", "beta"]
    assert [row[1] for row in rows[1:]] == ["SPY", "AGG"]


def test_metrics_of_one_asset_over_time(client: Client, computed):
    rows = results(client, "asset-metrics/KR/A/?fields=macd")
    assert [row["date"] for row in rows] == [str(SESSION), str(BEFORE)]
    assert [row["date"] for row in results(client, f"asset-metrics/kr/A/?to={BEFORE}")] == [str(BEFORE)]
    assert results(client, "asset-metrics/KR/GONE/") == []


def test_a_matrix(client: Client, computed):
    answer = client.get(f"/api/correlations/?tickers={THREE}&window=3m").json()
    stored = AssetCorrelation.objects.get(instrument_a__ticker="A", instrument_b__ticker="F")
    assert (answer["date"], answer["window"], answer["stored"]) == ("2024-06-28", "3m", True)
    assert [one["symbol"] for one in answer["assets"]] == THREE.split(",")
    assert answer["correlation"][0][:2] == [1.0, stored.correlation_3m]
    assert answer["n"][1] == [stored.n_3m, None, answer["n"][2][1]]
    assert answer["p_value"][1][0] == stored.p_value_3m
    assert client.get("/api/correlations/?tickers=A,AGG").json()["stored"] is False
    table = client.get("/api/correlations/?tickers=A,F&format=csv").getvalue().decode().splitlines()
    assert (table[0], table[1], len(table)) == ("left,right,correlation,n,p_value", "KR:A,KR:A,1.0,,", 5)


def test_rolling_in_pages(client: Client, computed):
    seen = pages(client, "correlations/rolling/?a=KR:A&b=KR:F&window=20&page_size=200")
    assert [row["correlation"] is None for row in seen] == [True] * 19 + [False] * 300
    assert seen[-1]["date"] == "2024-06-28"
    stored = AssetCorrelation.objects.get(instrument_a__ticker="A", instrument_b__ticker="F")
    assert seen[-1]["correlation"] == pytest.approx(stored.correlation_20d, abs=1e-9)
    part = results(client, "correlations/rolling/?a=KR:A&b=KR:F&window=20&from=2024-06-27")
    assert [row["date"] for row in part] == ["2024-06-27", "2024-06-28"]


REFUSED = [
    ("asset-metrics/?ticker=NOPE", 404, "no instrument 'NOPE'"),
    ("asset-metrics/?region=KR&ticker=SPY", 404, "no instrument 'SPY' in region KR"),
    ("asset-metrics/?fields=rsi14", 400, "did you mean rsi_14?"),
    ("asset-metrics/?ordering=name", 400, "is not a valid choice"),
    ("asset-metrics/?region=XX", 400, "unknown region"),
    ("asset-metrics/?date=28.6.2024", 400, "not a date"),
    ("asset-metrics/?regoin=KR", 400, "did you mean region?"),
    ("asset-metrics/XX/A/", 404, "no region 'XX'"),
    ("asset-metrics/KR/NOPE/", 404, "no instrument 'NOPE'"),
    ("asset-metrics/KR/A/?from=2024-06-28&to=2024-06-01", 400, "is after to"),
    ("correlations/", 400, "required"),
    ("correlations/?tickers=KR:A", 400, "2 to 1,000 assets, not 1"),
    ("correlations/?tickers=KR:A,A", 400, "KR:A named more than once"),
    ("correlations/?tickers=KR:A,KR:NOPE", 404, "no instrument 'NOPE' in region KR"),
    (f"correlations/?tickers={','.join(['x'] * 501)}", 400, "501 given"),
    ("correlations/?tickers=KR:A,KR:F&window=2y", 400, "is not a valid choice"),
    ("correlations/?tickers=KR:A,KR:F&date=2024-06-29", 400, "has a bar of 2024-06-29"),
    ("correlations/?tickers=KR:A,KR:F&date=2100-01-01", 400, "in the future"),
    ("correlations/?tickers=KR:A,KR:F&page_size=3", 400, "in one piece"),
    ("correlations/rolling/?a=KR:A", 400, "required"),
    ("correlations/rolling/?a=KR:A&b=A", 400, "named more than once"),
    ("correlations/rolling/?a=KR:A&b=KR:F&window=19", 400, "greater than or equal to 20"),
    ("correlations/rolling/?a=KR:A&b=KR:F&from=2024-06-28&to=2024-06-01", 400, "is after to"),
    ("correlations/rolling/?a=KR:A&b=KR:F&cursor=x", 400, "not a cursor"),
]


@pytest.mark.parametrize(("address", "status", "why"), REFUSED, ids=[one[0][:60] for one in REFUSED])
def test_refusals(client: Client, market, address, status, why):
    answer = client.get(f"/api/{address}")
    assert answer.status_code == status
    assert why in answer.content.decode()


ADDRESSES = [
    ("asset-metrics/", 2),  # newest sessions, rows
    ("asset-metrics/?region=KR&ordering=-beta", 2),
    ("asset-metrics/?region=KR&ticker=A", 3),
    ("asset-metrics/?date=2024-06-28", 1),
    ("asset-metrics/?date=2024-06-28&format=csv", 1),
    ("asset-metrics/KR/A/", 2),
    (f"correlations/?tickers={THREE}", 3),  # assets, newest bars, changes; a COPY of the rows is not counted
    ("correlations/?tickers=KR:A,KR:B", 2),  # bars come over a connection of their own
    ("correlations/rolling/?a=KR:A&b=US:SPY", 1),
]


@pytest.mark.parametrize(("address", "queries"), ADDRESSES)
def test_queries(client: Client, computed, django_assert_num_queries, address: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        answer = client.get(f"/api/{address}")
        assert answer.status_code == 200
        assert answer.getvalue() if answer.streaming else answer.content


def test_reading_is_open_or_needs_a_login_and_nobody_writes(client: Client, computed, settings) -> None:
    settings.PUBLIC_READ = False
    assert {client.get(f"/api/{address}").status_code for address, _ in ADDRESSES} == {401}
    client.force_login(User.objects.create_user("reader"))
    assert {client.get(f"/api/{address}").status_code for address, _ in ADDRESSES} == {200}
    client.force_login(User.objects.create_superuser("boss"))
    assert {client.post(f"/api/{address}").status_code for address, _ in ADDRESSES} == {405}
