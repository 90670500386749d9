"""How every load runs: a LoadRun row, one transaction per file, refused rows kept, a crash told from a failure."""

import datetime as dt
import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from market.calc.findings import Findings
from market.models import LoadRun, RejectedRow
from market.regions import Region, region_get
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.registry import source_get
from market.store.changes import change_lock
from market.store.loads_write import interrupted_mark, rejected_write, run_lock, run_unlock

KEPT_REJECTIONS = 100_000  # rows stored for download; all are counted
Progress = Callable[[str], None]
OnRejected = Callable[[list[RejectedRow]], None]


@dataclass(frozen=True)
class LoadRequest:
    """What to load from where. ``file`` None: a source that needs none. ``progress`` hears the name of each stage,
    ``on_rejected`` gets the refused rows (also in a dry run, which stores nothing)."""

    kind: str
    region: str
    source: str
    file: Path | None = None
    ticker: str = ""
    date: dt.date | None = None
    dry_run: bool = False
    progress: Progress | None = None
    on_rejected: OnRejected | None = None


@dataclass
class Load:
    """A load under way."""

    request: LoadRequest
    region: Region
    source: Source
    run: LoadRun
    cursor: CursorWrapper
    frame: Frame
    findings: Findings
    began: float
    timings: dict[str, float] = field(default_factory=dict)

    def refuse_unread(self, mask: np.ndarray, column: str, reason: str) -> None:
        """Refuse the rows whose entry in ``column`` could not be read, quoting it."""
        found = self.frame.table.column(column)
        self.findings.reject(
            mask,
            column=column,
            reason=reason,
            message=lambda row: f"{column}: cannot read {str(found[row].as_py())[:100]!r}",
        )

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and tell the listener."""
        if self.request.progress:
            self.request.progress(name)
        began = time.perf_counter()
        yield
        self.timings[name] = round(self.timings.get(name, 0.0) + time.perf_counter() - began, 3)


# Always bars before fundamentals, so that two loads never wait for each other.
LOCKS = {
    "prices": ("bars",),
    "fundamentals": ("fundamentals",),
    "actions": ("bars", "fundamentals"),
    "instruments": ("instruments",),
    "fx": ("fx",),
}


def load_execute(request: LoadRequest, work: Callable[[Load], None]) -> LoadRun:
    """Fetch the file and do ``work`` in one transaction; returns the finished LoadRun.

    A file that cannot be used gives a FAILED run with the reason. Any other error marks the run FAILED and is raised.
    A dry run does the same work, rolls it back and returns a LoadRun that is not in the database.
    Raises ValueError for an unknown region or source, or a source without its file.
    """
    region, source = region_get(request.region), source_get(request.source, request.kind)
    if source.needs_file and request.file is None:
        raise ValueError(f"source {source.name} needs a file")
    run = LoadRun(kind=request.kind, region=region.code, source=source.name, file_name=_file_name(request))
    with connection.cursor() as cursor:
        if not request.dry_run:
            run.save()
            run_lock(cursor, run.pk)
        try:
            _write(_read(request, region, source, run, cursor), work)
        except FileProblem as problem:
            run.state, run.message = LoadRun.State.FAILED, str(problem)
        finally:
            _finish(request, run, cursor)
    return run


def _read(request: LoadRequest, region: Region, source: Source, run: LoadRun, cursor: CursorWrapper) -> Load:
    began = time.perf_counter()
    if request.progress:
        request.progress("read")
    run.sha256 = _sha256(request.file)
    frame = source.fetch(FetchRequest(request.kind, region, request.file, request.ticker, request.date))
    load = Load(request, region, source, run, cursor, frame, Findings(frame.table.num_rows), began)
    load.timings["read"] = round(time.perf_counter() - began, 3)
    run.rows_read = frame.table.num_rows + len(frame.bad_rows)
    return load


def _write(load: Load, work: Callable[[Load], None]) -> None:
    """Do the work in one transaction, alone among the loads of this region and kind."""
    request, run = load.request, load.run
    with transaction.atomic():
        for kind in LOCKS[request.kind]:
            change_lock(load.cursor, load.region.code, kind)
        interrupted_mark(load.cursor, region=load.region.code, kind=request.kind, except_id=run.pk)
        work(load)
        with load.stage("rejected rows"):
            _keep_rejected(load)
        load.timings["total"] = round(time.perf_counter() - load.began, 3)
        run.timings = load.timings
        run.reasons = dict(sorted(run.reasons.items(), key=lambda item: -item[1]))
        state, run.finished_at = _state_of(load), timezone.now()
        if request.dry_run:
            transaction.set_rollback(True)
        else:  # rows and the word that they are there become visible together
            LoadRun.objects.filter(pk=run.pk).update(state=state, finished_at=run.finished_at)
    run.state = state


def _keep_rejected(load: Load) -> None:
    """Count the refused rows, store and hand on the first of them."""
    frame, run = load.frame, load.run
    run.rows_rejected = int(load.findings.rejected.sum()) + len(frame.bad_rows)
    run.rows_flagged = int((load.findings.flagged & ~load.findings.rejected).sum())
    run.reasons = load.findings.reasons
    for bad in frame.bad_rows:
        run.reasons[bad.reason] = run.reasons.get(bad.reason, 0) + 1
    rows = [
        RejectedRow(
            row_number=bad.row_number, column=bad.column, reason=bad.reason, message=bad.message[:300], raw=bad.raw
        )
        for bad in frame.bad_rows
    ]
    found = [item for item, _ in zip(load.findings.rejections(), range(KEPT_REJECTIONS - len(rows)), strict=False)]
    raw = frame.raw.take([item.row for item in found]).to_pylist() if found else []
    for item, values in zip(found, raw, strict=True):
        text = {key: "" if value is None else str(value) for key, value in values.items()}
        number = int(frame.row_numbers[item.row])
        rows.append(
            RejectedRow(row_number=number, column=item.column, reason=item.reason, message=item.message[:300], raw=text)
        )
    if not load.request.dry_run:
        rejected_write(load.cursor, run.pk, rows)
    if load.request.on_rejected and rows:
        load.request.on_rejected(sorted(rows, key=lambda row: row.row_number))


def _state_of(load: Load) -> LoadRun.State:
    if not load.run.rows_rejected:
        return LoadRun.State.DONE
    if load.findings.kept().any():
        return LoadRun.State.PARTLY
    load.run.message = "no row of the file could be loaded"
    return LoadRun.State.FAILED


def _finish(request: LoadRequest, run: LoadRun, cursor: CursorWrapper) -> None:
    """Write down how it ended, whatever ended it."""
    if run.state == LoadRun.State.RUNNING:
        error = sys.exc_info()[1]
        run.state, run.message = LoadRun.State.FAILED, f"{type(error).__name__}: {error}"
        for name in ("rows_inserted", "rows_updated", "rows_unchanged", "instruments_created"):
            setattr(run, name, 0)  # all of it was rolled back
    run.finished_at = timezone.now()
    if request.dry_run or connection.connection is None or connection.connection.closed:
        return
    run.save()
    run_unlock(cursor, run.pk)


def _file_name(request: LoadRequest) -> str:
    return request.file.name[:255] if request.file else ""


def _sha256(path: Path | None) -> str:
    if path is None or not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
