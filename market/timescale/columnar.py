"""COPY straight into the columnstore."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from market.timescale.editions import Edition, server_of

SETTING = "timescaledb.enable_direct_compress_copy"


@contextmanager
def direct_compress(cursor: CursorWrapper, *, many_days: bool = True) -> Iterator[bool]:
    """Within, the transaction's COPY into a hypertable with a columnstore writes compressed columns; yields whether.

    Does nothing without ``many_days`` (a single day's scores are better kept as rows until their month is whole), nor
    unless ``TIMESCALE_DIRECT_COMPRESS`` is set and the server is the Community edition, 2.21 or later. With continuous
    aggregates on the table TimescaleDB obeys from 2.24 on; before that it writes rows as ever. So it does for a table
    whose key it would have to check, which is why ``timescale_sql --apply`` takes the key away when the setting is
    on. Rows in the order of the columnstore (factor, instrument, date) compress best, and no row of a
    COPY may be there already: delete first, in the same transaction.
    """
    if not many_days or not _available(cursor):
        yield False
        return
    cursor.execute(f"SET LOCAL {SETTING} = on")
    yield True
    # Not in a finally: after an error the transaction is gone, and the setting with it.
    cursor.execute(f"SET LOCAL {SETTING} = off")


def _available(cursor: CursorWrapper) -> bool:
    if not settings.TIMESCALE_DIRECT_COMPRESS or server_of(cursor).edition is not Edition.COMMUNITY:
        return False
    cursor.execute("SELECT current_setting(%s, true) IS NOT NULL", [SETTING])
    return bool(cursor.fetchone()[0])
