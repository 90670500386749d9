"""Empty databases with TimescaleDB, as Django's default one.

Apache edition: on the server of TIMESCALE_DATABASE_URL. Community edition: WebAssembly in a Node process per database.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import ConnectionHandler, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from quantsite.database_url import database_of

PGLITE = Path(__file__).parent / "pglite"
OpenDatabase = Callable[[], AbstractContextManager[str]]  # gives its URL, without the extension; removes it at the end


@contextmanager
def server_database() -> Iterator[str]:
    url = os.environ.get("TIMESCALE_DATABASE_URL", "")
    if not url:
        pytest.skip("TIMESCALE_DATABASE_URL is not set (scripts/timescale_server.sh start prints one)")
    name = f"quantsite_{os.getpid()}_{os.urandom(3).hex()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def webassembly_database() -> Iterator[str]:
    if shutil.which("node") is None or not (PGLITE / "node_modules").is_dir():
        pytest.skip("needs Node and `npm ci` in tests/timescale/pglite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", str(PGLITE / "serve.mjs"), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            url = f"postgres://postgres:none@127.0.0.1:{port}/postgres?sslmode=disable"
            yield url
        finally:
            process.kill()


@contextmanager
def default_database(url: str) -> Iterator[BaseDatabaseWrapper]:
    """The database of ``url`` is Django's default within."""
    ordinary = connections["default"]
    connections["default"] = ConnectionHandler({"default": {**database_of(url), "ENGINE": "quantsite.db"}})["default"]
    try:
        yield connections["default"]
    finally:
        connections["default"].close()
        connections["default"] = ordinary


@pytest.fixture(scope="module", params=[server_database, webassembly_database], ids=["apache", "community"])
def open_database(request: pytest.FixtureRequest) -> OpenDatabase:
    return request.param


@pytest.fixture(scope="module")
def site(open_database: OpenDatabase, django_db_blocker: object) -> Iterator[BaseDatabaseWrapper]:
    """A migrated database; changes of one test are seen by the next."""
    with django_db_blocker.unblock(), open_database() as url, default_database(url) as wrapper:
        with wrapper.cursor() as cursor:
            # By hand, since WebAssembly cannot have it in shared_preload_libraries, where `migrate` looks.
            cursor.execute("CREATE EXTENSION timescaledb")
        call_command("migrate", verbosity=0)
        yield wrapper


@pytest.fixture
def earlier_site(
    open_database: OpenDatabase, django_db_blocker: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaseDatabaseWrapper]:
    """A database migrated while its server had no TimescaleDB."""
    with django_db_blocker.unblock(), open_database() as url, default_database(url) as wrapper:
        with monkeypatch.context() as without:
            without.setattr(type(wrapper), "prepare_database", lambda self: None)
            call_command("migrate", verbosity=0)
        yield wrapper
