"""How commands show runs of collecting and importing."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from etfs.models import CollectItem, CollectRun
from factors.models import JobState
from market.cli import Exit, HouseCommand

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
            f"{run}: {run.state}: {run.message} ({len(items):,} answers, {seconds:.1f} s)", soft_wrap=True
        )
        told = [item for item in items if item.outcome in _BAD]
        for item in told[:SHOWN]:
            command.stderr.write(f"{item.ticker or item.name} {item.as_of_date or ''} {item.outcome}: {item.message}")
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
        ("as of", "left"),
        ("rows", "right"),
        ("", "left"),
    ):
        table.add_column(name, justify=justify)
    for item in items:
        day = item.as_of_date.isoformat() if item.as_of_date else ""
        table.add_row(item.name[-48:], item.ticker, day, f"{item.rows:,}", str(item.outcome))
    return table


def run_as_dict(run: CollectRun, items: Sequence[CollectItem]) -> dict[str, Any]:
    names = ("name", "ticker", "as_of_date", "outcome", "error_type", "message", "rows", "bad_rows")
    return {
        "id": run.pk, "source": run.source, "region": run.region, "state": run.state, "message": run.message,
        "timings": run.timings, "items": [{name: getattr(item, name) for name in names} for item in items],
    }  # fmt: skip
