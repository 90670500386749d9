"""The Korean texts of the pages: whole, and fit for the places they stand in."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "locale" / "ko" / "LC_MESSAGES"
# %(name)s and %s of Python, {x} of format, and tags: what a text has to hand on as it is.
HANDED_ON = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?(?:a|code)\b[^>]*>")
CODE = ("backtests", "portfolio", "etfs", "factors", "market", "quantsite")
Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def korean() -> polib.POFile:
    return polib.pofile(str(MESSAGES / "django.po"))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def keys(entries: polib.POFile | polib.MOFile) -> set[Key]:
    return {(entry.msgctxt, entry.msgid) for entry in entries}


def test_every_text_is_translated_and_none_is_a_guess(korean: polib.POFile) -> None:
    assert len(korean) > 1000
    assert [entry.msgid for entry in korean.untranslated_entries()] == []
    assert [entry.msgid for entry in korean.fuzzy_entries()] == []
    assert [entry.msgid for entry in korean.obsolete_entries()] == []


def test_a_translation_hands_on_what_its_text_does(korean: polib.POFile) -> None:
    def differing() -> Iterator[tuple[str, str]]:
        for entry in korean:
            # Of a plural, Korean has the form of many: the one that names the number.
            wanted = sorted(HANDED_ON.findall(entry.msgid_plural or entry.msgid))
            yield from ((entry.msgid, text) for text in texts(entry) if sorted(HANDED_ON.findall(text)) != wanted)

    assert list(differing()) == []


def test_a_formatted_translation_can_be_formatted(korean: polib.POFile) -> None:
    """A lone % in a text with %(name)s breaks the page that shows it."""
    for entry in korean:
        named = dict.fromkeys(re.findall(r"%\((\w+)\)", entry.msgid_plural or entry.msgid), 1)
        for text in texts(entry) if named else []:
            assert "%(" not in text % named


def test_the_compiled_file_is_that_of_the_texts(korean: polib.POFile) -> None:
    compiled = {(one.msgctxt, one.msgid): texts(one) for one in polib.mofile(str(MESSAGES / "django.mo"))}
    assert compiled == {(one.msgctxt, one.msgid): texts(one) for one in korean}


def test_no_text_of_the_pages_is_missing(korean: polib.POFile, tmp_path: Path) -> None:
    if not shutil.which("xgettext"):
        pytest.skip("xgettext is not installed: the texts of the pages cannot be gathered")
    for name in (*CODE, "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("static", "migrations", "*.pyc"))
    (tmp_path / "locale").mkdir()
    gather = [sys.executable, "-m", "django", "makemessages", "-l", "ko", "--no-location", "--no-obsolete"]
    subprocess.run(gather, cwd=tmp_path, check=True, capture_output=True)
    gathered = polib.pofile(str(tmp_path / "locale" / "ko" / "LC_MESSAGES" / "django.po"))
    assert keys(gathered) - keys(korean) == set()
