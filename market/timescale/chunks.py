"""Chunks made before they are needed."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction

from market.timescale.ddl import Hypertable
from market.timescale.editions import Edition, server_of

# A dimension of dates has bounds in UTC, whatever the session's time zone.
MISSING = """
    SELECT day FROM unnest(%s::date[]) AS day WHERE NOT EXISTS (
        SELECT FROM timescaledb_information.chunks WHERE hypertable_name = %s
        AND day::timestamp AT TIME ZONE 'UTC' >= range_start AND day::timestamp AT TIME ZONE 'UTC' < range_end)"""


def chunks_make(hypertable: Hypertable, dates: Iterable[dt.date]) -> int:
    """Make the chunks of ``dates`` that are missing; returns for how many dates one was.

    TimescaleDB makes a chunk with its first row and holds a lock on the hypertable until that transaction ends: another
    region's run would wait for the whole of it. So a long writer calls this before its transaction. A row is written
    and deleted in a transaction of its own, which nobody sees. Does nothing on plain tables.
    """
    names, values = list(hypertable.filler), list(hypertable.filler.values())
    with transaction.atomic(), connection.cursor() as cursor:
        if server_of(cursor).edition is Edition.ABSENT:
            return 0
        cursor.execute(MISSING, [sorted(set(dates)), hypertable.name])
        missing = [day for (day,) in cursor.fetchall()]
        if not missing:
            return 0
        column = hypertable.column
        rows = f"SELECT {', '.join(['day', *values])} FROM unnest(%s::date[]) AS day"
        cursor.execute(f"INSERT INTO {hypertable.name} ({', '.join([column, *names])}) {rows}", [missing])
        same = " AND ".join(f"{name} = {value}" for name, value in hypertable.filler.items())
        cursor.execute(f"DELETE FROM {hypertable.name} WHERE {column} = ANY(%s) AND {same}", [missing])
        return len(missing)
