"""``manage.py check_formula``: whether a formula makes sense, and what it gives now."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from rich.table import Table

from factors.services.formulas import FormulaRefused, formula_check, formula_try
from market.cli import Exit, FormulaCommand


class Command(FormulaCommand):
    help = "Check a formula without saving it; with --region, show its highest values on the latest session."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("formula", type=str.strip)
        parser.add_argument("--region", help="KR, US, CN, HK, JP or VN")
        parser.add_argument("--top", type=int, default=10)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = asdict(formula_check(formula=options["formula"]))
            tried = None
            if options["region"]:
                tried = formula_try(formula=options["formula"], region=options["region"], count=options["top"])
        except FormulaRefused as error:
            self.fail(str(error), Exit.USAGE)
        if options["json"]:
            self.print_json(found | ({"values": tried} if tried else {}))
            return
        parts = (f"{kind} {', '.join(names)}" for kind, names in found.items() if kind != "bars" and names)
        self.stdout.write(f"good: needs {found['bars']:,} bars of each instrument; {'; '.join(parts)}")
        if tried:
            self.out().print(values_table(tried))


def values_table(tried: dict[str, Any]) -> Table:
    """The highest values, rank by rank."""
    title = f"{tried['region']} {tried['date']}: {tried['valued']:,} of {tried['universe']:,} have a value"
    title += "".join(f"; {why} {count:,}" for why, count in tried["without"].items())
    table = Table("#", "ticker", "name", "value", title=title, title_justify="left", min_width=60)
    for place, row in enumerate(tried["top"], 1):
        table.add_row(str(place), row["ticker"], row["name"], f"{row['value']:,.6g}")
    return table
