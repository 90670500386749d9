"""Price and instrument sources read from small files; the registry of sources."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from market.regions import REGIONS
from market.sources import FetchRequest, FileProblem, source_get, source_names
from market.sources.base import SPLIT, TOTAL_RETURN, Frame, Source
from market.sources.registry import register, registry_reset
from tests.market.files import write


def fetch(source: str, path: Path | None, kind: str = "prices", **more: Any) -> Frame:
    found = source_get(source)
    return found.fetch(FetchRequest(kind, REGIONS[found.region or "US"], path, **more))


def test_yahoo_ticker_from_column_option_or_file_name(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,1,2,1,2,1.9,100\n"
    frame = fetch("yahoo", write(tmp_path, text, "BRK-B.csv"))
    assert frame.basis == SPLIT
    assert frame.table.to_pylist()[0]["ticker"] == "BRK-B"
    assert frame.table.to_pylist()[0]["adj_close"] == "1.9"
    assert fetch("yahoo", write(tmp_path, text, "x.csv"), ticker="A").table.column("ticker").to_pylist() == ["A"]
    wide = "Ticker," + text.replace("\n2024", "\nMSFT,2024")
    assert fetch("yahoo", write(tmp_path, wide)).table.column("ticker").to_pylist() == ["MSFT"]


def test_generic_needs_a_ticker(tmp_path: Path) -> None:
    path = write(tmp_path, "date,close\n2024-01-02,1\n")
    with pytest.raises(FileProblem, match="--ticker"):
        fetch("csv", path)
    assert fetch("csv", path, ticker="A").table.column("ticker").to_pylist() == ["A"]


MARCAP = "Code,Name,Market,Close,Open,High,Low,Volume,Amount,Marcap,Stocks,Date\n"
DAY = "ISU_SRT_CD,ISU_ABBRV,MKT_NM,TDD_CLSPRC,TDD_OPNPRC,TDD_HGPRC,TDD_LWPRC,ACC_TRDVOL,ACC_TRDVAL,MKTCAP,LIST_SHRS\n"


@pytest.mark.parametrize("source", ["marcap", "krx"])
def test_korean_layouts(tmp_path: Path, source: str) -> None:
    marcap = write(tmp_path, MARCAP + "005930,삼성전자,KOSPI,100,90,110,80,5,500,1000,10,2022-01-03\n", "m.csv")
    row = fetch(source, marcap).table.to_pylist()[0]
    assert (row["ticker"], row["name"], row["close"], row["date"]) == ("005930", "삼성전자", "100", "2022-01-03")
    day = write(tmp_path, DAY + '060310,3S,KOSDAQ,"2,165",1,1,1,1,1,1,1\n', "MDCSTAT01501_ALL_20201230.csv")
    row = fetch(source, day).table.to_pylist()[0]
    assert (row["ticker"], row["exchange"], row["close"], row["date"]) == ("060310", "KOSDAQ", "2,165", "2020-12-30")
    assert fetch(source, day, date=dt.date(2021, 1, 4)).table.column("date").to_pylist() == ["2021-01-04"]


def test_korean_listing_has_one_row_per_code(tmp_path: Path) -> None:
    text = MARCAP + "A,old,KOSPI,1,1,1,1,1,1,1,1,2022-01-03\nB,b,KOSPI,1,1,1,1,1,1,1,1,2022-01-03\n"
    text += "A,new,KOSPI,1,1,1,1,1,1,1,1,2022-01-04\n"
    rows = fetch("marcap", write(tmp_path, text), "instruments").table.to_pylist()
    assert sorted((row["ticker"], row["name"]) for row in rows) == [("A", "new"), ("B", "b")]


def test_demo_prices_are_real_and_complete() -> None:
    frame = fetch("demo", None)
    table = frame.table.to_pandas()
    assert frame.basis == TOTAL_RETURN
    assert table.groupby("asset_type")["ticker"].nunique().to_dict() == {"ETF": 5, "INDEX": 1, "STOCK": 20}
    assert len(table) == 20 * 8313 + 5 * 2264 + 8313
    assert set(table.loc[table["volume"].notna(), "ticker"]) == {"AAPL", "MSFT"}
    # 9,616,100 raw shares before splits of 2, 2, 7 and 4 to 1
    first = table[(table["ticker"] == "AAPL") & (table["date"] == "2000-03-01")]
    assert first["volume"].item() == 9_616_100 * 112
    assert fetch("demo", None, "instruments").table.num_rows == 26


def test_demo_is_american() -> None:
    with pytest.raises(FileProblem, match="region US"):
        source_get("demo").fetch(FetchRequest("prices", REGIONS["KR"]))


def test_demo_says_which_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market.sources.demo.find_spec", lambda name: None)
    with pytest.raises(FileProblem, match="needs the package skfolio"):
        fetch("demo", None)


class _One(Source):
    name = "one"
    kinds = ("prices",)

    def fetch(self, request: FetchRequest) -> Frame:
        return Frame.of(pa.table({}))


class _Other(_One):
    pass


def test_registry() -> None:
    known = source_names()
    with registry_reset():
        assert source_names() == []
        register(_One)
        register(_One)  # the same class again is no collision
        assert source_names("prices") == ["one"]
        assert source_names("actions") == []
        with pytest.raises(ValueError, match="two data sources are called 'one'"):
            register(_Other)
        with pytest.raises(ValueError, match="use one of one"):
            source_get("csv")
    assert source_names() == known
    with pytest.raises(ValueError, match="no source 'yahoo' for actions"):
        source_get("yahoo", "actions")
