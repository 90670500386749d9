"""Headers as spreadsheets and old programs write them."""

import pytest

from market.sources.base import FileProblem
from market.sources.files import parse_csv


def read(text: str) -> dict[str, list[str]]:
    return parse_csv(text.encode(), "x.csv")[0].to_pydict()


@pytest.mark.parametrize("text", ["\n\r\na,b\n1,2\n", "a,b\r1,2\r", "a,b\r\n1,2\r\n"])
def test_blank_lines_above_and_other_line_ends(text: str) -> None:
    assert read(text) == {"a": ["1"], "b": ["2"]}


def test_columns_without_a_name_are_kept_apart() -> None:
    assert read("a,b,,\n1,2,,\n") == {"a": ["1"], "b": ["2"], "column 3": [""], "column 4": [""]}


def test_one_name_in_two_cases_is_a_doubled_column() -> None:
    with pytest.raises(FileProblem, match="the header has 'DATE', 'date' more than once"):
        read("ticker,date,DATE\nA,1,2\n")


@pytest.mark.parametrize("text", ["a,b", "a,b\n", "a,b\r", "\na,b\n\n"])
def test_a_header_alone(text: str) -> None:
    with pytest.raises(FileProblem, match="a header but no rows below it"):
        read(text)
