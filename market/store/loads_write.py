"""Load runs: which are alive, and the rows they refused."""

import json
from collections.abc import Sequence

import numpy as np
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from market.models import LoadRun, RejectedRow
from market.store.copying import Column, copy_rows

RUN_LOCK = 7423  # a load holds (RUN_LOCK, id of its run) for as long as its connection lives


def run_lock(cursor: CursorWrapper, run_id: int) -> None:
    """Show that the run is alive; the server lets go of it when the process dies."""
    cursor.execute("SELECT pg_advisory_lock(%s, %s)", [RUN_LOCK, run_id])


def run_unlock(cursor: CursorWrapper, run_id: int) -> None:
    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN_LOCK, run_id])


def interrupted_mark(cursor: CursorWrapper, *, region: str, kind: str, except_id: int | None) -> int:
    """Mark RUNNING runs whose process is gone as INTERRUPTED; returns how many."""
    running = LoadRun.objects.filter(region=region, kind=kind, state=LoadRun.State.RUNNING)
    if except_id is not None:
        running = running.exclude(pk=except_id)
    dead = []
    for run_id in running.values_list("pk", flat=True):
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [RUN_LOCK, run_id])
        if cursor.fetchone()[0]:
            dead.append(run_id)
    return LoadRun.objects.filter(pk__in=dead).update(
        state=LoadRun.State.INTERRUPTED, finished_at=timezone.now(), message="The process ended before the load did."
    )


def rejected_write(cursor: CursorWrapper, run_id: int, rows: Sequence[RejectedRow]) -> None:
    """Keep the refused rows for download."""
    if not rows:
        return
    texts = {name: [getattr(row, name) for row in rows] for name in ("column", "reason", "message")}
    columns = {
        "load_run_id": Column("int8", np.full(len(rows), run_id)),
        "row_number": Column("int4", np.array([row.row_number for row in rows])),
        "raw": Column("jsonb", _objects([json.dumps(row.raw, ensure_ascii=False) for row in rows])),
    } | {name: Column("text", _objects(values)) for name, values in texts.items()}
    copy_rows(cursor, RejectedRow._meta.db_table, columns)


def _objects(values: Sequence[str]) -> np.ndarray:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
