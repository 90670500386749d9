"""The tables a backup needs: those of its own migrations, not of the newest."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from quantsite.backup import catalogue
from quantsite.backup.errors import BackupError
from quantsite.backup.manifest import Manifest

SHOWN = 5


def schema_prepare(manifest: Manifest, *, is_empty: bool) -> None:
    """Make the tables in an empty database; BackupError when the backup is of a newer version, or the tables there are
    not at its migrations."""
    executor = MigrationExecutor(connection)
    wanted = set(manifest.migrations)
    if unknown := sorted(wanted - executor.loader.disk_migrations.keys()):
        raise BackupError(
            f"the backup is of a newer version (it has {_named(unknown)}): bring this one up to date first"
        )
    if is_empty:
        connection.prepare_database()
        executor.migrate(_newest(executor, wanted))
        return
    with connection.cursor() as cursor:
        present = set(catalogue.migrations_read(cursor))
    if present != wanted:
        differ = _named(sorted(present ^ wanted))
        raise BackupError(f"the database is at other migrations ({differ}): restore into a new, empty database")


def _newest(executor: MigrationExecutor, wanted: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of each app the migrations of the backup that no other of them builds on."""
    nodes = executor.loader.graph.node_map
    return [
        key
        for key in sorted(wanted)
        if not any(child.key in wanted and child.key[0] == key[0] for child in nodes[key].children)
    ]


def _named(migrations: list[tuple[str, str]]) -> str:
    shown = ", ".join(f"{app}.{name}" for app, name in migrations[:SHOWN])
    return shown if len(migrations) <= SHOWN else f"{shown} and {len(migrations) - SHOWN} more"
