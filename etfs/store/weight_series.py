"""Weights of chosen securities of a fund over its compositions."""

import datetime as dt
from collections.abc import Sequence

from etfs.models import HoldingLine
from etfs.store.reads import rows_read


def weight_series(
    etf_id: int, keys: Sequence[int], start: dt.date | None, end: dt.date | None
) -> list[tuple[dt.date, int, float | None]]:
    """(day, key, percent) on the fund's served compositions that have it, oldest first; lines of one key are added,
    None where a weight is not known. ``keys``: ``etfs.services.keys``."""
    held = HoldingLine.objects.filter(instrument__in=[key for key in keys if key > 0])
    lines = dict(held.values_list("pk", "instrument"))
    lines |= {-key: key for key in keys if key < 0}
    query = """
        SELECT h.as_of_date AS day, wanted.key,
            CASE WHEN count(h.weight) = count(*) THEN sum(h.weight)::float8 END AS weight
        FROM etfs_snapshot s JOIN etfs_etfholding h ON h.etf_id = s.etf_id AND h.as_of_date = s.as_of_date
        JOIN unnest(%s::int[], %s::int[]) AS wanted (line, key) ON wanted.line = h.line_id
        WHERE s.etf_id = %s AND s.is_served AND s.as_of_date BETWEEN %s AND %s
        GROUP BY h.as_of_date, wanted.key ORDER BY h.as_of_date
    """
    asked = [list(lines), list(lines.values()), etf_id, start or dt.date.min, end or dt.date.max]
    return [(row["day"], row["key"], row["weight"]) for row in rows_read(query, asked)]
