"""What every ETF source that reads files promises."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import etfs.sources  # noqa: F401 # fills the registry
from etfs.sources.base import ERROR_TYPES, Ask, FileSource, Kind, Parsed, Raw, SourceProblem
from etfs.sources.registry import source_get, source_names
from market.regions import REGIONS
from tests.shared_data import ROOT

NAMES = source_names(base=FileSource)
PAIRS = [(name, kind) for name in NAMES for kind in source_get(name).kinds]
PAGE = b"<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head><body>Sorry</body></html>"
GARBAGE = {
    "nothing": b"",
    "blanks": b" \r\n\t\n",
    "a mark of byte order": b"\xef\xbb\xbf",
    "zero bytes": b"\0" * 1_000,
    "text with zero bytes": b"a,b\n1,\0\n",
    "a page": PAGE,
    "a page as a small letter": PAGE.lower(),
    "a letter": b"dear,reader\nhow,are you\n",
    "a header of nobody": b"a,b,c\n",
    "the head of a book": b"PK\x03\x04" + b"\x14\0\6\0" * 40,
    "an old book": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "the head of gzip": b"\x1f\x8b\x08\0\0\0\0\0",
    "a document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "no encoding": bytes(range(128, 256)) * 4,
    "half a JSON": b'{"products": [{"characteristics": {',
    "an error as JSON": b'{"error": "rate limit", "code": 429}',
    "an open quote": b'Ticker,Name,"Weight\n' * 3,
}


def parse(name: str, kind: Kind, content: bytes) -> Parsed:
    source = source_get(name)
    region = REGIONS[source.regions[0] if source.regions else "US"]
    return source.parse(Raw(content, "file.csv"), Ask(kind, region, ticker="AAA", date=dt.date(2024, 1, 2)))


@pytest.mark.parametrize("name", NAMES)
def test_a_source_says_what_it_is(name: str) -> None:
    source = source_get(name)
    assert source.name == name
    assert source.title
    assert source.kinds
    assert set(source.kinds) <= set(Kind)
    assert set(source.regions) <= set(REGIONS)
    assert source.columns
    assert all(column and column == column.strip() for column in source.columns)
    assert source.checked in ("recording", "contract")


@pytest.mark.parametrize("name", source_names())
def test_the_documentation_has_every_column(name: str) -> None:
    text = (ROOT / "docs" / "etf-sources.md").read_text(encoding="utf-8")
    section = text.split(f"### {name}: columns\n")[1].split("\n### ")[0]
    rows = [f"| `{column}` | {meaning} |" for column, meaning in source_get(name).columns.items()]
    assert [row for row in rows if row not in section] == []


def test_the_file_sources() -> None:
    expected = {
        "amundi", "ark", "ark_prices", "csv", "index_list", "invesco", "ishares", "ishares_nav", "kr_etf", "krx_etf",
        "krx_pdf", "spdr", "vanguard",
    }  # fmt: skip
    assert expected <= set(NAMES)


@pytest.mark.parametrize("what", GARBAGE)
@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_what_is_no_answer_is_refused_in_words(name: str, kind: Kind, what: str) -> None:
    with pytest.raises(SourceProblem, match=r"file\.csv") as caught:
        parse(name, kind, GARBAGE[what])
    assert caught.value.error_type in ERROR_TYPES


@pytest.mark.parametrize(("name", "kind"), PAIRS)
@given(content=st.binary(min_size=1, max_size=300))
@settings(max_examples=15, deadline=None)
def test_any_bytes_are_refused(name: str, kind: Kind, content: bytes) -> None:
    with pytest.raises(SourceProblem):
        parse(name, kind, content)


@pytest.mark.parametrize(("name", "kind"), PAIRS)
@given(cells=st.lists(st.text(max_size=12), min_size=1, max_size=40), cut=st.integers(0, 2_000))
@settings(max_examples=20, deadline=None)
def test_rows_of_anything_never_raise_anything_else(name: str, kind: Kind, cells: list[str], cut: int) -> None:
    """Below the source's own header; the same bytes always give the same answer."""
    header = ",".join(f'"{column}"' for column in source_get(name).columns)
    body = "\n".join(",".join(cells[i:]) for i in range(min(len(cells), 5)))
    content = f"{header}\n{body}".encode("utf-8", "replace")
    for text in (content, content[:cut]):
        try:
            found = parse(name, kind, text)
        except SourceProblem:
            continue
        assert found == parse(name, kind, text)
