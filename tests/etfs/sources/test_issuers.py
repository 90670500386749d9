"""Issuers' own files: how many lines, what they weigh, and what follows from the figures beside each other."""

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from etfs.sources.base import Composition, DayStat, LineKind, SourceProblem
from tests.etfs.sources.helpers import only, parse, parse_file, rows_of


def weight(composition: Composition) -> Decimal:
    return sum((line.weight for line in composition.lines if line.weight is not None), Decimal(0))


def kinds(composition: Composition) -> dict[LineKind, int]:
    return dict(Counter(line.kind for line in composition.lines))


def figure(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


class TestIShares:
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "holdings" / "ivv_2023-04-06.csv"

    def test_all_lines(self, path: Path) -> None:
        found = only(parse_file("ishares", path, ticker="IVV"))
        assert (found.fund, found.as_of_date, found.currency) == ("IVV", dt.date(2023, 4, 6), "USD")
        assert found.fund_name == "iShares Core S&P 500 ETF"
        assert len(found.lines) == 507
        assert weight(found) == Decimal("100.00")
        assert kinds(found) == {LineKind.STOCK: 503, LineKind.CASH: 3, LineKind.DERIVATIVE: 1}
        assert all(line.sector and line.listing == "US" for line in found.lines if line.kind == LineKind.STOCK)

    def test_figures_are_those_of_the_file(self, path: Path) -> None:
        """And in 504 of 507 rows the value is shares times price: not for two sorts of cash at 100, nor the future."""
        lines = only(parse_file("ishares", path)).lines
        rows = rows_of(path, "Ticker,Name")
        assert [str(line.weight) for line in lines] == [row["Weight (%)"] for row in rows]
        assert [str(line.market_value) for line in lines] == [row["Market Value"].replace(",", "") for row in rows]
        misfits = []
        for line, row in zip(lines, rows, strict=True):
            assert line.shares is not None and line.market_value is not None  # noqa: PT018 # for the type checker
            # shares are rounded to whole ones in some rows of cash
            if abs(line.shares * figure(row["Price"]) - line.market_value) > figure(row["Price"]):
                misfits.append(line.ticker)
        assert sorted(misfits) == ["ESM3", "UBFUT", "USD"]

    def test_lines_that_are_no_stocks_have_tickers_too(self, path: Path) -> None:
        found = {line.ticker: line for line in only(parse_file("ishares", path)).lines}
        assert {found[ticker].kind for ticker in ("XTSLA", "USD", "UBFUT")} == {LineKind.CASH}
        future = found["ESM3"]
        assert (future.kind, future.shares, future.market_value) == (LineKind.DERIVATIVE, 4411, 0)
        assert future.listing == ""
        assert found["BRKB"].kind == LineKind.STOCK

    def test_what_the_preamble_says_of_the_fund(self, path: Path) -> None:
        found = parse_file("ishares", path, ticker="IVV")
        assert found.stats == (DayStat("IVV", dt.date(2023, 4, 6), shares_outstanding=Decimal("743100000.00")),)
        [fund] = found.funds
        assert fund.facts["inception_date"] == dt.date(2000, 5, 15)
        assert parse_file("ishares", path).funds == ()  # whose facts would they be?

    def test_a_sample_without_name(self, shared_data: Path) -> None:
        found = only(parse_file("ishares", shared_data / "holdings" / "cspx_sample.csv"))
        assert (found.fund, found.fund_name, found.as_of_date) == ("", "", dt.date(2026, 6, 19))
        assert (len(found.lines), weight(found)) == (26, Decimal("51.52"))
        assert kinds(found) == {LineKind.STOCK: 25, LineKind.DERIVATIVE: 1}


class TestSpdr:
    @pytest.mark.parametrize(
        ("day", "lines", "total"),
        [(dt.date(2024, 3, 19), 504, "100.209028"), (dt.date(2025, 2, 7), 505, "99.962459")],
    )
    def test_books(self, shared_data: Path, day: dt.date, lines: int, total: str) -> None:
        answer = parse_file("spdr", shared_data / "holdings" / f"spy_{day}.xlsx")
        found = only(answer)
        assert (found.fund, found.as_of_date, found.currency) == ("SPY", day, "USD")
        assert found.fund_name == "SPDR® S&P 500® ETF Trust"
        assert (len(found.lines), weight(found)) == (lines, Decimal(total))
        assert kinds(found) == {LineKind.STOCK: lines - 1, LineKind.CASH: 1}
        assert "BRK.B" in {line.ticker for line in found.lines}
        assert {line.sector for line in found.lines} == {""}
        [fund] = answer.funds
        assert (fund.ticker, fund.facts["name"]) == ("SPY", found.fund_name)

    def test_cash_is_money_not_shares(self, shared_data: Path) -> None:
        found = only(parse_file("spdr", shared_data / "holdings" / "spy_2024-03-19.xlsx"))
        [cash] = [line for line in found.lines if line.kind == LineKind.CASH]
        assert (cash.ticker, cash.shares, cash.market_value) == ("", None, Decimal("1224888594.27"))

    def test_weights_follow_from_shares_and_prices(self, shared_data: Path) -> None:
        """Prices of the listing of that day, of 486 lines that are found there: a weight in a million per dollar."""
        listings = pd.read_csv(
            shared_data / "reference" / "us_listings_2024-03.csv.gz", dtype=str, keep_default_na=False
        )
        symbol, price = listings.columns[0], next(name for name in listings.columns if "rice" in name)
        prices = {row[symbol]: row[price] for _, row in listings.iterrows() if row[price] not in ("#N/A", "null", "")}
        found = only(parse_file("spdr", shared_data / "holdings" / "spy_2024-03-19.xlsx"))
        stocks = [line for line in found.lines if line.ticker in prices]
        ratios = sorted(line.shares * Decimal(prices[line.ticker]) / line.weight for line in stocks)
        middle = ratios[len(ratios) // 2]
        assert len(stocks) == 486
        assert sum(abs(ratio / middle - 1) < Decimal("0.05") for ratio in ratios) > 475

    def test_the_same_columns_as_csv(self, shared_data: Path) -> None:
        path = shared_data / "holdings" / "spy_sample.csv"
        with pytest.raises(SourceProblem, match=r"spy_sample\.csv: no date in the file"):
            parse_file("spdr", path, ticker="SPY")
        found = only(parse_file("spdr", path, ticker="SPY", date=dt.date(2026, 6, 19)))
        assert [str(line.weight) for line in found.lines] == [row["Weight"] for row in rows_of(path, "Name,Ticker")]
        assert (found.fund, len(found.lines)) == ("SPY", 20)


def test_invesco(shared_data: Path) -> None:
    """Weight = value / total, to the published third decimal."""
    path = shared_data / "holdings" / "qqq_2025-09-26.csv"
    found = only(parse_file("invesco", path))
    assert (found.fund, found.as_of_date, len(found.lines)) == ("QQQ", dt.date(2025, 9, 26), 101)
    assert kinds(found) == {LineKind.STOCK: 101}
    assert [line.ticker for line in found.lines][:3] == ["NVDA", "MSFT", "AAPL"]
    assert [str(line.weight) for line in found.lines] == [row["Weight"] for row in rows_of(path, "Fund Ticker")]
    total = sum(line.market_value for line in found.lines)
    assert max(abs(100 * line.market_value / total - line.weight) for line in found.lines) < Decimal("0.002")


def test_vanguard(shared_data: Path) -> None:
    path = shared_data / "holdings" / "vwra_sample.csv"
    found = only(parse_file("vanguard", path, ticker="VWRA", date=dt.date(2026, 5, 31)))
    assert (found.fund, found.currency, len(found.lines), weight(found)) == ("VWRA", "USD", 49, Decimal("41.0166"))
    lines = {line.ticker: line for line in found.lines}
    assert [lines[code].listing for code in ("005930", "700", "NVDA", "2330", "ASML", "ROP")] == [
        "KR",
        "HK",
        "US",
        "",
        "",
        "",
    ]
    assert str(lines["BRK/B"].weight) == "0.66"
    assert str(lines["NVDA"].market_value) == "3362450950.80"


@pytest.mark.parametrize(
    ("name", "isin", "expected", "currency"),
    [("physical", "IE000CNSFAR2", 1285, "USD"), ("swap", "LU1681043599", 125, "EUR")],
)
def test_amundi(shared_data: Path, name: str, isin: str, expected: int, currency: str) -> None:
    path = shared_data / "holdings" / f"amundi_msci_world_{name}.json"
    found = only(parse_file("amundi", path))
    assert (found.isin, found.as_of_date, found.currency) == (isin, dt.date(2026, 6, 22), currency)
    assert (found.expected_lines, len(found.lines)) == (expected, 15)
    said = json.loads(path.read_text(), parse_float=Decimal)["products"][0]["composition"]["compositionData"]
    assert [line.weight for line in found.lines] == [item["weight"] * 100 for item in said]
    listed = {line.ticker: (line.exchange, line.listing) for line in found.lines}
    assert listed["NVDA"] == ("UW", "US")
    assert listed["ASML"] == ("NA", "")


def test_amundi_s_facts(shared_data: Path) -> None:
    swap = parse_file("amundi", shared_data / "holdings" / "amundi_msci_world_swap.json").funds[0]
    assert (swap.ticker, swap.facts["is_synthetic"], swap.facts["domicile"]) == ("CW8", True, "Luxembourg")
    assert (str(swap.facts["expense_ratio"]), str(swap.facts["total_assets"])) == ("0.38", "6748730282.08083")
    path = shared_data / "holdings" / "amundi_msci_world_physical.json"
    assert parse_file("amundi", path).funds == ()
    physical = parse_file("amundi", path, ticker="MWRD").funds[0]
    assert "total_assets" not in physical.facts  # they are in euro, the fund trades in dollars
    assert physical.facts["is_synthetic"] is False


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", '{"products": []}', '{"products": [1]}', '{"products": [{"characteristics": {}}]}', "{", "[" * 100_000,
     '{"products": [{"characteristics": {}, "composition": {"compositionData": [{}]}}]}', '{"a": NaN}', "1" * 10_000],
)  # fmt: skip
def test_an_answer_of_another_shape(text: str) -> None:
    with pytest.raises(SourceProblem, match=r"answer\.json"):
        parse("amundi", text, "answer.json")


def test_amundi_s_bad_lines() -> None:
    line = {"date": "2026-06-22", "name": "A", "weight": 0.5, "bbg": "A UW"}
    items = [{"compositionCharacteristics": line | change} for change in ({}, {"weight": "x"}, {"date": None})]
    product = {"characteristics": {}, "currencies": {}, "composition": {"compositionData": items}}
    [found] = parse("amundi", json.dumps({"products": [product]})).compositions
    assert [str(one.weight) for one in found.lines] == ["50"]
    assert [(one.row_number, one.column) for one in found.bad_rows] == [(2, "weight"), (3, "date")]


def test_an_index_as_published(shared_data: Path) -> None:
    path = shared_data / "holdings" / "xlv_index_2025-02-03.csv"
    found = only(parse_file("index_list", path, ticker="XLV"))
    assert (found.as_of_date, len(found.lines), weight(found)) == (dt.date(2025, 2, 3), 61, Decimal("99.98"))
    assert (found.lines[0].ticker, str(found.lines[0].weight), found.lines[0].shares) == ("LLY", "11.87", None)
