"""Files that are not what they should be are refused in words that name the file and the reason."""

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from etfs.sources import grids
from etfs.sources.base import SourceProblem
from tests.etfs.sources.helpers import parse, xlsx, zipped

HEADER = ["Name", "Ticker", "Identifier", "SEDOL", "Weight", "Sector", "Shares Held", "Local Currency"]
LINE = ["APPLE INC", "AAPL", "037833100", "2046251", 6.727683, "-", 185531362.0, "USD"]
PREAMBLE = [["Fund Name:", "A fund"], ["Ticker Symbol:", "SPY"], ["Holdings:", "As of 07-Feb-2025"], []]
BOOK = xlsx([*PREAMBLE, HEADER, LINE])
PAGE = "<!DOCTYPE html>\n<html><head><title>Access denied</title></head></html>"


def refused(content: bytes | str, name: str, source: str = "spdr") -> SourceProblem:
    with pytest.raises(SourceProblem) as caught:
        parse(source, content, name)
    assert name in str(caught.value)
    return caught.value


def test_the_book_itself_is_read() -> None:
    found = parse("spdr", BOOK, "spy.xlsx").compositions[0]
    assert (found.fund, str(found.as_of_date), str(found.lines[0].weight)) == ("SPY", "2025-02-07", "6.727683")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_book(share: float) -> None:
    assert "damaged or truncated XLSX" in str(refused(BOOK[: int(len(BOOK) * share)], "spy.xlsx"))


def test_a_book_with_a_damaged_part() -> None:
    middle = len(BOOK) // 3
    content = BOOK[:middle] + bytes(200) + BOOK[middle + 200 :]
    refused(content, "spy.xlsx")


@pytest.mark.parametrize("name", ["spy.csv", "spy.xlsx"])
def test_a_page_saved_as_a_file(name: str) -> None:
    assert "HTML page" in str(refused(PAGE, name))


def test_a_spreadsheet_in_xml() -> None:
    assert "XML document" in str(refused('<?xml version="1.0"?><ss:Workbook/>', "igln.xls"))


@pytest.mark.parametrize("content", ["", " \n \r\n", "\ufeff"])
def test_an_empty_file(content: str) -> None:
    problem = refused(content, "spy.csv")
    assert problem.error_type in ("empty", "schema")


def test_a_header_without_rows() -> None:
    problem = refused(",".join(HEADER) + "\n", "spy.csv")
    assert problem.error_type == "empty"
    assert "no rows below" in str(problem)


def test_a_bomb() -> None:
    content = zipped(30_000_000)
    assert len(content) < 100_000
    problem = refused(content, "spy.xlsx")
    assert problem.error_type == "refused"
    assert "times its size" in str(problem)


def test_a_bomb_by_what_it_unpacks_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MAX_UNPACKED", 1_000)
    assert refused(BOOK, "spy.xlsx").error_type == "refused"
    assert refused(gzip.compress(b"a,b\n" * 1_000), "spy.csv.gz").error_type == "refused"


def test_a_sheet_whose_only_cell_is_far_away() -> None:
    """A million empty rows cost nothing to write and much to read."""
    book = openpyxl.Workbook()
    book.active.cell(row=1_048_576, column=16_384, value="x")
    buffer = io.BytesIO()
    book.save(buffer)
    assert "rows" in str(refused(buffer.getvalue(), "spy.xlsx"))


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MAX_ROWS", 5)
    assert refused("a,b\n" * 10, "spy.csv").error_type == "refused"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(grids, "MAX_BYTES", 99)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(SourceProblem, match=r"large\.csv: 100 bytes, more than the 99 allowed"):
        grids.read_raw(path)
    assert refused("x" * 100, "large.csv").error_type == "refused"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match=r"gone\.csv: cannot be read"):
        grids.read_raw(tmp_path / "gone.csv")


def test_a_damaged_gzip_file() -> None:
    packed = gzip.compress(b"a,b\n1,2\n" * 100)
    assert "gzip" in str(refused(packed[:-20], "ark.csv.gz", "ark"))
    assert "gzip" in str(refused(packed[:5] + b"xxxxxxxxxxxx", "ark.csv.gz", "ark"))


def test_missing_columns_are_named() -> None:
    header = ",".join(name for name in HEADER if name not in ("Weight", "Ticker"))
    message = str(refused(header + "\nAPPLE INC,037833100,2046251,-,185531362,USD\n", "spy.csv"))
    assert "missing column Ticker, Weight or Weight (%) or Percent of Fund" in message
    assert "the file has: Name, Identifier" in message


def test_no_header_at_all() -> None:
    assert "no header row found (looked for Name, Ticker, Weight" in str(
        refused("dear,reader\nhow,are\n", "letter.csv")
    )


def test_a_column_twice() -> None:
    assert "more than once" in str(refused(",".join([*HEADER, "Weight (%)"]) + "\n" + "x," * 8 + "1\n", "spy.csv"))


def test_an_entity_bomb_in_a_sheet() -> None:
    """XML that names entities is refused, however small."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    source, target = io.BytesIO(BOOK), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            new.writestr(item, bomb if item.filename == "xl/workbook.xml" else old.read(item))
    refused(target.getvalue(), "spy.xlsx")
