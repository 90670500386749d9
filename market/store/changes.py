"""Data revisions: what changed, from which date on, as panel caches need to know it."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.backends.utils import CursorWrapper

from market.regions import region_get
from market.store.arrow import table

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

LOCK_CLASS = 7421  # shared with the trigger in migration 0002
_STAMP = "(created_at AT TIME ZONE 'UTC')::text"


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


def revision_now(arrow: "adbc.Connection", region: str, kind: str) -> Revision:
    """The current revision in the moment ``arrow`` sees; id 0 where nothing was ever loaded.

    Read over the connection that reads the rows, since Django's own may be inside a transaction whose changes that
    connection cannot see: their revision with the rows of before would be a cache that is wrong for good.
    """
    rows = table(
        arrow,
        f"SELECT id, {_STAMP} AS stamp FROM market_datachange WHERE region = '{region_get(region).code}'"
        f" AND kind = '{kind}' ORDER BY id DESC LIMIT 1",
    ).to_pylist()
    return Revision(rows[0]["id"], rows[0]["stamp"]) if rows else Revision(0, "")


def changed_since(arrow: "adbc.Connection", region: str, kind: str, revision: Revision) -> dt.date | None:
    """The earliest date touched after ``revision``; None when nothing was. ``date.min`` when that revision is
    unknown.
    """
    (row,) = table(
        arrow,
        f"SELECT min(changed_from) FILTER (WHERE id > {revision.id:d}) AS earliest,"
        f" min({_STAMP}) FILTER (WHERE id = {revision.id:d}) AS stamp FROM market_datachange"
        f" WHERE region = '{region_get(region).code}' AND kind = '{kind}' AND id >= {revision.id:d}",
    ).to_pylist()
    if revision.id and row["stamp"] != revision.stamp:
        return dt.date.min
    earliest: dt.date | None = row["earliest"]
    return earliest
