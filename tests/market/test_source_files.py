"""Reading files: encodings, delimiters, Parquet, and what is said about files that cannot be used."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from market.sources.base import FileProblem
from market.sources.files import pick, read_table
from tests.market.files import write

GOOD = "ticker,date,close\n000660,2024-01-02,10\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n \n", "the file is empty"),
        (b"ticker,date,close\n", "no rows below"),
        (b"PK\x03\x04....", "Excel or ZIP"),
        (b"%PDF-1.7", "a PDF file"),
        (b"\x1f\x8b\x08damaged", "damaged gzip"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-9], "damaged gzip"),
        (b"PAR1 and nothing more", "damaged Parquet"),
        (b"ticker\0,date\n1,2\n", "zero bytes"),
        (b"ticker,date,close\nA,2024-01-02,1\nB\xff\xff,2024-01-02,1\n", "line 3 .byte 34."),
        (b"ticker,date,date\nA,1,2\n", "more than once"),
    ],
)
def test_useless_files_say_why(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileProblem, match=message):
        read_table(write(tmp_path, content))


def test_missing_files_and_columns(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be read"):
        read_table(tmp_path / "absent.csv")
    table, _, _ = read_table(write(tmp_path, GOOD))
    with pytest.raises(FileProblem, match=r"missing column volume or vol .the file has: ticker, date, close"):
        pick(table, {"volume": ("volume", "vol")}, required=("volume",), name="f.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    table, rows, bad = read_table(write(tmp_path, "코드,이름\n000660,하이닉스\n".encode(encoding)))
    assert table.to_pylist() == [{"코드": "000660", "이름": "하이닉스"}]
    assert (rows.tolist(), bad) == ([1], ())


def test_gzip_delimiters_and_quotes(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, gzip.compress(GOOD.encode())))[0].num_rows == 1
    assert read_table(write(tmp_path, GOOD.replace(",", ";")))[0].column_names == ["ticker", "date", "close"]
    table, _, _ = read_table(write(tmp_path, '"a","b"\r\n"x, y","two\nlines"\r\n'))
    assert table.to_pylist() == [{"a": "x, y", "b": "two\nlines"}]


def test_words_that_look_like_nothing_stay_text(tmp_path: Path) -> None:
    table, _, _ = read_table(write(tmp_path, "ticker,n\nNA,1\nTRUE,2\nnull,3\n00088K,4\n"))
    assert table.column("ticker").to_pylist() == ["NA", "TRUE", "null", "00088K"]


def test_rows_that_do_not_fit_the_header_are_told_by_number(tmp_path: Path) -> None:
    table, rows, bad = read_table(write(tmp_path, "a,b\n1,2\n3\n4,5\n6,7,8\n9,10\n"))
    assert table.column("a").to_pylist() == ["1", "4", "9"]
    assert rows.tolist() == [1, 3, 5]
    assert [(row.row_number, row.reason) for row in bad] == [(2, "wrong_field_count"), (4, "wrong_field_count")]
    assert "1 fields where the header has 2" in bad[0].message


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "prices.parquet"
    pq.write_table(pa.table({"ticker": pa.array(["000660"]).dictionary_encode(), "close": [1.5]}), path)
    table, _, _ = read_table(path)
    assert table.to_pylist() == [{"ticker": "000660", "close": 1.5}]
    pq.write_table(pa.table({"ticker": [660], "close": [1.5]}), path)
    with pytest.raises(FileProblem, match="must be text"):
        pick(read_table(path)[0], {"ticker": ("ticker",)}, required=(), name="p")
