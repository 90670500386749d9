"""Files that are not what they should be are refused in words that name the file and the reason."""

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from etfs.sources import grids
from etfs.sources.base import SourceProblem
from etfs.store import files
from etfs.store.files import file_read
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


def test_a_gzip_bomb_by_its_ratio() -> None:
    content = gzip.compress(b"a,b\n" * 2_000_000)
    assert len(content) < 10_000
    problem = refused(content, "spy.csv.gz")
    assert (problem.error_type, "more than 200 times its size" in str(problem)) == ("refused", True)


def test_a_gzip_file_that_goes_on_after_its_end() -> None:
    """What follows would be lost without a word."""
    packed = gzip.compress(b"a,b\n")
    assert "more follows" in str(refused(packed + gzip.compress(b"1,2\n"), "spy.csv.gz"))
    assert "no header row" in str(refused(packed + bytes(20), "spy.csv.gz"))  # zeros at the end are padding


@pytest.mark.parametrize(
    "row",
    ["," * 30_000_000, "x" * 201_000, '"\n",' * 60_000],
    ids=["a line of commas", "a long cell", "a quote opened again on every line"],
)
def test_a_row_without_end_is_not_taken_apart(row: str) -> None:
    problem = refused(f"{','.join(HEADER)}\n{row}\n", "spy.csv")
    assert (problem.error_type, "a row of more than 200,000 characters" in str(problem)) == ("refused", True)


def test_too_many_columns() -> None:
    wide = [f"c{number}" for number in range(201)]
    for content, name in ((",".join(wide) + "\n", "spy.csv"), (xlsx([wide]), "spy.xlsx")):
        problem = refused(content, name)
        assert (problem.error_type, "row 1 has more than 200 columns" in str(problem)) == ("refused", True)


@pytest.mark.parametrize(("limit", "what"), [("MAX_CELLS", "cells"), ("MAX_CHARACTERS", "characters")])
def test_too_many_cells_or_characters(monkeypatch: pytest.MonkeyPatch, limit: str, what: str) -> None:
    """A sheet may name one long text in every cell: small as a file, and unpacked."""
    monkeypatch.setattr(grids, limit, 100)
    for content, name in (("ab,cd,ef\n" * 50, "spy.csv"), (xlsx([["ab", "cd", "ef"]] * 50), "spy.xlsx")):
        problem = refused(content, name)
        assert (problem.error_type, f"more than 100 {what}" in str(problem)) == ("refused", True)


def test_json_of_millions_of_values() -> None:
    problem = refused("[" + "[]," * 3_000_000 + "[]]", "product.json", "amundi")
    assert (problem.error_type, "values" in str(problem)) == ("refused", True)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(files, "LARGEST", 99)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was read"))
    with pytest.raises(SourceProblem, match=r"large\.csv: .* at most"):
        file_read(path)


def test_bytes_that_are_too_many_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MAX_BYTES", 99)
    assert refused("x" * 100, "large.csv").error_type == "refused"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match=r"gone\.csv: cannot be read"):
        file_read(tmp_path / "gone.csv")


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
