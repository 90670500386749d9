"""``manage.py list_factors``: every factor that a strategy or a condition may name."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table
from rich.text import Text

from factors.services.catalogue import factors_resolved
from market.cli import Exit, HouseCommand


class Command(HouseCommand):
    help = "List the factors: those of the library and the active formulas."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--category", metavar="X", help="those of this category alone")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [
            {"name": one.name, "category": one.category, "unit": one.unit, "direction": one.direction,
             "description": one.description()}
            for one in factors_resolved()
        ]  # fmt: skip
        if options["category"]:
            known = sorted({str(row["category"]) for row in rows})
            if options["category"] not in known:
                self.fail(f"--category: unknown {options['category']!r}; known are {', '.join(known)}", Exit.USAGE)
            rows = [row for row in rows if row["category"] == options["category"]]
        if options["json"]:
            self.print_json(rows)
            return
        table = Table("name", "category", "unit", "better", "description")
        table.columns[0].no_wrap = True
        for row in sorted(rows, key=lambda one: (str(one["category"]), str(one["name"]))):
            better = "more" if row["direction"] == 1 else "less"
            texts = (row["name"], row["category"], row["unit"], better, row["description"])
            table.add_row(*(Text(str(text)) for text in texts))
        self.out().print(table)
