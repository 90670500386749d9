"""The benchmark's own database, and the settings of the processes it starts.

Nothing of the user's is touched: the database has a name of its own on the same server, and panel caches are
kept apart by database name.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ

CHECKOUT = Path(__file__).resolve().parent.parent
NAMES = {False: "quantsite_bench", True: "quantsite_bench_quick"}


def settings_prepare(quick: bool) -> None:
    """Point the settings of this process, and of those it starts, at the benchmark's database; before django.setup."""
    environ.Env.read_env(CHECKOUT / ".env")  # as the settings do: DATABASE_URL may stand there
    os.environ["DJANGO_SETTINGS_MODULE"] = "quantsite.settings"
    name_set(NAMES[quick])


def name_set(name: str) -> None:
    """Let the settings of processes started from now on name this database."""
    os.environ["QUANTSITE_DATABASE"] = name
    if url := os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


class BenchDatabase:
    """Creating, migrating and dropping the database; its scratch directory and panel caches with it."""

    def __init__(self) -> None:
        # Models and settings can be imported only after settings_prepare and django.setup.
        from django.conf import settings  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        self.connection = connection
        self.name = str(connection.settings_dict["NAME"])
        self.caches = Path(settings.PANEL_CACHE_DIR)
        self.scratch = Path(settings.VAR_DIR) / "bench"
        if self.name not in NAMES.values() or self.caches.name != self.name:
            raise RuntimeError(f"the settings use the database {self.name!r} instead of the benchmark's own")

    def create(self, keep: bool) -> None:
        """An empty migrated database, or with ``keep`` the one of the last run if there is one."""
        from django.core.management import call_command  # noqa: PLC0415

        if not keep:
            self.drop()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{self.name}"')
        self.scratch.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)

    @contextmanager
    def beside(self, suffix: str) -> Iterator[None]:
        """Another empty migrated database for a while, dropped at the end: this process and its children use it."""
        from django.conf import settings  # noqa: PLC0415

        name, caches = self.name, self.caches
        self._use(f"{name}_{suffix}", caches.with_name(f"{name}_{suffix}"), settings)
        try:
            self.create(keep=False)
            yield
        finally:
            self.drop()
            self._use(name, caches, settings)
            self.scratch.mkdir(parents=True, exist_ok=True)  # both databases share it

    def _use(self, name: str, caches: Path, settings: Any) -> None:
        self.connection.close()
        self.connection.settings_dict["NAME"] = self.name = name
        settings.PANEL_CACHE_DIR = self.caches = caches
        name_set(name)

    def is_filled(self) -> bool:
        """Scores are what is filled in last."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM factors_factorscore)")
            return bool(cursor.fetchone()[0])

    def drop(self) -> None:
        """Remove the database and everything made for it."""
        self.connection.close()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        shutil.rmtree(self.caches, ignore_errors=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
