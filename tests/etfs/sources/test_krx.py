"""Korea Exchange: creation baskets, the list of ETFs, their days."""

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from etfs.sources.base import Kind, LineKind, SourceProblem
from tests.etfs.sources.helpers import only, parse, parse_file

HISTORIES = {"20200101_20200531": 101, "20210103_20210108": 5, "20210103_20210109": 5, "20210104_20210108": 5}
DAY = (
    "ISU_SRT_CD,ISU_CD,TDD_CLSPRC,NAV,ACC_TRDVOL,ACC_TRDVAL,INVSTASST_NETASST_TOTAMT,LIST_SHRS,OBJ_STKPRC_IDX\n"
    '069500,KR7069500007,"43,545","43,651.13",11,12,"6,196,278,518,911","149,700,000",430.22\n'
    "253150,KR7253150007,-,-,-,-,-,1000,-\n"
)


def krx(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def figure(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


class TestBasket:
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "krx" / "MDCSTAT05001_KR7152100004_20210402.csv"

    def test_lines(self, path: Path) -> None:
        found = only(parse_file("krx_pdf", path, region="KR"))
        assert (found.fund, found.isin, found.as_of_date) == ("152100", "KR7152100004", dt.date(2021, 4, 2))
        assert (found.currency, len(found.lines)) == ("KRW", 201)
        assert Counter(line.kind for line in found.lines) == {LineKind.STOCK: 200, LineKind.CASH: 1}
        assert sum(line.weight for line in found.lines) == Decimal("100.00")
        first = found.lines[0]
        assert (first.ticker, first.identifier, first.listing, first.exchange) == (
            "005930",
            "KR7005930003",
            "KR",
            "KOSPI",
        )
        cash = found.lines[-1]
        assert (cash.name, cash.ticker, cash.shares, cash.market_value) == ("원화예금", "", None, 14_159_974)

    def test_weight_is_amount_to_total(self, path: Path) -> None:
        rows = krx(path)
        total = sum(figure(row["COMPST_AMT"]) for row in rows)
        lines = only(parse_file("krx_pdf", path, region="KR")).lines
        for line, row in zip(lines, rows, strict=True):
            assert line.market_value == figure(row["COMPST_AMT"])
            assert abs(100 * line.market_value / total - line.weight) <= Decimal("0.005")

    def test_negative_deposits_futures_foreign_and_unknown_lines(self) -> None:
        text = (
            "COMPST_ISU_CD,COMPST_ISU_CD2,MKT_ID,SECUGRP_ID,COMPST_ISU_NM,COMPST_ISU_CU1_SHRS,VALU_AMT,COMPST_AMT,COMPST_RTO\n"
            'KRD010010001,KRD010010001,,,원화예금,-,-,"-1,000",-0.01\n'
            "CASH00000001,CASH00000001,,,설정현금액,-,-,5,-\n"
            "US67066G1040,US67066G1040,,,NVIDIA CORP,3.00,-,7,-\n"
            "0000J0,KR70000J0001,STK,EF,PLUS 한화그룹주,3.00,-,7,1.00\n"
            "101S6000,KR4101S60007,,FU,코스피200 F 202106,2.00,-,7,1.00\n"
            "A,,,,?,-,-,-,-\n"
            "005930,KR7005930003,XXX,ST,삼성전자,1.00,1,1,1.00\n"
        )
        [found] = parse("krx_pdf", text, region="KR", ticker="069500", date=dt.date(2021, 4, 2)).compositions
        assert [line.kind for line in found.lines] == [
            LineKind.CASH, LineKind.CASH, LineKind.UNKNOWN, LineKind.ETF, LineKind.DERIVATIVE,
        ]  # fmt: skip
        assert str(found.lines[0].market_value) == "-1000"
        assert [line.ticker for line in found.lines] == ["", "", "", "0000J0", ""]
        assert (found.lines[2].identifier, found.lines[2].listing) == ("US67066G1040", "")
        assert found.fund == "069500"
        assert [(one.row_number, one.reason) for one in found.bad_rows] == [(6, "missing_value"), (7, "unknown_market")]


@pytest.fixture(scope="module")
def found(shared_data: Path) -> dict[str, dict]:
    """Facts of all funds by code."""
    answer = parse_file("krx_etf", shared_data / "krx" / "MDCSTAT04601.csv", Kind.FUNDS, region="KR")
    assert answer.bad_rows == ()
    return {fund.ticker: dict(fund.facts) for fund in answer.funds}


class TestList:
    def test_all_funds(self, found: dict[str, dict], shared_data: Path) -> None:
        rows = krx(shared_data / "krx" / "MDCSTAT04601.csv")
        assert len(found) == len(rows) == 1_066
        for row in rows:
            facts = found[row["ISU_SRT_CD"]]
            assert facts["isin"] == row["ISU_CD"]
            assert facts["inception_date"].strftime("%Y/%m/%d") == row["LIST_DD"]
            assert str(facts["expense_ratio"]) == row["ETF_TOT_FEE"]
            assert facts["listed_shares"] == figure(row["LIST_SHRS"])
            assert facts["tracking_index"] == row["ETF_OBJ_IDX_NM"].strip()

    def test_multiples(self, found: dict[str, dict]) -> None:
        assert Counter(int(facts["leverage_ratio"]) for facts in found.values()) == {1: 977, 2: 48, -1: 33, -2: 8}
        assert Counter(facts["is_inverse"] for facts in found.values()) == {False: 1025, True: 41}

    def test_synthetic_and_hedged_agree_with_the_names(self, found: dict[str, dict]) -> None:
        """Replication is a column of its own; the name says it too, in all 1,066 rows."""
        assert sum(facts["is_synthetic"] for facts in found.values()) == 83 + 18
        for facts in found.values():
            assert facts["is_synthetic"] == ("합성" in facts["name"])
            assert facts["currency_hedged"] == facts["name"].endswith("H)")

    @pytest.mark.parametrize(
        ("ticker", "category"),
        [
            ("069500", "INDEX"), ("114800", "INVERSE"), ("253150", "LEVERAGED"), ("360750", "INDEX"),
            ("133690", "INDEX"), ("461910", "LEVERAGED"), ("213630", "DIVIDEND"), ("457990", "THEME"),
            ("0000J0", "THEME"), ("301400", "INDEX"), ("495710", "BOND"),
        ],
    )  # fmt: skip
    def test_categories(self, found: dict[str, dict], ticker: str, category: str) -> None:
        assert found[ticker]["category"] == category

    def test_categories_follow_krx_s_asset_classes(self, found: dict[str, dict]) -> None:
        plain = {key: facts for key, facts in found.items() if facts["leverage_ratio"] == 1}
        for asset, categories in {
            "채권": {"BOND", "MONEY_MARKET"}, "원자재": {"COMMODITY"}, "통화": {"CURRENCY"}, "부동산": {"REAL_ESTATE"},
            "혼합자산": {"MULTI_ASSET"}, "주식": {"INDEX", "SECTOR", "THEME", "DIVIDEND", "ACTIVE"},
        }.items():  # fmt: skip
            assert {one["category"] for one in plain.values() if one["subcategory"].endswith(asset)} == categories


class TestDays:
    @pytest.mark.parametrize(("days", "count"), HISTORIES.items())
    def test_the_share_count_is_that_of_the_session_before(self, shared_data: Path, days: str, count: int) -> None:
        """KRX's net assets are NAV times the count listed on the next session; the newest day has no count yet."""
        path = shared_data / "krx" / f"MDCSTAT04501_KR7069500007_{days}.csv"
        found = parse_file("krx_etf", path, Kind.STATS, region="KR")
        rows = {row["TRD_DD"].replace("/", "-"): row for row in krx(path)}
        assert found.bad_rows == ()
        *stats, before_the_file = found.stats
        assert len(stats) == len(rows) == count
        listed = {day: figure(row["LIST_SHRS"]) for day, row in rows.items()}
        later = dict(zip(sorted(rows), sorted(rows)[1:], strict=False))
        for stat in stats:
            day = stat.date.isoformat()
            assert (stat.ticker, stat.nav) == ("069500", figure(rows[day]["LST_NAV"]))
            assert stat.close == figure(rows[day]["TDD_CLSPRC"])
            assert stat.shares_outstanding == (listed[later[day]] if day in later else None)
            if stat.shares_outstanding is not None:
                assert abs(stat.total_assets / (stat.nav * stat.shares_outstanding) - 1) < Decimal("2.1e-7")
        assert [stat.date.isoformat() for stat in stats if stat.shares_outstanding is None] == [max(rows)]
        # the first row's count is of the session before the file, of which nothing else is known
        assert before_the_file.date.isoformat() == {"2020-01-02": "2019-12-30", "2021-01-04": "2020-12-30"}[min(rows)]
        assert (before_the_file.shares_outstanding, before_the_file.nav) == (listed[min(rows)], None)

    def test_days_far_apart_share_no_count(self) -> None:
        header = "TRD_DD,TDD_CLSPRC,LST_NAV,ACC_TRDVOL,ACC_TRDVAL,INVSTASST_NETASST_TOTAMT,LIST_SHRS,OBJ_STKPRC_IDX\n"
        rows = "2021/03/08,1,2,3,4,5,600,7\n2021/01/08,1,2,3,4,5,700,7\n2021/01/07,1,2,3,4,5,800,7\n"
        rows += "2021/01/06,-,-,-,-,-,9,-\n"
        found = parse("krx_etf", header + rows, kind=Kind.STATS, ticker="069500", region="KR").stats
        assert [(stat.date.isoformat(), stat.shares_outstanding) for stat in found] == [
            ("2021-03-08", None), ("2021-01-08", None), ("2021-01-07", 700), ("2021-03-05", 600), ("2021-01-06", 800),
        ]  # fmt: skip

    def test_all_funds_on_a_day(self) -> None:
        found = parse("krx_etf", DAY, "MDCSTAT04301_20210108.csv", Kind.STATS, region="KR")
        day, before = [stat for stat in found.stats if stat.nav], [stat for stat in found.stats if not stat.nav]
        assert [(stat.ticker, stat.date, stat.shares_outstanding) for stat in day] == [
            ("069500", dt.date(2021, 1, 8), None)
        ]
        assert [(stat.ticker, stat.date, stat.shares_outstanding) for stat in before] == [
            ("069500", dt.date(2021, 1, 7), 149_700_000), ("253150", dt.date(2021, 1, 7), 1_000),
        ]  # fmt: skip

    def test_the_session_before_a_holiday(self) -> None:
        found = parse("krx_etf", DAY, kind=Kind.STATS, region="KR", date=dt.date(2021, 2, 15)).stats
        assert {stat.date for stat in found} == {dt.date(2021, 2, 15), dt.date(2021, 2, 10)}  # Seollal

    def test_a_day_without_trading(self, shared_data: Path) -> None:
        with pytest.raises(SourceProblem, match="not a session") as caught:
            parse_file("krx_etf", shared_data / "krx" / "MDCSTAT04301_20210321.csv", Kind.STATS, region="KR")
        assert caught.value.error_type == "empty"

    def test_a_file_that_says_neither_fund_nor_day(self) -> None:
        with pytest.raises(SourceProblem, match="give the date"):
            parse("krx_etf", DAY, kind=Kind.STATS, region="KR")
