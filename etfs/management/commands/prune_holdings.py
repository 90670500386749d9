"""``manage.py prune_holdings``: delete the compositions that retention does not keep."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from rich.table import Table

from etfs.services.errors import Ambiguous, EtfError, NotFound
from etfs.services.pruning import Pruning, holdings_prune
from market.cli import Exit, HouseCommand, progress_bar
from market.texts import counted

SHOWN = 40


class Command(HouseCommand):
    help = (
        "Thin out old compositions: all of 90 days stay, then the last of each week and month, after a year the last of"
        " each month. Never a fund's newest one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", default="", help="KR, US, CN, HK, JP or VN (all)")
        parser.add_argument("--symbols", default="", metavar="A,B", help="these funds only: 069500,US:VTI")
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        symbols = [symbol for symbol in options["symbols"].split(",") if symbol.strip()]
        try:
            with progress_bar("prune_holdings", quiet=options["json"]) as bar:
                run = holdings_prune(
                    region=options["region"], symbols=symbols, dry_run=options["dry_run"],
                    progress=bar(options["region"]),
                )  # fmt: skip
        except (EtfError, NotFound, Ambiguous) as error:
            self.fail(str(error), Exit.USAGE)
        if options["json"]:
            self.print_json(asdict(run) | {"compositions": run.compositions, "lines": run.lines})
        else:
            self._show(run)

    def _show(self, run: Pruning) -> None:
        table = Table("fund", title_justify="left")
        for name in ("kept", "deleted", "lines"):
            table.add_column(name, justify="right")
        rows = [row for row in run.funds if row["deleted"]]
        for row in rows[:SHOWN]:
            table.add_row(row["symbol"], *(f"{row[name]:,}" for name in ("kept", "deleted", "lines")))
        if rows:
            self.out().print(table)
        if len(rows) > SHOWN:
            self.stderr.write(f"... and {len(rows) - SHOWN:,} more funds (--json has all)")
        what = "would be deleted" if run.dry_run else "deleted"
        self.out().print(
            f"{counted(len(run.funds), 'fund')}: {counted(run.compositions, 'composition')} with"
            f" {counted(run.lines, 'line')} and {counted(run.answers, 'answer')} {what}",
            soft_wrap=True,
        )
