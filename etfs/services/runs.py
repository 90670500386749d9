"""Runs: an import of files, or a round of a source; what each answer became is kept with it."""

import datetime as dt
import difflib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from django.db import transaction

from etfs.models import CollectItem, CollectRun
from etfs.services.answers import answer_store, failure_kept
from etfs.services.compositions import Importer
from etfs.services.errors import EtfError
from etfs.services.funds import TICKER_RULE, is_ticker
from etfs.services.resolving import lines_look_up
from etfs.sources.base import Ask, FileSource, Kind, Raw
from etfs.sources.registry import source_get, source_names
from etfs.store.files import file_read
from factors.models import JobState
from factors.services.jobs import carried_out
from factors.services.progress import Progress, silent
from market.regions import Region, region_get
from market.texts import storable

Outcome = CollectItem.Outcome
_COUNTED = {
    Outcome.STORED: "stored", Outcome.UNCHANGED: "unchanged", Outcome.KEPT: "unchanged", Outcome.FLAGGED: "flagged",
    Outcome.REFUSED: "failed", Outcome.FAILED: "failed",
}  # fmt: skip
_CANCELLED = "cancelled"
LONGEST_TICKER = 32
MOST_REFUSALS = 5  # of the key in a row: the next hundred funds would be refused, too, and the key perhaps blocked
OnItem = Callable[[CollectItem], None]


def files_import(
    *, region: str, source: str, files: Sequence[Path], kind: str = "", ticker: str = "", date: dt.date | None = None,
    force: bool = False, progress: Progress = silent, on_item: OnItem | None = None,
) -> CollectRun:  # fmt: skip
    """Import files of one source; the finished run, with an item for each composition, fund list and list of days.

    ``ticker`` and ``date`` help with files that do not say them. ``force`` also replaces good data by doubtful ones.
    A file that cannot be read is an item that says why; the others are imported. EtfError for an unknown region,
    source or kind.
    """
    found, ask = files_asked(region=region, source=source, files=files, kind=kind, ticker=ticker, date=date)
    run = CollectRun.objects.create(source=source, kind=ask.kind.value, region=ask.region.code, force=force)
    with carried_out(run):
        answers = files_read(found, files, ask, Importer(ask.region, source, force, progress=progress))
        run_carry_out(run, answers, len(files), progress, on_item)
    return run


def files_asked(
    *, region: str, source: str, files: Sequence[Path], kind: str = "", ticker: str = "", date: dt.date | None = None
) -> tuple[FileSource, Ask]:
    """The source, and what it is asked for; EtfError for what cannot be asked of files."""
    found, place = file_source_get(source, kind), region_get_or_error(region)
    if not files:
        raise EtfError("file: none given")
    if found.regions and place.code not in found.regions:
        raise EtfError(f"region: source {source} is for {', '.join(found.regions)}, not {place.code}")
    named = next(iter(tickers_clean("ticker", [ticker])), "")
    return found, Ask(Kind(kind or found.kinds[0].value), place, named, date)


def file_source_get(source: str, kind: str = "") -> FileSource:
    """The file source of that name; EtfError names those there are."""
    if kind and kind not in list(Kind):
        raise EtfError(f"kind: no kind {kind!r}; use one of {', '.join(Kind)}")
    wanted = Kind(kind) if kind else None
    names = source_names(wanted, base=FileSource)
    if source not in source_names():
        close = difflib.get_close_matches(source, names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(names)}"
        raise EtfError(f"source: no source {source!r}; {hint}")
    found = source_get(source)
    if not isinstance(found, FileSource):
        told = ", ".join(names)
        raise EtfError(f"source: {source} is asked over the network (collect_etfs); sources of files are {told}")
    if wanted and wanted not in found.kinds:
        raise EtfError(f"source: {source} has no {wanted}; sources of files that have are {', '.join(names)}")
    return found


def tickers_clean(field: str, words: Iterable[str]) -> list[str]:
    """Tickers in capitals, each once, blanks left out; EtfError for what cannot be one."""
    found = list(dict.fromkeys(word.strip().upper() for word in words if word.strip()))
    for word in found:
        if not is_ticker(word):
            raise EtfError(f"{field}: {word[:LONGEST_TICKER]!r} is not a ticker ({TICKER_RULE})")
    return found


def region_get_or_error(region: str) -> Region:
    """The region of a code; EtfError names those there are."""
    try:
        return region_get(region)
    except ValueError as error:
        raise EtfError(f"region: {error}") from error


def files_read(source: FileSource, files: Sequence[Path], ask: Ask, importer: Importer) -> Iterator[list[CollectItem]]:
    """Read and store one file after the other; what became of each."""
    for path in files:
        items: list[CollectItem] = []
        with failure_kept(items, path.name, ask.ticker):
            raw = Raw(file_read(path), path.name)
            items += answer_store(source=source, raw=raw, ask=replace(ask, path=path), importer=importer)
        yield items


def run_carry_out(
    run: CollectRun, answers: Iterable[list[CollectItem]], total: int, progress: Progress = silent,
    on_item: OnItem | None = None,
) -> None:  # fmt: skip
    """Keep what became of each answer, as it comes, and end the run; a cancelled one after its present answer, one
    whose key is refused after MOST_REFUSALS answers in a row."""
    began = time.perf_counter()
    if lines_look_up():
        progress("lines resolved", 0, total)
    seen, ended = _answers_keep(run, answers, total, progress, on_item)
    run.timings = {"total": round(time.perf_counter() - began, 3)}
    state = JobState.CANCELLED if ended == _CANCELLED else _state(run, seen)
    run.finish(state, f"{ended}: {_summary(run)}" if ended else _summary(run))


def _answers_keep(
    run: CollectRun, answers: Iterable[list[CollectItem]], total: int, progress: Progress, on_item: OnItem | None
) -> tuple[int, str]:
    """How many items there were, and why that is not all ('': it is)."""
    seen, refusals = 0, 0
    for number, items in enumerate(answers, 1):
        _items_keep(run, items)
        for item in items:
            if on_item:
                on_item(item)
        seen += len(items)
        progress(f"{number:,} of {total:,}", number, total)
        if _is_cancelled(run):
            return seen, _CANCELLED
        refusals = refusals + 1 if items and all(item.error_type == "auth" for item in items) else 0
        if refusals >= MOST_REFUSALS and number < total:
            why = f"{refusals} refusals of the key in a row ({items[-1].message})"
            return seen, f"ended after {why}, {total - number:,} not tried"
    return seen, ""


def _items_keep(run: CollectRun, items: Sequence[CollectItem]) -> None:
    """Store the items, their texts as far as the database takes them, and count them on the run."""
    for item in items:
        item.run = run
        item.name, item.ticker = storable(item.name)[:255], storable(item.ticker)[:LONGEST_TICKER]
        item.message = storable(item.message)
        name = _COUNTED[Outcome(item.outcome)]
        setattr(run, name, getattr(run, name) + 1)
    with transaction.atomic():
        CollectItem.objects.bulk_create(items)
        run.save(update_fields=[*dict.fromkeys(_COUNTED.values())])


def _is_cancelled(run: CollectRun) -> bool:
    return CollectRun.objects.filter(pk=run.pk, state=JobState.CANCELLED).exists()


def _state(run: CollectRun, seen: int) -> JobState:
    if not seen:
        return JobState.DONE
    if run.failed == seen:
        return JobState.FAILED
    return JobState.PARTLY if run.failed or run.flagged else JobState.DONE


def _summary(run: CollectRun) -> str:
    """In the words of a preview: what is kept beside is not called unchanged."""
    kept = run.items.filter(outcome=Outcome.KEPT).count()
    counts = {"stored": run.stored, "unchanged": run.unchanged - kept, "kept beside": kept,
              "flagged": run.flagged, "failed": run.failed}  # fmt: skip
    parts = [f"{count:,} {name}" for name, count in counts.items()]
    return ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing to do"
