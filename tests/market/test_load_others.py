"""Loading reports, actions and instruments; refused rows as CSV."""

import datetime as dt
from pathlib import Path

import pytest

from market.models import CorporateAction, Fundamental, Instrument
from market.services import loading
from market.services.loads import fundamentals_load, instruments_load, rejected_rows_csv
from tests.market.files import changes, load_actions, load_bars, load_reports, write

pytestmark = pytest.mark.django_db

REPORTS = "ticker,period_end,period,available_on,revenue,net_income\n"


def test_reports_and_their_versions(tmp_path: Path) -> None:
    text = (
        REPORTS
        + "A,2023-12-31,FY,2024-02-10,100,9\nA,2023-12-31,FY,2024-05-01,101,9\nA,2024-03-31,Q1,2024-05-01,25,2\n"
    )
    run = load_reports(tmp_path, text)
    assert (run.state, run.rows_inserted) == ("DONE", 3)
    found = (
        Fundamental.objects.filter(period="FY").order_by("available_on").values_list("revenue", "source", "currency")
    )
    assert list(found) == [(100.0, "csv", "USD"), (101.0, "csv", "USD")]
    assert Fundamental.objects.get(period="Q").net_income == 2
    before = changes("US", "fundamentals")
    again = load_reports(tmp_path, text)
    assert (again.rows_unchanged, again.rows_inserted, again.rows_updated) == (3, 0, 0)
    assert changes("US", "fundamentals") == before
    changed = load_reports(tmp_path, text.replace(",25,2", ",26,2"))
    assert (changed.rows_updated, changed.rows_unchanged) == (1, 2)


def test_publication_days_are_estimated_where_missing(tmp_path: Path) -> None:
    text = "ticker,period_end,period,revenue\nA,2023-12-31,FY,100\nA,2023-12-31,Q4,30\nA,2023-09-30,Q,20\n"
    load_reports(tmp_path, text)
    found = Fundamental.objects.order_by("period_end", "period").values_list("available_on", "available_is_estimated")
    assert list(found) == [
        (dt.date(2023, 11, 14), True),
        (dt.date(2024, 3, 30), True),
        (dt.date(2024, 3, 30), True),
    ]


def test_reports_that_cannot_be(tmp_path: Path) -> None:
    text = "ticker,period_end,period,available_on,revenue,consolidated,currency\n" + (
        "A,2023-12-31,FY,2023-11-01,1,,\n"  # published before it ended
        "A,2023-12-31,XX,2024-02-01,1,,\n"
        "A,,FY,2024-02-01,1,,\n"
        "A,2023-12-31,FY,2024-02-01,,,\n"  # no figure
        "A,2023-12-31,FY,2024-02-01,much,,\n"
        "A,2023-12-31,FY,2024-02-01,1,perhaps,\n"
        "A,2023-12-31,FY,2024-02-01,1,,DOLLAR\n"
        "A,2999-12-31,FY,,1,,\n"
        "B,2023-12-31,FY,2024-02-01,1,,\n"  # two different rows of one key
        "B,2023-12-31,FY,2024-02-01,2,,\n"
        "C,2023-12-31,FY,2024-02-01,3,false,eur\n"  # and two equal ones
        "C,2023-12-31,FY,2024-02-01,3,false,eur\n"
    )
    run = load_reports(tmp_path, text)
    assert run.reasons == {
        "conflicting_rows": 2,
        "available_before_period_end": 1,
        "bad_period": 1,
        "missing_date": 1,
        "no_figures": 1,
        "bad_number": 1,
        "bad_boolean": 1,
        "bad_currency": 1,
        "future_date": 1,
        "duplicate": 1,
    }
    one = Fundamental.objects.get()
    assert (one.instrument.ticker, one.revenue, one.consolidated, one.currency) == ("C", 3, False, "EUR")


def test_revenue_that_is_none_is_null(tmp_path: Path) -> None:
    run = load_reports(tmp_path, REPORTS + "A,2023-12-31,FY,2024-02-10,0,9\nA,2023-09-30,Q,2024-02-10,-5,9\n")
    assert run.reasons == {"revenue_not_positive": 2}
    assert list(Fundamental.objects.values_list("revenue", flat=True)) == [None, None]


def test_reports_of_unknown_companies_can_be_refused(tmp_path: Path) -> None:
    run = load_reports(tmp_path, REPORTS + "A,2023-12-31,FY,2024-02-10,5,9\n", create=False)
    assert run.reasons == {"unknown_instrument": 1}
    run = load_reports(
        tmp_path, REPORTS + "A,2023-12-31,FY,2024-02-10,5,9\nB,2023-12-31,FY,2024-02-10,5,9\n", symbols=("B",)
    )
    assert run.reasons == {"skipped_symbol": 1}


def test_krx_days_add_a_row_only_when_figures_change(tmp_path: Path) -> None:
    header = "TRD_DD,EPS,BPS,DPS\n"
    name = "MDCSTAT03502_ALL_KR7005930003_x.csv"

    def load(rows: str) -> tuple[int, int]:
        run = fundamentals_load(region="KR", source="krx", file=write(tmp_path, header + rows, name))
        return run.rows_inserted, run.rows_unchanged

    assert load("2021/01/05,100,200,3\n2021/01/04,100,200,3\n") == (1, 1)
    assert load("2021/01/06,100,200,3\n") == (0, 1)
    assert load("2021/01/07,110,200,3\n2021/01/06,100,200,3\n") == (1, 1)
    assert load("2021/01/05,100,200,3\n2021/01/04,100,200,3\n") == (0, 2)
    assert Fundamental.objects.count() == 2


def test_actions(tmp_path: Path) -> None:
    load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100\n")
    rows = "A,2024-01-03,split,2,\nA,2024-01-03,CASH_DIVIDEND,9,0.5\n"
    run = load_actions(tmp_path, rows)
    assert (run.rows_inserted, run.reasons) == (2, {"bars_readjusted": 1})
    assert CorporateAction.objects.get(kind="CASH_DIVIDEND").ratio is None
    before = changes("US", "bars")
    again = load_actions(tmp_path, rows)
    assert (again.rows_unchanged, again.reasons) == (2, {})
    assert changes("US", "bars") == before
    assert load_actions(tmp_path, "A,2024-01-03,SPLIT,4,\n").rows_updated == 1
    assert Instrument.objects.get().bars.get().adjustment_factor == 0.25


def test_actions_that_cannot_be(tmp_path: Path) -> None:
    load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100\n")
    run = load_actions(
        tmp_path,
        "A,,SPLIT,2,\nA,2024-01-03,MERGER,2,\nA,2024-01-03,SPLIT,0,\nA,2024-01-03,SPLIT,x,\nA,2999-01-01,SPLIT,2,\n"
        "A,2024-01-04,CASH_DIVIDEND,,\nB,2024-01-03,SPLIT,2,\nA,2024-01-05,SPLIT,2,\nA,2024-01-05,SPLIT,3,\n"
        "A,2024-01-08,SPLIT,2,\nA,2024-01-08,SPLIT,2,\n",
    )
    assert run.reasons == {
        "conflicting_rows": 2,
        "bad_date": 1,
        "bad_kind": 1,
        "bad_ratio": 1,
        "bad_number": 1,
        "future_date": 1,
        "bad_amount": 1,
        "unknown_instrument": 1,
        "duplicate": 1,
        "bars_readjusted": 1,
    }
    assert load_actions(tmp_path, "Z,,SPLIT,2,\n").state == "FAILED"


def load_list(folder: Path, text: str, **options: object):  # type: ignore[no-untyped-def]
    return instruments_load(**{"region": "US", "source": "csv", "file": write(folder, text)} | options)


def test_instruments(tmp_path: Path) -> None:
    text = "symbol,name,assetType,exchange,ipoDate,delistingDate,currency\n" + (
        "A,Agilent,Stock,NYSE,1999-11-18,null,\nNA,Nano,stock,,,,usd\nSPY,SPDR,ETF,,,,\n^GSPC,S&P 500,,,,,\n"
    )
    run = load_list(tmp_path, text)
    assert (run.state, run.rows_inserted) == ("DONE", 4)
    found = {item.ticker: item for item in Instrument.objects.all()}
    assert (found["A"].name, found["A"].listed_on, found["A"].delisted_on) == ("Agilent", dt.date(1999, 11, 18), None)
    assert [found[ticker].asset_type for ticker in ("A", "NA", "SPY", "SPX")] == ["STOCK", "STOCK", "ETF", "INDEX"]
    assert load_list(tmp_path, text).rows_unchanged == 4
    again = load_list(tmp_path, "ticker,name,sector\nA,,Health Care\n")
    assert (again.rows_updated, again.rows_inserted) == (1, 0)
    found["A"].refresh_from_db()
    assert (found["A"].name, found["A"].sector) == ("Agilent", "Health Care")  # an empty cell says nothing


def test_instruments_that_cannot_be(tmp_path: Path) -> None:
    text = "ticker,asset_type,currency,listed_on,delisted_on,name\n" + (
        "A,BOND,,,,\nB,,DOLLARS,,,\nC,,,soon,,\nD,,,2024-01-02,2023-01-02,\nE,,,,,x\nE,,,,,y\nF,,,,,x\nF,,,,,x\n"
    )
    run = load_list(tmp_path, text)
    assert run.reasons == {
        "conflicting_rows": 2,
        "bad_asset_type": 1,
        "bad_currency": 1,
        "bad_date": 1,
        "delisted_before_listed": 1,
        "duplicate": 1,
    }
    assert Instrument.objects.get().ticker == "F"
    with pytest.raises(ValueError, match="unknown asset type"):
        load_list(tmp_path, text, asset_type="BOND")


def test_korean_preferred_shares(tmp_path: Path) -> None:
    load_list(tmp_path, "ticker,asset_type\n005930,\n005935,STOCK\n00088K,\n069500,ETF\n", region="KR")
    found = dict(Instrument.objects.values_list("ticker", "asset_type"))
    assert found == {"005930": "STOCK", "005935": "PREFERRED", "00088K": "PREFERRED", "069500": "ETF"}


def test_refused_rows_as_csv(tmp_path: Path) -> None:
    run = load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100\n=1+1,soon,-5,x,1,,\n")
    lines = "".join(rejected_rows_csv(run.pk)).splitlines()
    assert lines[0].startswith("row_number,column,reason,message,")
    assert "'=1+1" in lines[1]  # no spreadsheet runs it
    assert ",-5," in lines[1]  # a number stays one
    clean = load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100\n")
    assert "".join(rejected_rows_csv(clean.pk)) == "row_number,column,reason,message\n"


def test_all_refused_rows_are_counted_and_the_first_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "KEPT_REJECTIONS", 3)
    run = load_bars(tmp_path, "A,2024-01-02,10,11,9,10,100\n" + "A,soon,1,1,1,1,1\n" * 10)
    assert (run.rows_rejected, run.rejected_rows.count()) == (10, 3)
