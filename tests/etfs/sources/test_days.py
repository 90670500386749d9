"""Funds by day from other places than the exchange, and our own layouts."""

import csv
import datetime as dt
import gzip
import io
from decimal import Decimal
from pathlib import Path

import pytest

from etfs.sources.base import DayStat, Kind, SourceProblem
from tests.etfs.sources.helpers import parse, parse_file

CODES = ("0000J0", "069500", "114800", "133690", "213630", "253150", "301400", "360750", "457990", "461910")


@pytest.mark.parametrize("code", CODES)
def test_korean_funds(shared_data: Path, code: str) -> None:
    path = shared_data / "krx" / "kr_etf" / f"{code}.csv"
    found = parse_file("kr_etf", path, Kind.STATS, region="KR")
    assert found.bad_rows == ()
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert [
        (stat.ticker, stat.date.isoformat(), str(stat.nav), str(stat.close), str(stat.volume), str(stat.index_level))
        for stat in found.stats
    ] == [(code, row["날짜"], row["NAV"], row["종가"], row["거래량"], row["기초지수"]) for row in rows]
    assert len(rows) == 319


def test_ark_funds(shared_data: Path) -> None:
    path = shared_data / "holdings" / "ark_fund_prices.csv.gz"
    found = parse_file("ark_prices", path, Kind.STATS)
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    assert found.bad_rows == ()
    assert len(found.stats) == len(rows) == 8_831
    without_price = [stat for stat in found.stats if stat.close is None]
    assert {(stat.ticker, stat.date) for stat in without_price} == {
        (fund, dt.date(2021, 12, 30)) for fund in ("ARKK", "ARKQ", "ARKW", "ARKG")
    }
    paid = [row for row in rows if float(row["dividends"])]
    assert [str(stat.distribution) for stat in found.stats if stat.distribution] == [row["dividends"] for row in paid]


@pytest.mark.parametrize(("fund", "days"), [("chb_nav_2010", 1_667), ("xem_nav_2009", 1_810)])
def test_canadian_funds(shared_data: Path, fund: str, days: int) -> None:
    path = shared_data / "holdings" / f"ishares_ca_{fund}_2016.csv"
    with pytest.raises(SourceProblem, match="give the ticker"):
        parse_file("ishares_nav", path, Kind.STATS)
    found = parse_file("ishares_nav", path, Kind.STATS, ticker="CHB")
    assert found.bad_rows == ()
    assert len(found.stats) == days
    assert found.stats[0].date == dt.date(2016, 8, 30)
    first = next(csv.DictReader(io.StringIO(path.read_text())))
    assert str(found.stats[0].nav) == first["NAV per Share"]


def test_a_day_without_any_figure_is_bad() -> None:
    text = "날짜,NAV,종가,거래량,거래대금\n2025-01-02,-,-,0,0\n2025-01-03,1,2,3,4\n2025-01-04,x,2,3,4\n"
    found = parse("kr_etf", text, "069500.csv", Kind.STATS, region="KR")
    assert [(one.row_number, one.reason) for one in found.bad_rows] == [(1, "missing_value"), (3, "unreadable_number")]
    assert [stat.date.day for stat in found.stats] == [3]


class TestOurOwn:
    def test_holdings_may_leave_fund_and_day_to_the_question(self) -> None:
        text = "ticker,weight,name,currency\n005930,31.740,Samsung,KRW\n,0.5,Cash,KRW\n"
        [found] = parse("csv", text, region="KR", ticker="069500", date=dt.date(2024, 1, 2)).compositions
        assert (found.fund, found.as_of_date, found.currency) == ("069500", dt.date(2024, 1, 2), "KRW")
        assert [str(line.weight) for line in found.lines] == ["31.740", "0.5"]

    def test_holdings_of_nobody(self) -> None:
        found = parse("csv", "ticker,weight\nA,1\n")
        assert {(one.column, one.reason) for one in found.bad_rows} == {
            ("fund", "missing_value"), ("day", "unreadable_date"),
        }  # fmt: skip

    def test_funds(self) -> None:
        text = (
            "ticker,isin,name,expense_ratio,leverage_ratio,is_inverse,is_synthetic,inception_date,issuer\n"
            "114800,KR7114800009,KODEX 인버스,0.64%,-1,yes,false,2009-09-16,삼성자산운용\n"
            "AAA,,,,,,,,\n"
            "BBB,,,x,,maybe,,16.09.2009,\n"
        )
        found = parse("csv", text, kind=Kind.FUNDS, region="KR")
        first, second = found.funds
        assert first.facts == {
            "isin": "KR7114800009", "name": "KODEX 인버스", "expense_ratio": Decimal("0.64"),
            "leverage_ratio": Decimal(-1), "is_inverse": True, "is_synthetic": False,
            "inception_date": dt.date(2009, 9, 16), "issuer": "삼성자산운용",
        }  # fmt: skip
        assert (second.ticker, second.facts) == ("AAA", {})
        assert [(one.row_number, one.column) for one in found.bad_rows] == [
            (3, "expense_ratio"), (3, "is_inverse"), (3, "inception_date"),
        ]  # fmt: skip

    def test_days(self) -> None:
        text = (
            "ticker,date,nav,close,shares_outstanding\nAAA,2024-01-02,10.50,,1000\nAAA,2024-01-03,,,\n,2024-01-03,1,,\n"
        )
        found = parse("csv", text, kind=Kind.STATS)
        assert found.stats == (
            DayStat("AAA", dt.date(2024, 1, 2), nav=Decimal("10.50"), shares_outstanding=Decimal(1000), row_number=1),
        )
        assert [(one.row_number, one.reason) for one in found.bad_rows] == [(2, "missing_value"), (3, "missing_value")]
