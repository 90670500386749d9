"""What the database's own catalogue says of its tables."""

from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper
from psycopg import sql

MIGRATIONS = "django_migrations"  # compared, never copied
_OURS = """
FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND c.relnamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
TABLES = f"""
SELECT c.relname, array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
    AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) {_OURS} ORDER BY c.relname
"""
SEQUENCES = f"""
SELECT c.relname || '.' || a.attname, s.oid::regclass::text
{
    _OURS.replace(
        "WHERE",
        '''JOIN pg_depend i ON i.refobjid = c.oid AND i.deptype IN ('a', 'i')
    JOIN pg_class s ON s.oid = i.objid AND s.relkind = 'S'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.refobjsubid WHERE''',
        1,
    )
} ORDER BY 1
"""
FOREIGN_KEYS = f"""
SELECT k.conrelid::regclass::text, quote_ident(k.conname), pg_get_constraintdef(k.oid)
FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0
AND k.conrelid IN (SELECT c.oid {_OURS}) ORDER BY 1, 2
"""
TRIGGERED = f"""
SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t
WHERE NOT t.tgisinternal AND t.tgname NOT LIKE 'ts_%%' AND t.tgrelid IN (SELECT c.oid {_OURS})
"""
HYPERTABLES = "SELECT hypertable_name::text FROM timescaledb_information.hypertables"


@dataclass(frozen=True)
class ForeignKey:
    table: str
    name: str
    definition: str


def tables_read(cursor: CursorWrapper) -> dict[str, list[str]]:
    """Table -> columns, of all tables but that of migrations; chunks and views are none."""
    cursor.execute(TABLES)
    return {name: columns for name, columns in cursor.fetchall() if name != MIGRATIONS}


def sequences_read(cursor: CursorWrapper) -> dict[str, int]:
    """``table.column`` -> the id it gives next."""
    cursor.execute(SEQUENCES)
    found = {}
    for key, sequence in cursor.fetchall():
        cursor.execute(f"SELECT last_value + is_called::int FROM {sequence}")
        found[key] = cursor.fetchone()[0]
    return found


def sequences_set(cursor: CursorWrapper, wanted: dict[str, int]) -> None:
    """Not with ``setval``, which a transaction that fails does not take back."""
    cursor.execute(SEQUENCES)
    for key, sequence in cursor.fetchall():
        if key in wanted:
            cursor.execute(f"ALTER SEQUENCE {sequence} RESTART WITH {wanted[key]:d}")


def foreign_keys_read(cursor: CursorWrapper) -> list[ForeignKey]:
    cursor.execute(FOREIGN_KEYS)
    return [ForeignKey(*row) for row in cursor.fetchall()]


def triggered_read(cursor: CursorWrapper) -> list[str]:
    """Plain tables with triggers of ours. Those of hypertables heed ``quantsite.bulk``."""
    cursor.execute(TRIGGERED)
    found = [name for (name,) in cursor.fetchall()]
    cursor.execute("SELECT to_regclass('timescaledb_information.hypertables') IS NOT NULL")
    if cursor.fetchone()[0]:
        cursor.execute(HYPERTABLES)
        found = sorted(set(found) - {name for (name,) in cursor.fetchall()})
    return found


def migrations_read(cursor: CursorWrapper) -> list[tuple[str, str]]:
    """What was applied; [] where there is not even the table."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [MIGRATIONS])
    if not cursor.fetchone()[0]:
        return []
    cursor.execute(f"SELECT app, name FROM {MIGRATIONS} ORDER BY app, name")
    return [(app, name) for app, name in cursor.fetchall()]


def columns_named(table: str, columns: list[str]) -> tuple[sql.Identifier, sql.Composable]:
    """Quoted for a statement."""
    return sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
