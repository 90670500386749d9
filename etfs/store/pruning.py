"""Deleting what grew old: compositions by fund and day, and answers nobody needs any more."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

from etfs.models import CollectItem, ETFHolding, HoldingFinding, Snapshot

BATCH = 500  # answers deleted in one transaction
_OLD_ANSWERS = """
    SELECT p.id FROM etfs_payload p
    WHERE p.kind = 'holdings' AND p.fetched_at < %s AND (%s = '' OR p.region = %s)
        AND (cardinality(%s::text[]) = 0 OR p.ticker = ANY(%s))
        AND NOT EXISTS (SELECT 1 FROM etfs_snapshot s WHERE s.payload_id = p.id AND NOT s.id = ANY(%s))
        AND NOT EXISTS (SELECT 1 FROM etfs_collectitem i WHERE i.payload_id = p.id AND i.created_at >= %s)
    ORDER BY p.id
"""


def composition_days(etf_id: int) -> list[tuple[dt.date, bool, int]]:
    """(day, served, id) of each composition of a fund, ascending."""
    rows = Snapshot.objects.filter(etf=etf_id).order_by("as_of_date")
    return list(rows.values_list("as_of_date", "is_served", "id"))


def holdings_count(etf_id: int, days: Sequence[dt.date]) -> int:
    return ETFHolding.objects.filter(etf=etf_id, as_of_date__in=days).count() if days else 0


def compositions_delete(cursor: CursorWrapper, etf_id: int, days: Sequence[dt.date]) -> int:
    """Delete compositions of a fund with their lines and findings; returns how many lines. No other row changes."""
    HoldingFinding.objects.filter(etf=etf_id, as_of_date__in=days).delete()
    cursor.execute("DELETE FROM etfs_etfholding WHERE etf_id = %s AND as_of_date = ANY(%s)", [etf_id, list(days)])
    lines: int = cursor.rowcount
    cursor.execute("DELETE FROM etfs_snapshot WHERE etf_id = %s AND as_of_date = ANY(%s)", [etf_id, list(days)])
    return lines


def old_answers(
    before: dt.datetime, region: str = "", tickers: Sequence[str] = (), without: Sequence[int] = ()
) -> list[int]:
    """Answers with holdings fetched before then that no composition came from (those ``without`` do not count) and no
    item since then speaks of: of a region or all, of the funds asked about or all."""
    names, gone = list(tickers), list(without)
    with connection.cursor() as cursor:
        cursor.execute(_OLD_ANSWERS, [before, region, region, names, names, gone, before])
        return [row[0] for row in cursor.fetchall()]


def answers_delete(cursor: CursorWrapper, payload_ids: Sequence[int]) -> int:
    """Delete answers that nothing was made of meanwhile; their items stay and say what became of them."""
    asked = list(payload_ids)
    cursor.execute("SELECT id FROM etfs_payload WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [asked])
    # Only now, with the rows locked, does it stay true what is read of who refers to them.
    taken = set(Snapshot.objects.filter(payload__in=asked).values_list("payload", flat=True))
    free = [payload for payload in asked if payload not in taken]
    CollectItem.objects.filter(payload__in=free).update(payload=None)
    cursor.execute("DELETE FROM etfs_payload WHERE id = ANY(%s)", [free])
    deleted: int = cursor.rowcount
    return deleted
