"""A quote that is never closed must not take the rows below it along in silence."""

from pathlib import Path

import pytest

from market.models import RejectedRow
from market.sources.files import parse_csv
from tests.market.files import load_bars

HEADER = "ticker,date,close,name\n"
ROWS = [f"A,2024-01-{day:02d},5,Foo\n" for day in range(2, 13)]


@pytest.mark.django_db
def test_an_open_quote_in_the_last_column_is_told(tmp_path: Path) -> None:
    rows = [*ROWS]
    rows[2] = 'A,2024-01-04,5,"Foo\n'
    run = load_bars(tmp_path, "".join(rows), header=HEADER)
    assert (run.state, run.rows_inserted, run.rows_rejected, run.reasons) == ("PARTLY", 2, 1, {"open_quote": 1})
    kept = RejectedRow.objects.get()
    assert (kept.row_number, kept.column) == (3, "name")
    assert "8 lines below or never" in kept.message
    assert "2024-01-12" in kept.raw["name"]


def test_a_quote_closed_rows_later_is_told_too() -> None:
    rows = [*ROWS]
    rows[2], rows[5] = 'A,2024-01-04,5,"Foo\n', 'A,2024-01-07,5,Foo"\n'
    table, numbers, bad = parse_csv((HEADER + "".join(rows)).encode(), "x")
    assert table.num_rows == len(rows) - 4
    assert [row.reason for row in bad] == ["open_quote"]
    assert numbers.tolist() == [1, 2, 4, 5, 6, 7, 8]


def test_a_name_of_two_lines_is_no_open_quote() -> None:
    table, _, bad = parse_csv((HEADER + 'A,2024-01-02,5,"Foo\nand, Sons"\n' + ROWS[3]).encode(), "x")
    assert not bad
    assert table.column("name").to_pylist() == ["Foo\nand, Sons", "Foo"]
