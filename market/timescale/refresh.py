"""Refreshing the aggregates that nobody else refreshes."""

import time

from django.db import connection

from market.timescale.registry import aggregates


def aggregates_refresh() -> dict[str, float]:
    """Refresh every aggregate that is a materialised view, readers undisturbed; seconds by name.

    Continuous aggregates are left to the server's own policies. Reads all scores, so it takes as long as that does.
    """
    seconds = {}
    for aggregate in aggregates():
        with connection.cursor() as cursor:
            # Not populated, as after a restore without data: no reader to disturb, and CONCURRENTLY would refuse.
            cursor.execute("SELECT ispopulated FROM pg_matviews WHERE matviewname = %s", [aggregate.name])
            found = cursor.fetchone()
            if found is None:
                continue
            began = time.perf_counter()
            cursor.execute(f"REFRESH MATERIALIZED VIEW {'CONCURRENTLY' if found[0] else ''} {aggregate.name}")
            seconds[aggregate.name] = time.perf_counter() - began
    return seconds
