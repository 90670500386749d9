"""What every data source promises."""

import pytest

from market.regions import REGIONS
from market.sources import FetchRequest, FileProblem, source_get, source_names
from market.sources.base import BASES, KINDS
from tests.shared_data import ROOT


@pytest.mark.parametrize("name", source_names())
def test_a_source_says_what_it_is(name: str) -> None:
    source = source_get(name)
    assert source.name == name
    assert source.title
    assert set(source.kinds) <= set(KINDS)
    assert source.basis in BASES
    assert source.rate_limit is None
    assert source.region is None or source.region in REGIONS


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in source_names() for kind in source_get(name).kinds])
def test_every_column_is_documented(name: str, kind: str) -> None:
    assert source_get(name).columns[kind]


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in source_names() for kind in source_get(name).kinds])
def test_a_file_of_another_kind_is_refused_in_words(name: str, kind: str, tmp_path) -> None:
    source = source_get(name)
    if not source.needs_file:
        pytest.skip("reads no file")
    path = tmp_path / "letter.csv"
    path.write_text("dear,reader\nhow,are you\n")
    with pytest.raises(FileProblem, match=r"letter\.csv"):
        source.fetch(FetchRequest(kind, REGIONS[source.region or "US"], path))


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in source_names() for kind in source_get(name).kinds])
def test_the_documentation_has_every_column(name: str, kind: str) -> None:
    text = (ROOT / "docs" / "data-formats.md").read_text(encoding="utf-8")
    section = text.split(f"### {name}: {kind}\n")[1].split("\n## ")[0].split("\n### ")[0]
    rows = [f"| `{column}` | {meaning} |" for column, meaning in source_get(name).columns[kind].items()]
    assert [row for row in rows if row not in section] == []
