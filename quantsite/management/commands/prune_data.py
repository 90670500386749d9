"""``manage.py prune_data``: delete what is older than it is kept."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from rich.table import Table

from market.cli import HouseCommand
from market.texts import counted
from quantsite.retention import data_prune


class Command(HouseCommand):
    help = "Delete results of tasks, ended logins and so on, once they are older than QUANTSITE_KEEP_DAYS says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        done = data_prune(dry_run=options["dry_run"])
        if options["json"]:
            self.print_json([asdict(one) for one in done])
            return
        table = Table("kind", "what", "kept")
        table.add_column("would go" if options["dry_run"] else "gone", justify="right")
        for one in done:
            table.add_row(one.kind, one.text, counted(one.days, "day") if one.days else "for ever", f"{one.rows:,}")
        self.out().print(table)
