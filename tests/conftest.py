"""What all tests share: caches of their own, a database that is emptied quickly, the shared real data."""

import gc
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import TransactionTestCase

from tests.emptying import database_emptied
from tests.shared_data import find_shared_data

numbers = count()


def pytest_configure() -> None:
    """Passwords are hashed quickly: a safe hash takes as long as ten pages."""
    site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: searching it for garbage takes a tenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 20)
    gc.enable()


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
