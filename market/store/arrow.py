"""Bulk reads as Arrow record batches through ADBC, on a connection of their own.

One connection is one REPEATABLE READ transaction, so that a data revision and the rows it stands for are
read from the same moment. It sees committed rows only.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

BATCH_BYTES = 4 * 1024 * 1024


def dsn() -> str:
    """The default connection's server, database and libpq options (TLS included) as a connection string."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    params = {key: value for key, value in connection.get_connection_params().items() if key in known}
    return make_conninfo(**params)


class _Lasting:
    """A database as ADBC knows it, once per process: learning its types takes ten times as long as connecting.

    It holds no connection to the server; closing one of its connections leaves it as it is.
    """

    def __init__(self, conninfo: str) -> None:
        import adbc_driver_postgresql  # noqa: PLC0415 - as below, seldom used

        self.database = adbc_driver_postgresql.connect(conninfo)

    def close(self) -> None:
        """Called with each of its connections."""


_lasting = cache(_Lasting)
# The driver counts a database's connections without a lock: two threads at once may lose one ("Open connection count
# underflowed").
_counting = threading.Lock()


@contextmanager
def snapshot() -> "Iterator[adbc.Connection]":
    """A connection whose reads all see the same moment; closed at the end."""
    from adbc_driver_manager import AdbcConnection, dbapi  # noqa: PLC0415 - brings pandas: a quarter of a second

    with _counting:
        lasting = _lasting(dsn())
        connected = AdbcConnection(lasting.database)
    arrow_connection = dbapi.Connection(lasting, connected)  # type: ignore[arg-type] # asked only to close
    try:
        with arrow_connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield arrow_connection
        arrow_connection.rollback()
    finally:
        with _counting:
            arrow_connection.close()


def batches(arrow_connection: "adbc.Connection", query: str) -> Iterator[pa.RecordBatch]:
    """The rows of ``query`` as record batches of a few MB. Values in ``query`` come from typed Python values only
    (dates, integers, region codes out of ``market.regions``): this protocol has no parameters for COPY."""
    import adbc_driver_postgresql  # noqa: PLC0415 - as above

    with arrow_connection.cursor() as cursor:
        cursor.adbc_statement.set_options(
            **{adbc_driver_postgresql.StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(BATCH_BYTES)}
        )
        cursor.execute(query)
        yield from cursor.fetch_record_batch()


def table(arrow_connection: "adbc.Connection", query: str) -> pa.Table:
    """All rows of ``query``; for results that are small by nature."""
    with arrow_connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table()
