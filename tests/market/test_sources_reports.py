"""Report sources read from small files worked by hand."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from market.regions import REGIONS
from market.sources import FetchRequest, FileProblem, source_get
from tests.market.files import write

Rows = list[dict[str, Any]]


def fetch(source: str, path: Path, **more: Any) -> Rows:
    found = source_get(source)
    region = REGIONS[more.pop("region", found.region or "US")]
    return found.fetch(FetchRequest("fundamentals", region, path, **more)).table.to_pylist()


def fact(end: str, filed: str, value: float, start: str | None = None) -> dict[str, Any]:
    return {"end": end, "filed": filed, "val": value} | ({"start": start} if start else {})


def facts(folder: Path, concepts: dict[str, Rows], name: str = "ACME.json", unit: str = "USD") -> Path:
    body = {"facts": {"us-gaap": {key: {"units": {unit: rows}} for key, rows in concepts.items()}}}
    return write(folder, json.dumps(body), name)


def test_sec_tells_quarters_from_year_to_date_by_their_length(tmp_path: Path) -> None:
    cash = [
        fact("2015-03-31", "2015-04-30", 10, "2015-01-01"),
        fact("2015-06-30", "2015-07-30", 25, "2015-01-01"),
        fact("2015-09-30", "2015-10-30", 45, "2015-01-01"),
        fact("2015-12-31", "2016-02-15", 70, "2015-01-01"),
    ]
    rows = fetch("sec", facts(tmp_path, {"NetCashProvidedByUsedInOperatingActivities": cash}))
    assert [(row["period"], row["period_end"].month, row["operating_cash_flow"]) for row in rows] == [
        ("Q", 3, 10.0),
        ("Q", 6, 15.0),
        ("Q", 9, 20.0),
        ("FY", 12, 70.0),  # the fourth quarter is left to the calculation
    ]
    assert rows[0]["available_on"] == dt.date(2015, 4, 30)
    assert rows[0]["ticker"] == "ACME"


def test_sec_prefers_the_newer_concept_and_keeps_restatements(tmp_path: Path) -> None:
    year = ("2015-12-31", "2015-01-01")
    path = facts(
        tmp_path,
        {
            "SalesRevenueNet": [fact(year[0], "2016-02-15", 100, year[1]), fact(year[0], "2018-02-15", 1, year[1])],
            "RevenueFromContractWithCustomerExcludingAssessedTax": [fact(year[0], "2018-02-15", 98, year[1])],
        },
    )
    rows = fetch("sec", path)
    assert [(row["available_on"].year, row["revenue"]) for row in rows] == [(2016, 100.0), (2018, 98.0)]


def test_sec_balance_debt_and_ebitda(tmp_path: Path) -> None:
    year = ("2015-12-31", "2016-02-15")
    path = facts(
        tmp_path,
        {
            "NetIncomeLoss": [fact(*year, 5, "2015-01-01")],
            "OperatingIncomeLoss": [fact(*year, 8, "2015-01-01")],
            "DepreciationDepletionAndAmortization": [fact(*year, 3, "2015-01-01")],
            "DepreciationAndAmortization": [fact(*year, 1, "2015-01-01")],
            "LongTermDebtNoncurrent": [fact(*year, 40)],
            "LongTermDebtCurrent": [fact(*year, 4)],
            "CommercialPaper": [fact(*year, 6)],
            "Assets": [fact(*year, 200), fact("2016-03-31", "2016-04-30", 210)],
        },
    )
    first, second = fetch("sec", path)
    assert (first["period"], first["total_debt"], first["ebitda"], first["total_assets"]) == ("FY", 50, 11, 200)
    assert (second["period"], second["total_assets"], second["total_debt"]) == ("Q", 210, None)


def test_sec_depreciation_is_read_as_it_was_known(tmp_path: Path) -> None:
    # The company knows one concept in 2016 and files a better one in 2017: EBITDA of 2016 must not foresee that.
    path = facts(
        tmp_path,
        {
            "OperatingIncomeLoss": [
                fact("2015-12-31", "2016-02-15", 8, "2015-01-01"),
                fact("2016-12-31", "2017-02-15", 9, "2016-01-01"),
            ],
            "DepreciationAndAmortization": [
                fact("2015-12-31", "2016-02-15", 1, "2015-01-01"),
                fact("2016-12-31", "2017-02-15", 2, "2016-01-01"),
            ],
            "DepreciationDepletionAndAmortization": [fact("2016-12-31", "2017-02-15", 4, "2016-01-01")],
        },
    )
    assert [row["ebitda"] for row in fetch("sec", path)] == [9.0, 13.0]


def test_sec_debt_from_the_total(tmp_path: Path) -> None:
    path = facts(tmp_path, {"LongTermDebt": [fact("2015-12-31", "2016-02-15", 40)]})
    assert fetch("sec", path)[0]["total_debt"] == 40


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("{}", "A.json", "facts.us-gaap is missing"),
        ("nonsense", "A.json", "not a JSON file"),
        ('{"facts": {"us-gaap": {}}}', "A.json", "no figure"),
        ('{"facts": {"us-gaap": {}}}', "CIK0000320193.json", "give --ticker"),
    ],
)
def test_sec_files_that_are_none(tmp_path: Path, text: str, name: str, message: str) -> None:
    with pytest.raises(FileProblem, match=message):
        fetch("sec", write(tmp_path, text, name))


PIT = "symbol,end_date,amend,period_focus,fiscal_year,doc_type,revenues,net_income,cash_flow_op,crawled\n"


def test_us_pit_cash_flows_become_quarters(tmp_path: Path) -> None:
    text = PIT + (
        "A,2015-03-31,False,Q1,2015,10-Q,100,1,10,20150430\n"
        "A,2015-06-30,False,Q2,2015,10-Q,110,2,25,20150730\n"
        "A,2015-09-30,False,Q3,2015,10-Q,120,3,45,20151030\n"
        "A,2015-12-31,False,FY,2015,10-K,480,9,70,20160215\n"
        "B,2015-06-30,False,Q2,2015,10-Q,110,2,25,20150730\n"
    )
    rows = fetch("us_pit", write(tmp_path, text))
    assert [row["operating_cash_flow"] for row in rows] == [10, 15, 20, 70, None]
    assert [row["period"] for row in rows] == ["Q", "Q", "Q", "FY", "Q"]
    without = text.replace("cash_flow_op", "something")
    assert fetch("us_pit", write(tmp_path, without))[0]["operating_cash_flow"] is None


def account(name: str, amount: str, code: str = "11011", sj: str = "IS", **more: str) -> dict[str, str]:
    base = {"stock_code": "005930", "reprt_code": code, "bsns_year": "2018", "fs_div": "CFS", "sj_div": sj}
    return base | {"rcept_no": "20190401004781", "account_nm": name, "thstrm_amount": amount} | more


def dart(folder: Path, *lines: dict[str, str], status: str = "000") -> Path:
    return write(folder, json.dumps({"status": status, "message": "정상", "list": lines}, ensure_ascii=False), "d.json")


@pytest.mark.parametrize("name", ["매출액", "매출", "영업수익", "수익(매출액)", "Ⅰ. 매출액", "영업 수익"])
def test_dart_names_of_revenue(tmp_path: Path, name: str) -> None:
    (row,) = fetch("dart", dart(tmp_path, account(name, "1,234")))
    assert row["revenue"] == 1234
    assert (row["period"], row["period_end"], row["available_on"]) == ("FY", dt.date(2018, 12, 31), dt.date(2019, 4, 1))


@pytest.mark.parametrize("name", ["당기순이익", "당기순이익(손실)", "당기순손익", "Ⅴ.당기순이익(손실)", "분기순이익"])
def test_dart_names_of_net_income(tmp_path: Path, name: str) -> None:
    assert fetch("dart", dart(tmp_path, account(name, "-5")))[0]["net_income"] == -5


def test_dart_prefers_the_owners_of_the_parent_whatever_the_order(tmp_path: Path) -> None:
    own = account("지배기업의 소유주에게 귀속되는 당기순이익(손실)", "90")
    for lines in ((own, account("당기순이익", "100")), (account("당기순이익", "100"), own)):
        assert fetch("dart", dart(tmp_path, *lines))[0]["net_income"] == 90


def test_dart_scopes_and_quarters(tmp_path: Path) -> None:
    lines = (
        account("매출액", "10", "11013", rcept_no="20180515000001"),
        account("매출액", "12", "11012", thstrm_add_amount="22", rcept_no="20180814000001"),
        account("영업이익", "-", "11012", thstrm_add_amount="7", rcept_no="20180814000001"),
        account("영업이익", "3", "11013", rcept_no="20180515000001"),
        account("영업활동현금흐름", "4", "11013", "CF", rcept_no="20180515000001"),
        account("영업활동현금흐름", "9", "11012", "CF", rcept_no="20180814000001"),
        account("매출액", "8", "11013", fs_div="OFS", rcept_no=""),
        account("자산총계", "99", "11013", "BS", thstrm_dt="2018.03.31 현재", rcept_no="20180515000001"),
        account("기타", "99", "11999"),
    )
    rows = fetch("dart", dart(tmp_path, *lines))
    assert [(row["period_end"], row["consolidated"], row["revenue"]) for row in rows] == [
        (dt.date(2018, 3, 31), True, 10),
        (dt.date(2018, 3, 31), False, 8),
        (dt.date(2018, 6, 30), True, 12),
    ]
    assert (rows[0]["total_assets"], rows[0]["operating_cash_flow"]) == (99, 4)
    assert (rows[2]["operating_income"], rows[2]["operating_cash_flow"]) == (4, 5)  # 7 - 3 and 9 - 4
    assert rows[1]["available_on"] is None  # to be estimated


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "not a JSON file"),
        ("[]", "not a good DART answer"),
        ('{"status": "013", "message": "조회된 데이타가 없습니다."}', "조회된"),
        ('{"status": "000", "list": [{"a": 1}]}', "account_nm"),
        ('{"status": "000", "list": [{"account_nm": "매출액", "thstrm_amount": "1"}]}', "no account of a known report"),
        (
            '{"status": "000", "list": [{"account_nm": "매출액", "thstrm_amount": "1", "reprt_code": "11011"}]}',
            "give --ticker",
        ),
    ],
)
def test_dart_files_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FileProblem, match=message):
        fetch("dart", write(tmp_path, text))


def test_kr_fs_first_fourth_quarter_is_the_year(tmp_path: Path) -> None:
    text = (
        "\ufeff자산총계,매출액,영업이익,영업이익(손실),당기순이익,연도,분기\n"
        "900,400,40,,30,2015,Q4\n910,90,,9,7,2016,Q1\n,95,9,,7,2016,Q4\n"
    )
    rows = fetch("kr_fs", write(tmp_path, text, "005930.csv"))
    assert [(row["period"], row["period_end"].isoformat()) for row in rows] == [
        ("FY", "2015-12-31"),
        ("Q", "2016-03-31"),
        ("Q", "2016-12-31"),
    ]
    assert [row["operating_income"] for row in rows] == [40, 9, 9]
    assert rows[0]["ticker"] == "005930"
    assert not rows[0]["consolidated"]
    with pytest.raises(FileProblem, match="row 1"):
        fetch("kr_fs", write(tmp_path, "연도,분기\n2015,4\n"))


KRX = "ISU_SRT_CD,ISU_ABBRV,EPS,PER,BPS,PBR,DPS,DVD_YLD\n"


def test_krx_figures_of_a_day(tmp_path: Path) -> None:
    text = KRX + '095570,AJ네트웍스,982,4.66,"6,802",0.67,300,6.55\n000001,손실,-,-,100,0.5,0,0\n'
    first, second = fetch("krx", write(tmp_path, text, "MDCSTAT03501_STK_20210104.csv"))
    assert (first["eps_basic"], first["book_value_per_share"], first["dividends_per_share"]) == (982, 6802, 300)
    assert (first["period"], first["period_end"], first["available_on"]) == (
        "FY",
        dt.date(2019, 12, 31),
        dt.date(2021, 1, 4),
    )
    assert first["period_end_is_estimated"]
    assert second["eps_basic"] is None
    dated = fetch("krx", write(tmp_path, text, "x.csv"), date=dt.date(2021, 1, 5))
    assert dated[0]["available_on"] == dt.date(2021, 1, 5)
    with pytest.raises(FileProblem, match="give --date"):
        fetch("krx", write(tmp_path, text, "x.csv"))


def test_krx_history_of_one_stock(tmp_path: Path) -> None:
    text = "TRD_DD,EPS,BPS,DPS\n2020/04/29,6461,35342,1416\n"
    (row,) = fetch("krx", write(tmp_path, text, "MDCSTAT03502_ALL_KR7005930003_20200101_20200430.csv"))
    assert (row["ticker"], row["available_on"]) == ("005930", dt.date(2020, 4, 29))
    with pytest.raises(FileProblem, match="give --ticker"):
        fetch("krx", write(tmp_path, text, "x.csv"))
    with pytest.raises(FileProblem, match="region KR"):
        fetch("krx", write(tmp_path, text, "x.csv"), region="US")
