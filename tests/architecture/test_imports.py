"""The one direction of imports: backtests -> portfolio -> etfs -> factors -> market; nobody imports quantsite, and
calculations know neither Django nor files.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.shared_data import ROOT

FLOORS = ["market", "factors", "etfs", "portfolio", "backtests"]  # each may import itself and those before it
PURE = [
    "market/calc", "market/panel.py", "factors/calc", "factors/combiners", "factors/formulas", "factors/library",
    "factors/engine.py", "factors/base.py", "etfs/calc", "portfolio/calc", "backtests/calc", "backtests/sizing",
    "backtests/diagnosis",
]  # fmt: skip
IMPURE = {
    "django",
    "psycopg",
    "adbc_driver_postgresql",
    "requests",
    "rich",
    "os",
    "pathlib",
    "sqlite3",
    "urllib",
    "subprocess",
}
IMPURE_OWN = ("models", "store", "services", "api", "views", "admin", "tasks", "management")


def sources(*places: str) -> list[Path]:
    """Python files under ``places``, migrations left out."""
    found = [ROOT / place for place in places]
    files = [file for path in found for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))]
    return [file for file in files if "migrations" not in file.parts]


@cache
def imports(file: Path) -> list[tuple[str, int, bool]]:
    """(module, line, whether it stands inside a function) of every import."""
    return list(imports_read(file))


def imports_read(file: Path) -> Iterator[tuple[str, int, bool]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = {
        id(node) for function in ast.walk(tree) if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} is a relative import"
            yield from ((f"{node.module}.{alias.name}", node.lineno, id(node) in inside) for alias in node.names)


def where(file: Path, line: int, module: str) -> str:
    return f"{file.relative_to(ROOT)}:{line} imports {module}"


@pytest.mark.parametrize("app", FLOORS)
def test_an_app_imports_only_apps_below_it(app):
    forbidden = {*FLOORS[FLOORS.index(app) + 1 :], "quantsite", "tests", "benchmarks"}
    files = sources(app)
    assert files
    assert [where(f, line, m) for f in files for m, line, _ in imports(f) if m.split(".")[0] in forbidden] == []


@pytest.mark.parametrize("app", FLOORS)
def test_no_import_inside_a_function(app):
    houses = (*FLOORS, "quantsite")
    breaches = [
        where(f, line, m)
        for f in sources(app)
        for m, line, inside in imports(f)
        if inside and m.split(".")[0] in houses
    ]
    assert breaches == []


@pytest.mark.parametrize("place", PURE)
def test_calculations_are_pure(place):
    breaches = []
    for file in sources(place):
        for module, line, _ in imports(file):
            parts = module.split(".")
            own = parts[0] in FLOORS and len(parts) > 1 and parts[1] in IMPURE_OWN
            if parts[0] in IMPURE or own:
                breaches.append(where(file, line, module))
    assert breaches == []


@pytest.mark.parametrize("app", FLOORS)
def test_apps_reach_another_app_s_tables_through_its_doors(app):
    """Nobody imports the private names of another module."""
    private = [
        where(f, line, m) for f in sources(app) for m, line, _ in imports(f)
        if m.split(".")[0] in FLOORS and any(part.startswith("_") and part[:2] != "__" for part in m.split("."))
    ]  # fmt: skip
    assert private == []


def test_the_check_itself_sees_a_breach(tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text("import factors.engine\ndef f():\n    from market.models import PriceBar\n")
    assert imports(file) == [("factors.engine", 1, False), ("market.models.PriceBar", 3, True)]
