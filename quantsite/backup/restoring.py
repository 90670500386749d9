"""Putting a backup back: everything is looked at first, then all rows come in one transaction."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from factors.services import aggregates_refresh
from quantsite.backup import catalogue
from quantsite.backup.errors import BackupError
from quantsite.backup.manifest import NAME, Manifest, file_member, table_member
from quantsite.backup.schema import schema_prepare

CHUNK = 1 << 20
# What `migrate` fills: a database with rows in these tables alone is empty.
SEEDED = {
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_q_schedule",
    "market_datachange",
}  # fmt: skip
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Restored:
    """``key_changed``: another secret key than before is in place, and processes that run must be started anew."""

    manifest: Manifest
    rows: int
    key_changed: bool


def backup_restore(
    *, path: Path, force: bool = False, progress: Progress = lambda stage, done, total: None
) -> Restored:  # fmt: skip
    """Make the database what it was when the backup was made, then bring it to the migrations of this version.

    BackupError before anything is touched: for a damaged file, a backup of a newer version, a database with rows unless
    ``force``, or one at other migrations than the backup. All rows come in one transaction: when that fails, the
    database is as it was (an empty one has its tables then). Views of aggregates are made anew.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = manifest_read(archive)
            content_check(archive, manifest, progress)
            schema_prepare(manifest, is_empty=database_check(force))
            _rows_restore(archive, manifest, progress)
            changed = [_file_restore(archive, name) for name in manifest.files]
    except (OSError, zipfile.BadZipFile) as error:
        raise BackupError(f"{path} cannot be read: {error}") from error
    except DatabaseError as error:
        raise BackupError(f"the database refused the backup, and is as it was: {error}") from error
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner knows nothing of rows that came at once
    aggregates_refresh()
    return Restored(manifest, sum(part.rows for part in manifest.tables.values()), any(changed))


def manifest_read(archive: zipfile.ZipFile) -> Manifest:
    try:
        return Manifest.of_json(archive.read(NAME))
    except KeyError:
        raise BackupError(f"it is no backup of this site: it has no {NAME}") from None


def content_check(archive: zipfile.ZipFile, manifest: Manifest, progress: Progress) -> None:
    """Every member read once and its checksum compared; BackupError names the first that is not what was written."""
    members = manifest.members()
    for number, (member, part) in enumerate(members.items(), 1):
        digest = hashlib.sha256()
        try:
            for chunk in _chunks(archive, member):
                digest.update(chunk)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise BackupError(f"the backup is damaged: {member}: {error}") from error
        if digest.hexdigest() != part.sha256:
            raise BackupError(f"the backup is damaged: {member} has another checksum than was noted")
        progress("checking", number, len(members))


def database_check(force: bool) -> bool:
    """Whether the database has no tables at all; BackupError when rows would be lost and nobody said so."""
    with connection.cursor() as cursor:
        if not catalogue.migrations_read(cursor):
            if found := catalogue.tables_read(cursor):
                raise BackupError(f"the database holds tables of something else: {', '.join(list(found)[:5])}")
            return True
        for table in catalogue.tables_read(cursor):
            if table not in SEEDED and not force:
                cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
                if cursor.fetchone()[0]:
                    raise BackupError(
                        f"the database is not empty ({table} has rows): --force replaces everything in it"
                    )
    return False


def _rows_restore(archive: zipfile.ZipFile, manifest: Manifest, progress: Progress) -> None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        _compare(manifest, catalogue.tables_read(cursor))
        with _unguarded(cursor):
            tables = sql.SQL(", ").join(map(sql.Identifier, manifest.tables))
            cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
            for number, table in enumerate(manifest.tables, 1):
                _table_restore(archive, cursor, table, manifest)
                progress(table, number, len(manifest.tables))
            catalogue.sequences_set(cursor, manifest.sequences)


def _compare(manifest: Manifest, present: dict[str, list[str]]) -> None:
    """BackupError unless tables and columns are those of the backup (their order does not matter)."""
    for table in sorted(manifest.tables.keys() | present.keys()):
        part = manifest.tables.get(table)
        if part is None or sorted(part.columns) != sorted(present.get(table, [])):
            raise BackupError(f"the table {table} is not the one of the backup: restore into a new, empty database")


@contextmanager
def _unguarded(cursor: CursorWrapper) -> Iterator[None]:
    """Without foreign keys and triggers, which come back, and are checked, before the transaction ends.

    A key made anew is checked with one join; row by row it would take longer than the copying itself.
    """
    cursor.execute("SELECT set_config('quantsite.bulk', 'on', true)")
    keys, triggered = catalogue.foreign_keys_read(cursor), catalogue.triggered_read(cursor)
    for key in keys:
        cursor.execute(f"ALTER TABLE {key.table} DROP CONSTRAINT {key.name}")
    for table in triggered:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in triggered:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for key in keys:
        cursor.execute(f"ALTER TABLE {key.table} ADD CONSTRAINT {key.name} {key.definition}")


def _table_restore(archive: zipfile.ZipFile, cursor: CursorWrapper, table: str, manifest: Manifest) -> None:
    part = manifest.tables[table]
    if not part.rows:
        return
    name, columns = catalogue.columns_named(table, part.columns)
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, columns)) as copy:
        for chunk in _chunks(archive, table_member(table)):
            copy.write(chunk)
    if cursor.rowcount != part.rows:
        raise BackupError(f"{table}: {cursor.rowcount} rows came, {part.rows} were noted; nothing was changed")


def _file_restore(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether the file is another than before; that one stays beside it."""
    path, content = settings.VAR_DIR / name, archive.read(file_member(name))
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{name}.restored")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    if path.exists():
        path.replace(path.with_name(f"{name}.before-restore"))
    draft.replace(path)
    return True


def _chunks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            yield chunk
