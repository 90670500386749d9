"""A row that cannot be read is said, with row, column and reason; no row disappears."""

import datetime as dt

import pytest

from etfs.sources.base import Kind, LineKind
from market.sources.base import BadRow
from tests.etfs.sources.helpers import parse

ARK = 'date,fund,company,ticker,cusip,shares,"market value ($)","weight (%)"\n'
GOOD = '10/08/2021,ARKK,"TESLA INC",TSLA,88160R101,"2,923,160","$2,294,739,831.60",10.95%\n'
FOOTER = (
    '"The principal risks of investing in ARK ETFs include equity, market and management risks, as well as others."\n'
)


def bad(text: str) -> tuple[BadRow, ...]:
    [composition] = parse("ark", ARK + GOOD + text).compositions
    assert len(composition.lines) == 1
    return composition.bad_rows


def test_a_good_row_and_the_footer() -> None:
    assert bad("\n\xa0\n" + FOOTER + "Short line\n") == ()


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("10/08/2021,ARKK,X,X,123456789,12x,$5,1%", "shares", "unreadable_number"),
        ('10/08/2021,ARKK,X,X,123456789,"12,5",$5,1%', "shares", "unreadable_number"),
        ("10/08/2021,ARKK,X,X,123456789,5,$5,", "weight (%)", "missing_value"),
        ("10/08/2021,ARKK,X,X,123456789,5,-,1%", "market value ($)", "missing_value"),
        ("10/08/2021,ARKK,,,123456789,5,$5,1%", "company", "missing_value"),
        ("10/08/2021,ARKK,X,$5,123456789,5,$5,1%", "ticker", "unreadable_code"),
        ("10/08/2021,ARKK,X,X,5,$5,1%", "", "wrong_field_count"),
        ("10/08/2021,ARKK,X,X,123456789,5,$5,1%,more", "", "wrong_field_count"),
        ("08.10.2021,ARKK,X,X,123456789,5,$5,1%", "date", "unreadable_date"),
        ("13/08/2021,ARKK,X,X,123456789,5,$5,1%", "date", "unreadable_date"),
        ("10/08/2021", "", "wrong_field_count"),
        ("TESLA INC", "", "wrong_field_count"),
    ],
)
def test_what_is_wrong_is_said(row: str, column: str, reason: str) -> None:
    found = bad(row + "\n")
    assert (2, column, reason) in [(one.row_number, one.column, one.reason) for one in found]
    assert all(one.message and row.startswith(one.raw["date"]) for one in found)


@pytest.mark.parametrize("by", [1, 2, 3, 4])
def test_shifted_columns(by: int) -> None:
    """The cells of a row moved to the right or left within its columns."""
    cells = ["10/08/2021", "ARKK", "TESLA INC", "TSLA", "88160R101", '"2,923,160"', '"$2,294,739,831.60"', "10.95%"]
    assert bad(",".join([*cells[-by:], *cells[:-by]]) + "\n")


def test_a_quote_that_swallows_the_rows_below() -> None:
    open_quote = '10/08/2021,ARKK,"TESLA INC,TSLA,88160R101,5,$5,1%\n'
    [composition] = parse("ark", ARK + open_quote + GOOD * 2).compositions
    assert [one.row_number for one in composition.bad_rows] == [1]
    # As long as a sentence of the footer, and alone in its row; but what it swallowed is rows.
    unquoted = "10/08/2021,ARKK,TESLA INC,TSLA,88160R101,5,$5,1%\n"
    sentence = '"10/08/2021,ARKK,TESLA INC and a company with a very long name that has many words indeed\n'
    [composition] = parse("ark", ARK + unquoted + sentence + unquoted * 2).compositions
    assert [(one.row_number, one.reason) for one in composition.bad_rows][:1] == [(2, "wrong_field_count")]


def test_rows_below_the_footer_are_rows() -> None:
    [composition] = parse("ark", ARK + FOOTER + GOOD).compositions
    assert [line.row_number for line in composition.lines] == [2]


def test_a_row_of_nobody_makes_every_fund_of_the_file_doubtful() -> None:
    other = GOOD.replace("ARKK", "ARKW")
    found = parse("ark", ARK + GOOD + other + GOOD.replace("10/08/2021", "?"))
    assert [(one.fund, len(one.lines), len(one.bad_rows)) for one in found.compositions] == [
        ("ARKK", 1, 1),
        ("ARKW", 1, 1),
    ]


def test_when_no_row_says_its_fund_and_day_the_bad_rows_stand_alone() -> None:
    found = parse("ark", ARK + GOOD.replace("10/08/2021", "?"))
    assert found.compositions == ()
    assert [one.reason for one in found.bad_rows] == ["unreadable_date"]


def test_renamed_and_reordered_columns() -> None:
    text = "fund,DATE,Weight(%),market value($),Shares,ticker,company\nARKK,2021-01-04,8.1,5.50,7,TSLA,TESLA INC\n"
    [composition] = parse("ark", text).compositions
    [line] = composition.lines
    assert (composition.as_of_date, str(line.weight), str(line.market_value)) == (dt.date(2021, 1, 4), "8.1", "5.50")


def test_shifted_columns_in_a_history_of_a_fund() -> None:
    header = "TRD_DD,TDD_CLSPRC,LST_NAV,ACC_TRDVOL,ACC_TRDVAL,INVSTASST_NETASST_TOTAMT,LIST_SHRS,OBJ_STKPRC_IDX\n"
    text = header + "2021/01/08,1,2,3,4,5,6,7\n1,2021/01/07,2,3,4,5,6,7\n"
    found = parse("krx_etf", text, kind=Kind.STATS, ticker="069500", region="KR")
    (day, before) = found.stats  # the count of the good row is of the session before it
    assert (day.nav, before.nav, before.shares_outstanding) == (2, None, 6)
    assert [(one.row_number, one.column) for one in found.bad_rows] == [(2, "TRD_DD")]


def test_figures_of_the_generic_layout() -> None:
    header = "fund,as_of_date,ticker,name,kind,weight,shares,market_value,listing\n"
    rows = (
        "AAA,2024-01-02,005930,Samsung,stock,50.10,1,2,kr\nAAA,2024-01-02,X,X,SHARE,1,1,1,\nAAA,2024-01-02,Y,Y,,,,,XX\n"
    )
    [composition] = parse("csv", header + rows).compositions
    [line] = composition.lines
    assert (line.kind, line.listing, str(line.weight)) == (LineKind.STOCK, "KR", "50.10")
    assert [(one.row_number, one.column, one.reason) for one in composition.bad_rows] == [
        (2, "kind", "unknown_value"), (3, "listing", "unknown_value"),
    ]  # fmt: skip
