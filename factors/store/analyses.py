"""What analyses need of the database besides scores and closes: why instruments had no score; and their results."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from factors.models import FactorRun


def counts_read(
    region: str, start: dt.date, end: dt.date, names: Sequence[str]
) -> dict[str, dict[dt.date, tuple[int, dict[str, int]]]]:
    """By factor and session: the size of the universe, and how many of it had no score by reason code.

    From the newest finished run of each session that computed the factor.
    """
    found: dict[str, dict[dt.date, tuple[int, dict[str, int]]]] = {name: {} for name in names}
    runs = FactorRun.objects.done().filter(region=region, date__range=(start, end)).order_by("id")
    for date, universe, counts in runs.values_list("date", "universe_size", "counts").iterator(chunk_size=200):
        for name in names:
            if name in counts:
                drops = {code: number for code, number in counts[name].items() if code not in ("scored", "valued")}
                found[name][date] = (universe, drops)
    return found


def information_read(analysis_ids: Sequence[int]) -> dict[tuple[int, str], dict[str, Any]]:
    """By analysis and factor what its result says of ``information`` and ``spread``, without its long series."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, f.key, f.value->'information', f.value->'spread' FROM factors_factoranalysis a"
            " CROSS JOIN LATERAL jsonb_each(a.result->'factors') f WHERE a.id = ANY(%s)",
            [list(analysis_ids)],
        )
        return {
            (pk, name): {"information": json.loads(information), "spread": json.loads(spread)}
            for pk, name, information, spread in cursor.fetchall()
        }
