"""Data revisions: what changed, from which date on, as panel caches need to know it."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

LOCK_CLASS = 7421  # shared with the trigger in migration 0002


@dataclass(frozen=True)
class Revision:
    """The newest change of a region and kind; ``stamp`` tells two databases with equal ids apart."""

    id: int
    stamp: str


def change_lock(cursor: CursorWrapper, region: str, kind: str) -> None:
    """Serialise the writers of one region and kind until the transaction ends, so that revisions become
    visible in the order of their ids."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, f"{kind}:{region}"])
    cursor.execute("SELECT set_config('quantsite.bulk', 'on', true)")


def change_note(cursor: CursorWrapper, region: str, kind: str, changed_from: dt.date) -> int:
    """Record a change (call in the transaction that makes it, after ``change_lock``); returns the revision id."""
    cursor.execute(
        "INSERT INTO market_datachange (region, kind, changed_from) VALUES (%s, %s, %s) RETURNING id",
        [region, kind, changed_from],
    )
    return int(cursor.fetchone()[0])


def revision_now(region: str, kind: str) -> Revision:
    """The current revision; id 0 where nothing was ever loaded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, created_at::text FROM market_datachange WHERE region = %s AND kind = %s"
            " ORDER BY id DESC LIMIT 1",
            [region, kind],
        )
        row = cursor.fetchone()
    return Revision(int(row[0]), row[1]) if row else Revision(0, "")


def changed_since(region: str, kind: str, revision: Revision) -> dt.date | None:
    """The earliest date touched after ``revision``; None when nothing was. ``date.min`` when that revision is
    unknown.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(changed_from) FILTER (WHERE id > %s),"
            " count(*) FILTER (WHERE id = %s AND created_at::text = %s)"
            " FROM market_datachange WHERE region = %s AND kind = %s AND id >= %s",
            [revision.id, revision.id, revision.stamp, region, kind, revision.id],
        )
        earliest, known = cursor.fetchone()
    if not known and revision.id:
        return dt.date.min
    return earliest
