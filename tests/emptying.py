"""Emptying the database after a test that committed: only tables that were filled.

Django empties all sixty tables and then makes content types, permissions and schedules anew, which takes longer than
most tests. The first call does that and keeps in mind what is there then; later calls leave those rows alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from pytest_django import DjangoDbBlocker

# What the tables hold that are not empty in an empty database, per process; of changes each emptying notes new ones.
_kept: dict[str, str] = {}
CHANGES = "market_datachange"

REFERENCED = "SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid <> conrelid"
ON_TRUNCATE = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 <> 0"
SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"


def database_emptied() -> None:
    """As ``manage.py flush`` leaves it; sequences go on."""
    with connection.cursor() as cursor:
        if _kept and _told(cursor, _kept) == _kept and _column(cursor, SUPERUSER) == [True]:
            _empty(cursor)
            return
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
        _kept.clear()
        _kept.update(_told(cursor, [table for table in _filled(cursor) if table != CHANGES]))


@contextmanager
def emptied_after(blocker: DjangoDbBlocker) -> Iterator[None]:
    """For what a fixture commits for all tests of its module: all tables are emptied at the end."""
    try:
        yield
    finally:
        with blocker.unblock():
            database_emptied()


def _empty(cursor: CursorWrapper) -> None:
    filled = [table for table in _filled(cursor) if table not in _kept]
    referenced = set(_column(cursor, REFERENCED))
    alone = [table for table in filled if table not in referenced]
    statements = [f"TRUNCATE {', '.join(alone)}"] if alone else []
    # TRUNCATE would also want the tables that refer to these; a replica asks neither foreign keys nor triggers.
    deletions = [f"DELETE FROM {table}" for table in filled if table in referenced]
    if deletions:
        statements += [
            "SET LOCAL session_replication_role = replica",
            *deletions,
            "SET LOCAL session_replication_role = origin",
        ]
    # A flush truncates empty tables, too, and what watches for it must hear of it.
    statements += [f"DELETE FROM {table} WHERE false" for table in _column(cursor, ON_TRUNCATE) if table not in alone]
    cursor.execute("; ".join(["BEGIN", *statements, "COMMIT"]))


def _filled(cursor: CursorWrapper) -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return _column(
        cursor, " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
    )


def _told(cursor: CursorWrapper, tables: dict[str, str] | list[str]) -> dict[str, str]:
    """Table: a digest of its rows."""
    digest = "SELECT '{0}', md5(string_agg(row::text, '' ORDER BY row::text)) FROM {0} AS row"
    cursor.execute(" UNION ALL ".join(digest.format(table) for table in tables))
    return dict(cursor.fetchall())


def _column(cursor: CursorWrapper, query: str) -> list:
    cursor.execute(query)
    return [value for (value,) in cursor.fetchall()]
