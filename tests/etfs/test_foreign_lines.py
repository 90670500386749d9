"""Lines that a list says are listed elsewhere: their tickers say nothing about stocks at home."""

import datetime as dt

import pytest

from etfs.calc.line_keys import line_key
from etfs.models import HoldingLine
from etfs.services import files_import
from etfs.services.resolving import lines_look_up
from etfs.sources.base import LineKind
from tests.etfs.builder import composition, fund, line, stock

DAY = dt.date(2024, 6, 28)


def found_of(lines, region: str = "US") -> list[str]:
    """Instrument of each line of a fund, '' for none, in the order of the list."""
    of = fund(region, "F")
    composition(of, DAY, lines, known=False)
    rows = of.holdings.order_by("rank").select_related("line__instrument")
    return [str(row.line.instrument or "") for row in rows]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ticker", "said"),
    [
        ("SAN", {"exchange": "FP"}), ("SAN", {"exchange": "Nyse Euronext - Euronext Paris"}),
        ("SAN", {"exchange": "XPAR"}),
        ("SAN", {"country": "FR"}), ("SAN", {"currency": "EUR"}), ("HEXAB", {"exchange": "S"}),
        ("700", {"exchange": "Hong Kong Exchanges And Clearing Ltd"}), ("700", {"currency": "HKD"}),
        ("005930", {"exchange": "Korea Exchange (Stock Market)"}), ("005930", {"currency": "KRW"}),
    ],
)  # fmt: skip
def test_a_ticker_of_another_place_is_no_stock_at_home(ticker: str, said: dict[str, str]) -> None:
    home = stock("US", ticker)
    assert found_of([line(ticker, 100, **said)]) == [""]
    assert lines_look_up() == 0, "nor later"
    kept = HoldingLine.objects.get()
    assert (kept.ticker, kept.name, home.holding_lines.count()) == (ticker, f"Stock {ticker}", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        {}, {"currency": "USD"}, {"country": "US", "currency": "EUR"}, {"country": "Ireland"}, {"exchange": "NASDAQ"},
        {"exchange": "xnys", "currency": "EUR"}, {"exchange": "New York Stock Exchange Inc.", "country": "IE"},
        {"exchange": "U"},  # a code that was cut off
    ],
)  # fmt: skip
def test_what_is_listed_at_home_is_found_as_ever(said: dict[str, str]) -> None:
    stock("US", "ACN")
    told = line("ACN", 100, **said)
    assert found_of([told]) == ["US:ACN"]
    assert line_key(told, "US") == "STOCK|~US|ACN"


@pytest.mark.django_db
def test_an_exchange_of_another_region_is_looked_for_there() -> None:
    stock("US", "700"), stock("HK", "0700.HK"), stock("US", "AAPL"), stock("KR", "AAPL")
    assert found_of([line("700", 100, exchange="XHKG")]) == ["HK:0700.HK"]
    american = line("AAPL", 100, exchange="NASDAQ", currency="USD")
    composition(fund("KR", "G"), DAY, [american], known=False)
    assert str(HoldingLine.objects.get(ticker="AAPL").instrument) == "US:AAPL"


@pytest.mark.django_db
def test_an_identifier_finds_it_wherever_it_is_listed() -> None:
    stock("US", "AAPL", isin="US0378331005"), stock("US", "APC"), stock("US", "RY", isin="CA7800871021")
    lines = [
        line("APC", 60, exchange="GY", identifier="US0378331005"),
        line("APC", 30, exchange="GR", identifier="037833100"),
        line("R1Y", 6, currency="CAD", identifier="780087102"), line("APC", 4, exchange="GR", identifier="380087102"),
    ]  # fmt: skip
    assert found_of(lines) == ["US:AAPL", "US:AAPL", "US:RY", ""]


@pytest.mark.django_db
def test_one_ticker_on_two_exchanges_is_two_lines() -> None:
    lines = [line("SAN", 50, exchange="Bolsa De Madrid"), line("SAN", 30, exchange="XPAR"), line("SAN", 20)]
    of = fund("US", "F")
    snapshot = composition(of, DAY, lines)
    assert (snapshot.state, snapshot.message) == ("GOOD", "")
    assert set(HoldingLine.objects.values_list("key", "instrument__ticker")) == {
        ("STOCK|=BOLSA DE MADRID|SAN", None), ("STOCK|=XPAR|SAN", None), ("STOCK|~US|SAN", "SAN"),
    }  # fmt: skip


@pytest.mark.parametrize("kind", [LineKind.CASH, LineKind.BOND, LineKind.DERIVATIVE, LineKind.OTHER])
def test_keys_of_what_is_no_stock_stay(kind: LineKind) -> None:
    told = line("ESU5", 1, kind=kind, exchange="Index And Options Market", currency="EUR", country="DE")
    assert line_key(told, "US") == f"{kind}|~US|ESU5"


def test_a_real_list_of_the_world(db, shared_data) -> None:
    """AIR is Airbus in Paris, AAR in New York; ASML has shares in both places, two securities with an ISIN each."""
    for ticker in ("AIR", "ALV", "ASML", "DTE", "ENR", "NVDA", "SAN", "SAP"):
        stock("US", ticker)
    path = shared_data / "holdings" / "amundi_msci_world_swap.json"
    files_import(region="US", source="amundi", files=[path], ticker="CW8")
    assert {str(row.instrument) for row in HoldingLine.objects.exclude(instrument=None)} == {"US:NVDA"}
    assert HoldingLine.objects.filter(ticker="SAN", instrument=None, identifier="FR0000120578").exists()
