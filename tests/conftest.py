"""What all tests share: caches of their own, a database that is emptied quickly, the shared real data."""

import gc
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from tests.emptying import database_emptied
from tests.shared_data import find_shared_data

numbers = count()
# Walks through the whole site, references that compute everything twice, thousands of odd bodies: measuring them would
# double their minutes, and what they run has tests of its own, which alone must cover the code.
NOT_MEASURED = (
    "tests/browser/", "tests/contracts/", "tests/faults/", "tests/queries/", "tests/security/", "tests/timescale/",
    "tests/backtests/api/test_hostile.py", "tests/backtests/calc/test_reference.py", "tests/backtests/outcomes/",
    "tests/backtests/sweeps/test_workers.py", "tests/backtests/test_us_", "tests/etfs/test_heavy.py",
    "tests/etfs/test_importing.py", "tests/factors/analysis/test_alphalens.py", "tests/factors/test_hostile_bodies.py",
    "tests/portfolio/rebalancing/test_properties.py",
)  # fmt: skip


def pytest_configure() -> None:
    """Passwords are hashed quickly: a safe hash takes as long as ten pages."""
    site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Coverage rests, where it is measured at all, through tests and fixtures of ``NOT_MEASURED``."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = plugin.cov_controller if plugin and item.nodeid.startswith(NOT_MEASURED) else None
    if controller:
        controller.pause()
    try:
        return (yield)
    finally:
        if controller:
            controller.resume()


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: searching it for garbage takes a tenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 20)
    gc.enable()


@pytest.fixture(autouse=True)
def own_language() -> None:
    """English, whatever the last request of the test before asked for."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_panel_cache(settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test builds its own panel caches; most build none, so no directory is made for them."""
    settings.PANEL_CACHE_DIR = tmp_path_factory.getbasetemp() / f"panels{next(numbers)}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> None:
    """A commit does not wait for the disk: nothing of a test's database must survive a power cut."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off; SET synchronous_commit = off")


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database_emptied())
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market data; skips where it is absent."""
    return find_shared_data()
