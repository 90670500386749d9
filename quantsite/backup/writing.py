"""Making a backup."""

import datetime as dt
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from quantsite.backup import catalogue
from quantsite.backup.errors import BackupError
from quantsite.backup.manifest import NAME, Manifest, Part, file_member, table_member
from quantsite.secret import FILE_NAME

# Everything else under var/ is a cache or made by the embedded server.
KEPT_FILES = (FILE_NAME,)
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
COMPRESSION = 1  # text of numbers: higher levels take four times as long for a tenth less
ROWS_AT_ONCE = 5_000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Written:
    path: Path
    bytes: int
    tables: int
    rows: int
    files: int


def backup_write(*, path: Path, progress: Progress = lambda stage, done, total: None) -> Written:
    """The whole database as of one moment, and what of ``var/`` cannot be made anew, in a file that only its owner may
    read (it holds the secret key). The site may go on meanwhile. BackupError when there is nothing to save, or the file
    exists; an interrupted backup leaves no file of that name.
    """
    if path.exists():
        raise BackupError(f"{path} exists: choose another name")
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
                manifest = _fill(archive, progress)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
    rows = sum(part.rows for part in manifest.tables.values())
    return Written(path, path.stat().st_size, len(manifest.tables), rows, len(manifest.files))


def _fill(archive: zipfile.ZipFile, progress: Progress) -> Manifest:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        migrations = catalogue.migrations_read(cursor)
        if not migrations:
            raise BackupError("the database is empty: there is nothing to save")
        tables, known = {}, catalogue.tables_read(cursor)
        for number, (table, columns) in enumerate(known.items(), 1):
            tables[table] = _table_write(archive, cursor, table, columns)
            progress(table, number, len(known))
        sequences = catalogue.sequences_read(cursor)
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    files = {name: _file_write(archive, name) for name in KEPT_FILES if (settings.VAR_DIR / name).is_file()}
    now = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    manifest = Manifest(settings.VERSION, now, server, migrations, tables, sequences, files)
    archive.writestr(NAME, manifest.as_json())
    return manifest


def _table_write(archive: zipfile.ZipFile, cursor: CursorWrapper, table: str, columns: list[str]) -> Part:
    name, named = catalogue.columns_named(table, columns)
    # A query, since COPY of a hypertable itself finds no rows.
    statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(named, name)
    with cursor.copy(statement) as copy:
        digest, size = _write(archive, table_member(table), _gathered(copy))
    return Part(digest, size, columns, cursor.rowcount)


def _gathered(rows: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    """COPY gives a row at a time; compressed one by one they take several times as long."""
    iterator = iter(rows)
    for some in iter(lambda: list(islice(iterator, ROWS_AT_ONCE)), []):
        yield b"".join(some)


def _file_write(archive: zipfile.ZipFile, name: str) -> Part:
    return Part(*_write(archive, file_member(name), [(settings.VAR_DIR / name).read_bytes()]))


def _write(archive: zipfile.ZipFile, member: str, chunks: Iterable[bytes]) -> tuple[str, int]:
    """(SHA-256 of the content, its length)."""
    digest, size = hashlib.sha256(), 0
    with archive.open(member, "w", force_zip64=True) as file:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    return digest.hexdigest(), size
