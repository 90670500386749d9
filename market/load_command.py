"""What the load commands share: arguments, progress, summary, exit code."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.db import DatabaseError
from rich.table import Table

from market.cli import Exit, HouseCommand, progress_bar
from market.models import LoadRun, RejectedRow
from market.regions import REGIONS
from market.services.loads import LOADS
from market.services.rejected import rejected_csv
from market.sources import source_names

STAGES = ("read", "check", "instruments", "stage", "merge", "adjust", "rejected rows")
SHOWN_REJECTIONS = 5  # on the terminal, per command
_EXITS = {LoadRun.State.DONE: Exit.DONE, LoadRun.State.PARTLY: Exit.PARTLY}


class LoadCommand(HouseCommand):
    """Base of ``load_<kind>``; a subclass names its kind and adds its own arguments in ``add_options``."""

    kind: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="*", type=Path, metavar="FILE", help="one transaction each")
        parser.add_argument("--region", required=True, type=str.upper, choices=list(REGIONS))
        parser.add_argument("--source", default="csv", choices=source_names(self.kind), help="default: csv")
        parser.add_argument("--symbols", default="", metavar="A,B", help="load only these tickers (or currencies)")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then undo it")
        parser.add_argument("--json", action="store_true", help="print the load runs as JSON")
        parser.add_argument("--rejects-out", type=Path, metavar="PATH", help="write refused rows to a CSV file")
        self.add_options(parser)

    def add_options(self, parser: ArgumentParser) -> None:
        """Arguments of this kind alone; each is passed to the service under its own name."""

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        """The keyword arguments of the service that ``add_options`` asked for."""
        return {}

    def handle(self, *args: Any, **options: Any) -> None:
        rejected: list[RejectedRow] = []
        runs = []
        with _shown(options["json"]) as bar:
            for path in options["file"] or [None]:
                runs.append(self._load(path, options, rejected, bar(path.name if path else options["source"])))
        if options["rejects_out"]:
            self._write_rejected(options["rejects_out"], rejected)
        if options["json"]:
            self.print_json([run_as_dict(run, dry_run=options["dry_run"]) for run in runs])
        else:
            for run in runs:
                self._print(run, options["dry_run"])
            self._print_rejected(rejected, options["rejects_out"])
        self._leave([_EXITS.get(LoadRun.State(run.state), Exit.FAILED) for run in runs])

    def _load(
        self, path: Path | None, options: dict[str, Any], rejected: list[RejectedRow], report: Callable[[str], None]
    ) -> LoadRun:
        symbols = tuple(word.strip() for word in options["symbols"].split(",") if word.strip())
        try:
            return LOADS[self.kind](
                region=options["region"],
                source=options["source"],
                file=path,
                symbols=symbols,
                dry_run=options["dry_run"],
                progress=report,
                on_rejected=rejected.extend,
                **self.options_of(options),
            )
        except ValueError as error:
            self.fail(str(error), Exit.USAGE)
        except DatabaseError as error:
            told = "the database refused the load, nothing was changed"
            hint = "; run manage.py migrate first" if "does not exist" in str(error) else ""
            self.fail(f"{path}: {told}: {str(error).splitlines()[0]}{hint}", Exit.FAILED)
        raise AssertionError("fail() leaves the command")

    def _write_rejected(self, path: Path, rejected: list[RejectedRow]) -> None:
        columns = list(dict.fromkeys(name for row in rejected for name in row.raw))
        try:
            with path.open("w", encoding="utf-8-sig", newline="") as file:  # the BOM lets Excel read Korean names
                file.writelines(rejected_csv(rejected, columns))
        except OSError as error:
            self.fail(f"{path}: cannot be written ({error.strerror})", Exit.USAGE)

    def _print(self, run: LoadRun, dry_run: bool) -> None:
        table = Table(title=_headline(run, dry_run), title_justify="left", show_header=False, box=None)
        for name, value in _summary(run):
            table.add_row(name, value)
        self.out().print(table)

    def _print_rejected(self, rejected: list[RejectedRow], kept_in: Path | None) -> None:
        """The first refused rows by row, column and reason, and where to have all of them."""
        for row in rejected[:SHOWN_REJECTIONS]:
            self.stderr.write(f"row {row.row_number}, {row.column or 'whole row'}: {row.reason}: {row.message}")
        if rejected:
            where = f"all of them are in {kept_in}" if kept_in else "--rejects-out FILE writes all of them"
            self.stderr.write(f"{len(rejected):,} rows refused (row 1 is the first below the header); {where}")

    def _leave(self, exits: list[Exit]) -> None:
        """Done when all files are, failed when all failed, else partly done."""
        if all(code == Exit.DONE for code in exits):
            return
        raise SystemExit(int(Exit.FAILED if all(code == Exit.FAILED for code in exits) else Exit.PARTLY))


@contextmanager
def _shown(quiet: bool) -> Iterator[Callable[[str], Callable[[str], None]]]:
    """One bar per file, moved on at each stage."""
    with progress_bar("load", quiet=quiet) as bar:

        def start(name: str) -> Callable[[str], None]:
            report = bar(name)
            return lambda stage: report(stage, STAGES.index(stage) if stage in STAGES else 0, len(STAGES))

        yield start


def _headline(run: LoadRun, dry_run: bool) -> str:
    name = run.file_name or run.source
    state = f"{run.state} (dry run, nothing stored)" if dry_run else str(run.state)
    return f"{run.kind} {run.region} {name}: {state}"


def _summary(run: LoadRun) -> Iterator[tuple[str, str]]:
    if run.message:
        yield "message", run.message
    names = ("read", "inserted", "updated", "unchanged", "rejected", "flagged")
    yield "rows", "  ".join(f"{name} {getattr(run, f'rows_{name}'):,}" for name in names)
    if run.instruments_created:
        yield "new instruments", f"{run.instruments_created:,}"
    if run.first_date:
        yield "dates", f"{run.first_date} to {run.last_date}"
    if run.reasons:
        yield "reasons", "  ".join(f"{name} {count:,}" for name, count in run.reasons.items())
    if run.timings:
        yield "seconds", "  ".join(f"{name} {seconds:.2f}" for name, seconds in run.timings.items())


def run_as_dict(run: LoadRun, *, dry_run: bool = False) -> dict[str, Any]:
    """A load run for ``--json``."""
    names = [field.name for field in run._meta.concrete_fields]
    return {name: getattr(run, name) for name in names} | {"dry_run": dry_run}
