"""How commands show runs of collecting and importing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from etfs.models import CollectItem, CollectRun
from etfs.services.previews import PreviewItem
from factors.models import JobState
from market.cli import Exit, HouseCommand
from market.texts import counted

SHOWN = 20
_BAD = (CollectItem.Outcome.REFUSED, CollectItem.Outcome.FAILED, CollectItem.Outcome.FLAGGED)
_EXITS = {JobState.DONE: Exit.DONE, JobState.PARTLY: Exit.PARTLY}


def run_show(command: HouseCommand, run: CollectRun, items: Sequence[CollectItem], *, as_json: bool) -> None:
    """Print what became of the answers, and leave with the run's exit code."""
    if as_json:
        command.print_json(run_as_dict(run, items))
    else:
        if len(items) <= SHOWN:
            command.out().print(items_table(items))
        seconds = run.timings.get("total", 0)
        command.out().print(
            f"{run}: {run.state}: {run.message} ({counted(len(items), 'answer')}, {seconds:.1f} s)", soft_wrap=True
        )
        told = [item for item in items if item.outcome in _BAD]
        for item in told[:SHOWN]:
            command.stderr.write(f"{_named(item.ticker or item.name, item.as_of_date)} {item.outcome}: {item.message}")
        if len(told) > SHOWN:
            command.stderr.write(f"... and {len(told) - SHOWN:,} more; all are kept with the run (admin, API)")
    code = _EXITS.get(JobState(run.state), Exit.FAILED)
    if code != Exit.DONE:
        raise SystemExit(int(code))


def items_table(items: Sequence[CollectItem]) -> Table:
    table = Table(title_justify="left")
    for name, justify in (
        ("file or address", "left"),
        ("fund", "left"),
        ("kind", "left"),
        ("as of", "left"),
        ("rows", "right"),
        ("outcome", "left"),
    ):
        table.add_column(name, justify=justify)
    for item in items:
        day = item.as_of_date.isoformat() if item.as_of_date else ""
        table.add_row(item.name[-48:], item.ticker, item.kind, day, f"{item.rows:,}", str(item.outcome))
    return table


def preview_show(command: HouseCommand, items: Sequence[PreviewItem], *, as_json: bool) -> None:
    """Print what would become of the files; leaves with the exit code of a run where something is refused."""
    bad = [item for item in items if item.outcome in _BAD]
    if as_json:
        command.print_json({"dry_run": True, "items": [asdict(item) | {"verdict": item.verdict} for item in items]})
    else:
        shown = items if len(items) <= SHOWN else bad[:SHOWN]
        command.out().print(preview_table(shown))
        for item in shown:
            if item.message and item in bad:
                command.stderr.write(
                    f"{_named(item.ticker or item.file, item.as_of_date)} {item.verdict}: {item.message}"
                )
        command.out().print(
            f"dry run, nothing was stored: {counted(len(items), 'answer')}, {len(bad):,} of them doubted or refused"
        )
    if bad:
        raise SystemExit(int(Exit.FAILED if len(bad) == len(items) else Exit.PARTLY))


def preview_table(items: Sequence[PreviewItem]) -> Table:
    table = Table(title_justify="left")
    for name in ("file", "fund", "kind", "as of", "verdict", "in place of"):
        table.add_column(name)
    for name in ("rows", "weight %", "resolved %"):
        table.add_column(name, justify="right")
    for item in items:
        table.add_row(
            item.file[-48:], item.ticker, item.kind, str(item.as_of_date or ""), item.verdict, item.replaces,
            f"{item.rows:,}",
            "" if item.weight_sum is None else f"{item.weight_sum:.2f}",
            "" if item.resolved_percent is None else f"{item.resolved_percent:.1f}",
        )  # fmt: skip
    return table


def _named(name: str, day: dt.date | None) -> str:
    return f"{name} {day}" if day else name


def run_as_dict(run: CollectRun, items: Sequence[CollectItem]) -> dict[str, Any]:
    names = ("name", "ticker", "kind", "as_of_date", "outcome", "error_type", "message", "rows", "bad_rows")
    return {
        "id": run.pk, "source": run.source, "region": run.region, "state": run.state, "message": run.message,
        "timings": run.timings, "items": [{name: getattr(item, name) for name in names} for item in items],
    }  # fmt: skip
