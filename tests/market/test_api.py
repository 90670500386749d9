"""The ground floor over HTTP: lists, pages, CSV, refusals, queries counted."""

import base64
import csv
import datetime as dt
import io
import json

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import AnonRateThrottle

from market.models import Fundamental, FxRate, Instrument, LoadRun, PriceBar, RejectedRow

DAYS = [dt.date(2024, 6, day) for day in (24, 25, 26, 27, 28)]


@pytest.fixture(autouse=True)
def market(db, settings, tmp_path) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    rows = [
        ("KR", "005930", "Samsung Electronics", "STOCK", "Technology"),
        ("KR", "069500", "KODEX 200", "ETF", ""),
        ("US", "AAPL", "Apple", "STOCK", "Technology"),
        ("US", "BRK.B", "Berkshire Hathaway", "STOCK", "Financials"),
        ("JP", "005930", "Same ticker elsewhere", "STOCK", ""),
    ]
    for region, ticker, name, kind, sector in rows:
        Instrument.objects.create(
            region=region, ticker=ticker, name=name, asset_type=kind, sector=sector, currency="KRW"
        )
    for number, day in enumerate(DAYS):
        PriceBar.objects.create(instrument=Instrument.objects.at("KR", "005930"), date=day, close=100.0 + number)


def results(client: Client, address: str) -> list[dict]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def tickers(client: Client, asked: str) -> list[str]:
    return [f"{row['region']}:{row['ticker']}" for row in results(client, f"/api/instruments/?{asked}")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["JP:005930", "KR:005930", "KR:069500", "US:AAPL", "US:BRK.B"]),
        ("search=0059", ["JP:005930", "KR:005930"]),
        ("search=apple", ["US:AAPL"]),
        ("region=kr&asset_type=ETF", ["KR:069500"]),
        ("sector=technology", ["KR:005930", "US:AAPL"]),
        ("search=nobody", []),
    ],
)
def test_instruments(client: Client, asked: str, found: list[str]) -> None:
    assert tickers(client, asked) == found


def test_pages_by_key_show_every_row_once(client: Client) -> None:
    address, seen = "/api/instruments/?page_size=2", []
    while address:
        page = client.get(address).json()
        assert len(page["results"]) <= 2
        seen += [f"{row['region']}:{row['ticker']}" for row in page["results"]]
        address = page["next"]
    assert seen == tickers(client, "")


def test_one_instrument_by_ticker_and_by_id(client: Client) -> None:
    found = client.get("/api/instruments/us/BRK.B/").json()
    assert found["name"] == "Berkshire Hathaway"
    assert client.get(f"/api/instruments/{found['id']}/").json() == found
    missing = client.get("/api/instruments/KR/XYZ/")
    assert (missing.status_code, missing.json()["detail"]) == (404, "no instrument 'XYZ' in region KR")
    for address in ("KR/%00", "%00/005930", "KR/%ED%A0%80"):  # NUL, half of a pair of surrogates
        assert client.get(f"/api/instruments/{address}/").status_code == 404


def test_prices_newest_first_in_pages(client: Client) -> None:
    asked = "/api/prices/?region=KR&ticker=005930"
    assert [row["close"] for row in results(client, asked)] == [104, 103, 102, 101, 100]
    assert [row["date"] for row in results(client, f"{asked}&from=2024-06-25&to=2024-06-26")] == [
        "2024-06-26", "2024-06-25",
    ]  # fmt: skip
    first = client.get(f"{asked}&page_size=3").json()
    second = client.get(first["next"]).json()
    assert [row["close"] for row in second["results"]] == [101, 100]
    assert second["next"] is None
    assert results(client, "/api/prices/?region=JP&ticker=005930") == []


@pytest.mark.parametrize("how", [{"path": "&format=csv"}, {"accept": "text/csv"}])
def test_prices_as_csv_are_complete(client: Client, how: dict) -> None:
    headers = {"accept": how["accept"]} if "accept" in how else {}
    answer = client.get(f"/api/prices/?region=KR&ticker=005930{how.get('path', '')}", headers=headers)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="prices.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert len(rows) == 5
    assert (rows[0]["region"], rows[0]["ticker"], rows[0]["date"], rows[0]["close"]) == (
        "KR", "005930", "2024-06-28", "104.0",
    )  # fmt: skip


def report(published: str, revenue: float, period: str = "Q", end: str = "2024-03-31") -> None:
    Fundamental.objects.create(
        instrument=Instrument.objects.at("KR", "005930"), period_end=end, period=period, available_on=published,
        source="dart", currency="KRW", revenue=revenue,
    )  # fmt: skip


def test_fundamentals_are_those_public_on_the_day(client: Client) -> None:
    report("2024-05-15", 70.0)
    report("2024-06-20", 71.0)  # restated
    report("2024-03-20", 250.0, "FY", "2023-12-31")
    asked = "/api/fundamentals/?region=KR&ticker=005930"
    assert [row["revenue"] for row in results(client, asked)] == [71, 70, 250]
    assert [row["revenue"] for row in results(client, f"{asked}&as_of=2024-06-19")] == [70, 250]
    assert [row["revenue"] for row in results(client, f"{asked}&versions=latest")] == [71, 250]
    assert [row["revenue"] for row in results(client, f"{asked}&as_of=2024-06-19&versions=latest")] == [70, 250]
    assert results(client, f"{asked}&as_of=2024-01-01") == []


RATES = [
    ("EUR", "KRW", "2026-01-02", 1600.0), ("USD", "JPY", "2026-01-02", 150.0), ("USD", "KRW", "2026-01-02", 1400.5),
    ("USD", "KRW", "2026-01-05", 1410.0), ("USD", "KRW", "2026-01-06", 1420.0),
]  # fmt: skip


@pytest.fixture
def rates() -> None:
    for base, quote, day, rate in RATES:
        FxRate.objects.create(base=base, quote=quote, date=day, rate=rate, source="csv")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", [1600, 150, 1420, 1410, 1400.5]),
        ("base=USD&quote=KRW", [1420, 1410, 1400.5]),
        ("base=usd&quote=krw&from=2026-01-05", [1420, 1410]),
        ("base=USD&quote=KRW&from=2026-01-02&to=2026-01-05", [1410, 1400.5]),
        ("base=USD", [150, 1420, 1410, 1400.5]),
        ("quote=KRW&to=2026-01-02", [1600, 1400.5]),
        ("base=KRW&quote=USD", []),
    ],
)
def test_exchange_rates(client: Client, rates: None, asked: str, found: list[float]) -> None:
    assert [row["rate"] for row in results(client, f"/api/fx/?{asked}")] == found


def test_exchange_rates_in_pages_and_as_csv(client: Client, rates: None) -> None:
    first = client.get("/api/fx/?page_size=3").json()
    assert first["results"][2] == {
        "base": "USD", "quote": "KRW", "date": "2026-01-06", "rate": 1420.0, "source": "csv",
    }  # fmt: skip
    second = client.get(first["next"]).json()
    assert ([row["rate"] for row in second["results"]], second["next"]) == ([1410, 1400.5], None)
    lines = client.get("/api/fx/?quote=JPY&format=csv").getvalue().decode().splitlines()
    assert lines == ["base,quote,date,rate,source", "USD,JPY,2026-01-02,150.0,csv"]


@pytest.mark.parametrize(
    ("address", "field", "reason"),
    [
        ("prices/?region=XX&ticker=A", "region", "unknown region 'XX': use one of KR, US, CN, HK, JP, VN"),
        ("prices/?ticker=A", "region", "required"),
        ("prices/?region=KR", "ticker", "required"),
        ("prices/?region=KR&ticker=005930&from=2024-13-01", "from", "write it as YYYY-MM-DD"),
        (
            "prices/?region=KR&ticker=005930&from=2024-02-02&to=2024-02-01",
            "from",
            "2024-02-02 is after to (2024-02-01)",
        ),
        ("prices/?region=KR&ticker=005930&page_size=10001", "page_size", "from 1 to 10,000"),
        ("prices/?region=KR&ticker=005930&page_size=many", "page_size", "must be a whole number"),
        ("prices/?region=KR&ticker=005930&cursor=nonsense", "cursor", "not a cursor of this list"),
        ("prices/?region=KR&ticker=005930&cursor=WyJub25zZW5zZSJd", "cursor", "not a cursor of this list"),
        ("prices/?region=KR&ticker=005930&form=2024-01-01", "form", "did you mean"),
        ("prices/?region=KR&ticker=005930&format=xml", "format", "unknown format 'xml'"),
        ("fundamentals/?region=KR&ticker=005930&as_of=2999-01-01", "as_of", "2999-01-01 is in the future for KR"),
        ("fundamentals/?region=KR&ticker=005930&versions=some", "versions", "not a valid choice"),
        ("fx/?base=DOLLAR", "base", "'DOLLAR' is not a currency code: write three letters"),
        ("fx/?quote=K1W", "quote", "'K1W' is not a currency code"),
        ("fx/?quote=K%00W", "quote", r"'K\x00W' is not a currency code"),
        ("fx/?from=soon", "from", "write it as YYYY-MM-DD"),
        ("fx/?from=2026-01-02&to=2026-01-01", "from", "2026-01-02 is after to (2026-01-01)"),
        ("fx/?currency=USD", "currency", "unknown parameter"),
        ("instruments/?asset_type=BOND", "asset_type", "not a valid choice"),
    ],
)
def test_refusals_name_field_and_reason(client: Client, address: str, field: str, reason: str) -> None:
    answer = client.get(f"/api/{address}")
    assert answer.status_code == 400
    assert reason in answer.json()[field][0]


def test_a_refusal_in_csv(client: Client) -> None:
    answer = client.get("/api/prices/?region=XX&ticker=A&format=csv")
    assert answer.status_code == 400
    assert answer.content.decode().splitlines()[0] == "field,error"
    assert "unknown region 'XX'" in answer.content.decode()


def test_an_unknown_ticker(client: Client) -> None:
    for name in ("prices", "fundamentals"):
        answer = client.get(f"/api/{name}/?region=KR&ticker=AAPL")
        assert (answer.status_code, answer.json()["detail"]) == (404, "no instrument 'AAPL' in region KR")


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("instruments/", 1),
        ("instruments/KR/005930/", 1),
        ("prices/?region=KR&ticker=005930", 2),
        ("prices/?region=KR&ticker=005930&format=csv", 2),
        ("fundamentals/?region=KR&ticker=005930", 2),
        ("fundamentals/?region=KR&ticker=005930&versions=latest", 2),
        ("fx/?base=USD&quote=KRW", 1),
    ],
)
def test_queries(client: Client, django_assert_num_queries, address: str, queries: int) -> None:
    report("2024-05-15", 70.0)
    report("2024-06-20", 71.0)
    with django_assert_num_queries(queries):
        answer = client.get(f"/api/{address}")
        assert answer.status_code == 200
        assert answer.getvalue() if answer.streaming else answer.content


def test_loads_and_what_they_refused(client: Client) -> None:
    run = LoadRun.objects.create(kind="prices", region="KR", source="csv", state="PARTLY", rows_rejected=1)
    RejectedRow.objects.create(
        load_run=run, row_number=7, column="close", reason="not_a_number", message="close: 'x'", raw={"close": "x"}
    )
    client.force_login(User.objects.create_user("someone"))
    assert results(client, "/api/load-runs/?region=KR&state=PARTLY")[0]["rows_rejected"] == 1
    assert client.get(f"/api/load-runs/{run.pk}/").json()["id"] == run.pk
    refused = client.get("/api/load-runs/?state=SLEEPING")
    assert (refused.status_code, "not a valid choice" in refused.json()["state"][0]) == (400, True)
    answer = client.get(f"/api/load-runs/{run.pk}/rejected/")
    assert answer.getvalue().decode().splitlines()[1] == "7,close,not_a_number,close: 'x',x"
    assert client.get("/api/load-runs/999999/rejected/").status_code == 404


@pytest.mark.parametrize("address", ["", "?format=csv", "{pk}/", "{pk}/rejected/"])
def test_loads_need_a_login_however_open_reading_is(client: Client, settings, address: str) -> None:
    settings.PUBLIC_READ = True
    run = LoadRun.objects.create(kind="prices", region="KR", source="csv", file_name="secret plan.csv")
    answer = client.get("/api/load-runs/" + address.format(pk=run.pk))
    assert answer.status_code == 401
    assert "secret plan" not in answer.content.decode()


def test_queries_of_loads(client: Client, django_assert_num_queries) -> None:
    for _ in range(2):
        LoadRun.objects.create(kind="prices", region="KR", source="csv")
    client.force_login(User.objects.create_user("someone"))
    with django_assert_num_queries(3):  # session, user, runs
        assert len(results(client, "/api/load-runs/")) == 2


def cursor_of(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "values",
    [
        None, 5, {}, [], [5], [[5]], [None], [True], ["abc"], ["2024-13-01"], [float("inf")], [float("nan")],
        ["2024-06-28", 1], ["\0"], [{"a": 1}],
    ],
)  # fmt: skip
def test_a_made_up_cursor_of_dates_is_refused(client: Client, values: object) -> None:
    answer = client.get("/api/prices/", {"region": "KR", "ticker": "005930", "cursor": cursor_of(values)})
    assert (answer.status_code, "not a cursor" in str(answer.json())) == (400, True)


@pytest.mark.parametrize(
    "values",
    [
        [float("inf")], [float("-inf")], [float("nan")], [1.5], ["5"], [10**30], [True], [None], [[1]], [{"id": 1}],
        ["abc"], [1, 2],
    ],
)  # fmt: skip
def test_a_made_up_cursor_of_numbers_is_refused(client: Client, values: object) -> None:
    client.force_login(User.objects.create_user("someone"))
    answer = client.get("/api/load-runs/", {"cursor": cursor_of(values)})
    assert (answer.status_code, "not a cursor" in str(answer.json())) == (400, True)
    assert client.get("/api/load-runs/", {"cursor": cursor_of([2**62])}).status_code == 200  # possible, though absurd


@pytest.mark.parametrize("values", [["KR", 5], ["KR", None], ["\0", "A"], ["\ud800", "A"], [float("inf"), 1], ["KR"]])
def test_a_made_up_cursor_of_texts_is_refused(client: Client, values: object) -> None:
    answer = client.get("/api/instruments/", {"cursor": cursor_of(values)})
    assert (answer.status_code, "not a cursor" in str(answer.json())) == (400, True)


def test_a_cursor_that_nests_without_end_is_refused(client: Client) -> None:
    answer = client.get("/api/instruments/", {"cursor": base64.urlsafe_b64encode(b"[" * 60_000).decode()})
    assert answer.status_code == 400


def test_reading_can_be_closed(client: Client, settings) -> None:
    settings.PUBLIC_READ = False
    for name in ("instruments", "fx"):
        assert client.get(f"/api/{name}/").status_code == 401
    client.force_login(User.objects.create_user("someone"))
    assert client.get("/api/instruments/").status_code == 200


def test_the_rate_of_anonymous_requests_is_limited(client: Client, monkeypatch) -> None:
    monkeypatch.setitem(AnonRateThrottle.THROTTLE_RATES, "anon", "2/min")
    seen = [
        client.get("/api/instruments/", headers={"x-forwarded-for": f"10.0.0.{call}"}).status_code for call in range(3)
    ]
    assert seen == [200, 200, 429]
    client.force_login(User.objects.create_user("someone"))
    assert client.get("/api/instruments/").status_code == 200
    assert Client().get("/api/health/").status_code == 200
