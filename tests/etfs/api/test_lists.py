"""Tables of ETFs: the funds, their days, their compositions, what was found wrong with those."""

import pytest
from django.test import Client

from etfs.models import HoldingFinding
from tests.etfs.api.asking import ask, ask_csv, pages
from tests.etfs.builder import composition, fund


def test_a_fund_with_all_its_columns(client: Client, korea, america) -> None:
    found = ask(client, "etf-list/?region=KR")
    (row,) = found["results"]
    assert row.pop("updated_at")
    assert found["next"] is None
    assert row == {
        "region": "KR", "ticker": "069500", "name": "KODEX 200", "name_local": "", "name_en": "", "isin": "",
        "exchange": "", "currency": "KRW", "category": "INDEX", "subcategory": "", "tracking_index": "",
        "issuer": "Samsung", "inception_date": None, "domicile": "", "leverage_ratio": 1.0, "is_inverse": False,
        "is_synthetic": False, "currency_hedged": False, "listed_shares": None, "total_assets": 5e12,
        "expense_ratio": 0.15, "tracking_error_20d": None, "tracking_error_60d": None, "tracking_error_120d": None,
        "tracking_error_250d": None, "premium_discount": None, "average_volume_20d": None, "average_value_20d": None,
        "figures_as_of": None, "source": "",
    }  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 4, 100])
@pytest.mark.parametrize(
    ("asked", "tickers"),
    [
        ("", ["B", "C", "A", "D", "N", "M"]),
        ("ordering=total_assets&", ["D", "A", "B", "C", "N", "M"]),
        ("ordering=expense_ratio&", ["N", "A", "B", "C", "D", "M"]),
    ],
)  # fmt: skip
def test_ordered_pages_with_ties_and_without_figures(client: Client, db, size: int, asked: str, tickers) -> None:
    for ticker, assets, fee in (("B", "1e12", "0.2"), ("C", "1e12", "0.2"), ("A", 5, "0.1"), ("D", -1, None)):
        fund("US", ticker, assets=assets, expense_ratio=fee)
    fund("US", "N", expense_ratio="0")
    fund("US", "M")
    found = pages(client, f"etf-list/?{asked}page_size={size}")
    assert [row["ticker"] for page in found for row in page] == tickers
    assert max(map(len, found)) <= size


def test_the_days_of_a_fund(client: Client, korea) -> None:
    rows = ask(client, "etf-daily-stats/?etf=069500&from=2024-06-27")["results"]
    assert rows[0] == {
        "region": "KR", "ticker": "069500", "date": "2024-06-28", "nav": 100.0, "total_assets": 5e12, "close": 100.3,
        "shares_outstanding": None, "volume": 1500.0, "trading_value": None, "index_level": None, "distribution": None,
        "net_flow": None, "source": "csv",
    }  # fmt: skip
    assert [row["date"] for row in rows] == ["2024-06-28", "2024-06-27"]
    one_by_one = pages(client, "etf-daily-stats/?etf=069500&page_size=1")
    assert [page[0]["date"] for page in one_by_one] == ["2024-06-28", "2024-06-27", "2024-06-26"]
    kept = ask_csv(client, "etf-daily-stats/?etf=069500&to=2024-06-27")
    assert [(row["close"], row["total_assets"]) for row in kept] == [
        ("99.1", "4100000000000.25"), ("98.2", "4000000000000.0"),
    ]  # fmt: skip


def test_the_compositions_there_are(client: Client, korea) -> None:
    composition(korea, "2024-06-29", {"005930": 90})
    rows = ask(client, "etf-snapshots/?etf=069500")["results"]
    assert rows[0].pop("imported_at")
    assert rows[0] == {
        "region": "KR", "ticker": "069500", "as_of_date": "2024-06-29", "source": "csv", "state": "FLAGGED",
        "is_served": False, "currency": "KRW", "per_unit": False, "weight_sum": 90.0, "market_value": None,
        "line_count": 1, "expected_lines": None, "message": "the weights add up to 90 %, not to 100 within 0.5",
    }  # fmt: skip
    days = [page[0]["as_of_date"] for page in pages(client, "etf-snapshots/?etf=069500&page_size=1")]
    assert days == ["2024-06-29", "2024-06-28", "2024-06-27"]
    assert len(ask_csv(client, "etf-snapshots/?etf=069500&to=2024-06-28")) == 2


def test_findings(client: Client, korea, america) -> None:
    for held, severity in ((korea, "ERROR"), (america, "NOTE"), (korea, "WARNING")):
        HoldingFinding.objects.create(
            etf=held, as_of_date="2024-06-28", code=f"weight_{severity}", severity=severity, message="97.3 %",
            evidence={"sum": 97.3},
        )  # fmt: skip
    rows = ask(client, "etf-findings/")["results"]
    assert [(row["ticker"], row["severity"]) for row in rows] == [
        ("069500", "WARNING"), ("VTI", "NOTE"), ("069500", "ERROR"),
    ]  # fmt: skip
    assert rows[0]["evidence"] == {"sum": 97.3}
    assert [page[0]["code"] for page in pages(client, "etf-findings/?page_size=1")] == [row["code"] for row in rows]
    assert [row["ticker"] for row in ask(client, "etf-findings/?region=us&severity=NOTE")["results"]] == ["VTI"]
    assert len(ask(client, "etf-findings/?etf=069500")["results"]) == 2
    (kept,) = ask_csv(client, "etf-findings/?severity=ERROR")
    assert kept["evidence"] == '{"sum": 97.3}'
