"""What pages make out of names (figures, findings, combiners, reasons) has a Korean word; files stay English."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

from backtests.calc.ledger import Ending, Reason
from backtests.calc.rules import Exit
from backtests.report import comparison_page, comparison_report, session_overview, session_report
from backtests.report.finding_forms import FORMS
from backtests.report.meaning import GROUPS, OTHER, english, label, meanings, units
from backtests.report.retelling import retold
from backtests.sizing import all_sizings
from factors.combiners.registry import all_combiners
from factors.services.catalogue import factors_resolved
from factors.views.reasons import REASONS
from market.jobs.registry import kinds
from portfolio.calc.stress.windows import HISTORICAL
from tests.backtests.report.results import result, run

ROOT = Path(__file__).resolve().parents[2]
CHECKS = sorted((ROOT / "backtests" / "diagnosis" / "checks").glob("[!_]*.py"))
HANGUL = re.compile("[가-힣]")


def titles_of_findings() -> Iterator[str]:
    """Literals in the place of the title of every ``Finding(...)`` of the checks."""
    for path in CHECKS:
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


def said(of: ast.expr, function: ast.FunctionDef) -> list[str]:
    """Every text that an expression of a check can be, 7 for each figure in it."""
    match of:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return [*said(one, function), *said(other, function)]
        case ast.Call(func=ast.Name(id="counted"), args=[_, ast.Constant(value=noun)]):
            return [f"1 {noun}", f"7 {noun}s"]
        case ast.JoinedStr(values=parts):
            found = [said(part, function) for part in parts]
            return ["".join(text) for text in product(*found)]
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name):
            given = [one.value for one in ast.walk(function) if isinstance(one, ast.Assign) and named(one, name)]
            texts = (ast.Constant, ast.IfExp, ast.JoinedStr)
            return [text for value in given if isinstance(value, texts) for text in said(value, function)] or ["7"]
        case ast.FormattedValue(value=value):
            return said(value, function)
    return ["7"]


def named(assigned: ast.Assign, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in assigned.targets)


def messages() -> Iterator[tuple[str, str]]:
    """Codes of findings, and what their checks can say."""
    for path in CHECKS:
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            for call in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding":
                    code = ast.literal_eval(call.args[0])
                    yield from ((code, text) for text in said(call.args[3], function))


def test_what_checks_say_is_told_in_korean() -> None:
    found = list(messages())
    assert {code for code, _ in found} == set(FORMS)
    with override("ko"):
        assert [(code, text) for code, text in found if not HANGUL.search(retold(code, text))] == []
    assert [text for code, text in found if retold(code, text) != text] == []


def test_figures_of_a_finding_stand_where_they_belong_in_korean() -> None:
    stored = "The benchmark returned 83.8 %, the strategy -12.5 % over the same sessions."
    with override("ko"):
        told = retold("benchmark_not_beaten", stored)
        assert told == "같은 기간 벤치마크 수익률은 83.8%, 전략 수익률은 -12.5%입니다."
        assert retold("benchmark_not_beaten", "Of another version.") == "Of another version."
        assert retold("gone", stored) == stored
