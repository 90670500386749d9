"""What analyses need of the database besides scores and closes: a lock each, and why instruments had no score."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from factors.models import FactorAnalysis, FactorRun, JobState
from factors.store.locks import RunInProgress

LOCK_CLASS = 7423


@contextmanager
def analysis_lock(analysis_id: int) -> Iterator[None]:
    """Hold the advisory lock of an analysis; RunInProgress when another process carries it out.

    The lock belongs to the connection: a killed process frees it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, analysis_id])
        if not cursor.fetchone()[0]:
            raise RunInProgress(f"analysis #{analysis_id} is being carried out by another process")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, analysis_id])


def analyses_interrupted_mark() -> None:
    """Mark analyses that say they run although nobody holds their lock: their process ended without a word."""
    for analysis in FactorAnalysis.objects.filter(state=JobState.RUNNING):
        try:
            with analysis_lock(analysis.pk):
                FactorAnalysis.objects.filter(pk=analysis.pk, state=JobState.RUNNING).update(
                    state=JobState.INTERRUPTED, finished_at=timezone.now(), message="its process ended before it"
                )
        except RunInProgress:
            continue


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
