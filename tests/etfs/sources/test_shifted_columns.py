"""A row of a real file whose cells moved one column to the left or right is never taken for a good one."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from etfs.sources.base import Kind
from tests.etfs.sources.helpers import parse

FILES = [
    ("ark", "holdings/ark_raw/ARKK/2021-10-08.csv", "date,", Kind.HOLDINGS),
    ("ishares", "holdings/ivv_2023-04-06.csv", "Ticker,", Kind.HOLDINGS),
    ("spdr", "holdings/spy_sample.csv", "Name,", Kind.HOLDINGS),
    ("invesco", "holdings/qqq_2025-09-26.csv", "Fund Ticker,", Kind.HOLDINGS),
    ("vanguard", "holdings/vwra_sample.csv", "Ticker,", Kind.HOLDINGS),
    ("index_list", "holdings/xlv_index_2025-02-03.csv", "Symbol,", Kind.HOLDINGS),
    ("krx_pdf", "krx/MDCSTAT05001_KR7152100004_20210402.csv", "COMPST_ISU_CD,", Kind.HOLDINGS),
    ("krx_etf", "krx/MDCSTAT04601.csv", "ISU_CD,", Kind.FUNDS),
    ("krx_etf", "krx/MDCSTAT04501_KR7069500007_20210104_20210108.csv", "TRD_DD,", Kind.STATS),
    ("kr_etf", "krx/kr_etf/069500.csv", "날짜,", Kind.STATS),
    ("ishares_nav", "holdings/ishares_ca_xem_nav_2009_2016.csv", '"As Of",', Kind.STATS),
]


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file[1])
def test_a_shifted_row_is_bad(shared_data: Path, file: tuple[str, str, str, Kind], by: int) -> None:
    source, path, header, kind = file
    text = (shared_data / path).read_text(encoding="utf-8-sig")
    top, body = text[: text.index(header)], text[text.index(header) :]
    rows = list(csv.reader(io.StringIO(body)))
    cells = rows[3]
    rows[3] = ["", *cells[:-1]] if by > 0 else [*cells[1:], ""]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    region = "KR" if source.startswith(("krx", "kr_")) else "US"
    found = parse(source, top + out.getvalue(), path, kind, ticker="AAA", date=dt.date(2024, 1, 2), region=region)
    bad = [*found.bad_rows, *(row for composition in found.compositions for row in composition.bad_rows)]
    assert {row.row_number for row in bad} == {3}
