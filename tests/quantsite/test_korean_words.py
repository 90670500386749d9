"""What pages make out of names (figures, findings, combiners, reasons) has a Korean word; files stay English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

from backtests.calc.ledger import Ending, Reason
from backtests.calc.rules import Exit
from backtests.report import comparison_page, comparison_report, session_overview, session_report
from backtests.report.meaning import GROUPS, OTHER, english, label, meanings, units
from backtests.sizing import all_sizings
from factors.combiners.registry import all_combiners
from factors.services.catalogue import factors_resolved
from factors.views.reasons import REASONS
from market.jobs.registry import kinds
from portfolio.calc.stress.windows import HISTORICAL
from tests.backtests.report.results import result, run

ROOT = Path(__file__).resolve().parents[2]
HANGUL = re.compile("[가-힣]")


def titles_of_findings() -> Iterator[str]:
    """Literals in the place of the title of every ``Finding(...)`` of the checks."""
    for path in sorted((ROOT / "backtests" / "diagnosis" / "checks").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding":
                parts = ast.walk(call.args[2])
                yield from (one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str))


def words_of_combiners() -> Iterator[str]:
    for kind in all_combiners():
        yield from (kind.name.replace("_", " "), kind.description())
        for option in kind.options:
            yield from (option.name.replace("_", " "), option.help, *option.choices)


def untold(words: Iterator[str] | list[str]) -> list[str]:
    """Those that a Korean reader meets in English."""
    with override("ko"):
        return [word for word in words if gettext(word) == word]


def test_figures_of_backtests() -> None:
    assert untold([english(name) for name in units()]) == []
    assert untold(list(meanings().values())) == []
    assert untold([unit for unit in units().values() if unit != "%"]) == []
    assert untold([*GROUPS, OTHER]) == []


def test_findings_reasons_and_sizings() -> None:
    titles = list(titles_of_findings())
    assert len(titles) > 40
    assert untold(titles) == []
    assert untold([one.name for one in (*Reason, *Ending, *Exit)]) == []
    assert untold(all_sizings()) == []


@pytest.mark.django_db
def test_combiners_factors_jobs_and_bad_times() -> None:
    assert untold(words_of_combiners()) == []
    assert untold([code.replace("_", " ") for code in REASONS]) == []
    assert untold([factor.category for factor in factors_resolved()]) == []
    assert untold([kind.title for kind in kinds()]) == []
    assert untold([window.title for window in HISTORICAL]) == []


def test_a_page_is_korean_and_the_file_of_the_same_is_english() -> None:
    found = result(run(sessions=160))
    with override("ko"):
        overview, report = session_overview(found), session_report(found)
        compared, comparison = comparison_page([found, found]), comparison_report([found, found])
        assert label("sharpe_ratio") == "샤프 지수"
    told = [section.title for page in (overview, compared) for section in page.sections]
    told += [str(tile.label) for tile in overview.tiles if not str(tile.label).startswith("CAGR")]
    told += [name for page in (overview, compared) for name, _text in page.facts]
    assert [text for text in told if not HANGUL.search(text)] == []
    scripts = re.compile(r"<script.*?</script>", re.DOTALL)
    assert [HANGUL.findall(scripts.sub("", text)) for text in (report, comparison)] == [[], []]
