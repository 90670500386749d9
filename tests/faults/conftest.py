"""One server and one prepared database for all tests here; each test works on copies of it."""

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.faults.server import Server
from tests.faults.site import Machine, outcomes

numbers = count()
LONG_ONES = "QUANTSITE_TEST_FAULTS"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those of minutes run where they are asked for."""
    if not os.environ.get(LONG_ONES):
        for item in items:
            if item.get_closest_marker("faults"):
                item.add_marker(pytest.mark.skip(reason=f"takes minutes: make faults, or {LONG_ONES}=1"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def prepared(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a small market and jobs that wait."""
    server.ask("postgres", "CREATE DATABASE prepared")
    home = tmp_path_factory.mktemp("preparing")
    Machine(home / "site", server.url("prepared")).run("-m", "tests.faults.prepare")
    return "prepared"


@pytest.fixture
def database(server: Server, prepared: str) -> str:
    """A copy of its own."""
    name = f"live{next(numbers)}"
    server.ask("postgres", f"CREATE DATABASE {name} TEMPLATE {prepared}")
    return name


@pytest.fixture(scope="module")
def undisturbed(server: Server, prepared: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the jobs come to when one process does them one after the other."""
    server.ask("postgres", f"CREATE DATABASE undisturbed TEMPLATE {prepared}")
    home = tmp_path_factory.mktemp("alone")
    Machine(home / "site", server.url("undisturbed")).run("-m", "tests.faults.alone")
    return outcomes(server, "undisturbed")


@pytest.fixture
def machine(server: Server, database: str, tmp_path: Path) -> Iterator[Callable[..., Machine]]:
    """Makes machines; all of their processes are gone at the end."""
    made: list[Machine] = []

    def make(name: str, host: str = "127.0.0.1", namespace: str = "") -> Machine:
        made.append(Machine(tmp_path / name, server.url(database, host), namespace))
        return made[-1]

    yield make
    for one in made:
        one.kill()
