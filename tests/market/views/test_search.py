"""Search: what stands first, what Enter does."""

import pytest

from market.models import Instrument

pytestmark = pytest.mark.django_db
TYPING = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "found"}
ROWS = (
    ("US", "A", "Agilent", "STOCK"), ("US", "AA", "Alcoa", "STOCK"), ("US", "MSFT", "A software house", "STOCK"),
    ("US", "KO", "Coca-Cola", "STOCK"), ("KR", "005930", "삼성전자", "STOCK"), ("KR", "069500", "KODEX 삼성", "ETF"),
    ("JP", "005930", "Another", "STOCK"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def listed():
    Instrument.objects.bulk_create(
        Instrument(region=region, ticker=ticker, name=name, asset_type=kind, currency="USD")
        for region, ticker, name, kind in ROWS
    )


def suggested(client, text):
    return [one.ticker for one in client.get("/search/", {"q": text}, **TYPING).context["found"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", ["A", "AA", "005930", "MSFT", "KO"]),  # the ticker, tickers, names that begin so, the others
        ("삼성", ["005930", "069500"]),
        ("kr:0", ["005930", "069500"]),
        ("cola", ["KO"]),
        ("", []),
        ("\0", []),
        ("x" * 200, []),
    ],
)
def test_suggestions(client, text, found):
    assert suggested(client, text) == found


def test_a_fund_is_marked(client):
    assert "KR · ETF" in client.get("/search/", {"q": "KODEX"}, **TYPING).content.decode()


@pytest.mark.parametrize(
    ("text", "there"),
    [("ko", "/instruments/US/KO/"), ("jp:005930", "/instruments/JP/005930/"), (" MSFT ", "/instruments/US/MSFT/")],
)
def test_enter_leads_to_the_ticker(client, text, there):
    answer = client.get("/search/", {"q": text})
    assert (answer.status_code, answer.url) == (302, there)


@pytest.mark.parametrize(("text", "rows"), [("005930", 2), ("삼성", 2), ("nobody", 0), ("", 0)])
def test_a_page_of_results(client, text, rows):
    answer = client.get("/search/", {"q": text})
    assert answer.status_code == 200
    assert answer.context["tables"]["found"].total == rows


def test_results_narrow_and_export(client):
    assert client.get("/search/", {"q": "삼성", "asset_type": "ETF"}).context["tables"]["found"].total == 1
    assert client.get("/search/", {"q": "삼성", "region": "XX"}).status_code == 200
    lines = client.get("/search/", {"q": "삼성", "export": "csv", "table": "found"}).getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["Ticker", "005930", "069500"]
