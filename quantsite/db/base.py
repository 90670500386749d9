"""Django's door to the database.

Starts the embedded server on the first connection, never at import: ``manage.py check`` starts nothing.
"""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.db import OperationalError, ProgrammingError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient
from psycopg import errors, sql
from timescale.db.backends.postgresql.base import DatabaseWrapper as TimescaleWrapper

from quantsite.embedded import EmbeddedPostgresError, ensure_running
from quantsite.embedded.layout import binary

logger = logging.getLogger(__name__)

MAINTENANCE_DATABASE = "postgres"


class DatabaseClient(PostgresClient):
    """``manage.py dbshell``, which never connects by itself, and needs psql, which the wheel brings."""

    connection: "DatabaseWrapper"

    def runshell(self, parameters: Iterable[str]) -> None:
        if self.connection.embedded_data_dir is not None:
            self.connection.get_connection_params()
            self.executable_name = str(binary("psql"))
        super().runshell(parameters)


class DatabaseWrapper(TimescaleWrapper):
    """django-timescaledb's backend, plus the embedded server, minus the need for TimescaleDB.

    The key ``EMBEDDED_DATA_DIR`` of the database's settings names the directory of the embedded server;
    absent or None, ``HOST`` and the others count as always.
    """

    client_class = DatabaseClient

    @property
    def embedded_data_dir(self) -> Path | None:
        value = self.settings_dict.get("EMBEDDED_DATA_DIR")
        return Path(value) if value else None

    def get_connection_params(self) -> dict[str, Any]:
        if self.embedded_data_dir is not None:
            try:
                self.settings_dict["HOST"] = str(ensure_running(self.embedded_data_dir))
            except EmbeddedPostgresError as error:
                raise OperationalError(str(error)) from error
        params: dict[str, Any] = super().get_connection_params()
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            # libpq gives no error code when a connection fails; the embedded server speaks English.
            missing = f'database "{conn_params.get("dbname")}" does not exist'
            if self.embedded_data_dir is None or missing not in str(error):
                raise
        _create_database(conn_params)
        return super().get_new_connection(conn_params)

    def prepare_database(self) -> None:
        """Enable TimescaleDB where the server has it; without it the site works on plain tables."""
        # Past django-timescaledb's own method, which fails on servers without the extension.
        PostgresWrapper.prepare_database(self)
        with self.cursor() as cursor:
            cursor.execute("SELECT installed_version FROM pg_available_extensions WHERE name = 'timescaledb'")
            row = cursor.fetchone()
            if row is None or row[0] is not None:
                return
            cursor.execute("SHOW shared_preload_libraries")
            if "timescaledb" not in cursor.fetchone()[0]:
                logger.warning("TimescaleDB is not in shared_preload_libraries: using plain tables.")
                return
            try:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            except ProgrammingError as error:
                logger.warning("TimescaleDB could not be enabled, using plain tables: %s", error)


def _create_database(conn_params: dict[str, Any]) -> None:
    """Create the database of these connection parameters on the embedded server."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(conn_params["dbname"]))
    with psycopg.connect(
        host=conn_params["host"], user=conn_params["user"], dbname=MAINTENANCE_DATABASE, autocommit=True
    ) as connection:
        try:
            connection.execute(statement)
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            logger.debug("Another process created the database first.")
