"""A fresh database on the TimescaleDB server of TIMESCALE_DATABASE_URL, as Django's default one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import ConnectionHandler, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from quantsite.database_url import database_of

OpenSite = Callable[[str], BaseDatabaseWrapper]


@pytest.fixture(scope="module")
def timescale_url() -> str:
    url = os.environ.get("TIMESCALE_DATABASE_URL", "")
    if not url:
        pytest.skip("TIMESCALE_DATABASE_URL is not set (scripts/timescale_server.sh start prints one)")
    return url


@contextmanager
def default_database(url: str, name: str) -> Iterator[BaseDatabaseWrapper]:
    """An empty database ``name`` on the server of ``url``, dropped afterwards; Django's default within."""
    ordinary = connections["default"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
        settings = {**database_of(urlsplit(url)._replace(path=f"/{name}").geturl()), "ENGINE": "quantsite.db"}
        connections["default"] = ConnectionHandler({"default": settings})["default"]
        try:
            yield connections["default"]
        finally:
            connections["default"].close()
            connections["default"] = ordinary
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def site(timescale_url: str, django_db_blocker: object) -> Iterator[BaseDatabaseWrapper]:
    """A migrated database on the server; changes of one test are seen by the next."""
    with django_db_blocker.unblock(), default_database(timescale_url, f"quantsite_{os.getpid()}") as wrapper:
        call_command("migrate", verbosity=0)
        yield wrapper


@pytest.fixture
def earlier_site(
    timescale_url: str, django_db_blocker: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaseDatabaseWrapper]:
    """A database migrated while its server had no TimescaleDB."""
    name = f"quantsite_earlier_{os.getpid()}"
    with django_db_blocker.unblock(), default_database(timescale_url, name) as wrapper:
        with monkeypatch.context() as without:
            without.setattr(type(wrapper), "prepare_database", lambda self: None)
            call_command("migrate", verbosity=0)
        yield wrapper
