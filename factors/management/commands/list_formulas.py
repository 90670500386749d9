"""``manage.py list_formulas``: the factors written as formulas, or the words they are written with."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table
from rich.text import Text

from factors.formulas import FUNCTIONS, SERIES
from factors.formulas.functions import OPERATOR
from factors.models import FactorFormula
from factors.services.catalogue import vocabulary
from factors.services.formulas import formula_problems
from market.cli import HouseCommand


class Command(HouseCommand):
    help = "List the stored formulas; with --words, the functions, series, figures and factors a formula may use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--words", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["words"]:
            self._words(options["json"])
            return
        problems = formula_problems()
        rows = [
            {"name": row.name, "formula": row.formula, "unit": row.unit, "direction": row.direction,
             "is_active": row.is_active, "problem": problems.get(row.name)}
            for row in FactorFormula.objects.all()
        ]  # fmt: skip
        if options["json"]:
            self.print_json(rows)
            return
        table = Table("name", "formula", "better", "state")
        for row in rows:
            state = row["problem"] or ("active" if row["is_active"] else "inactive")
            better = "more" if row["direction"] == 1 else "less"
            table.add_row(str(row["name"]), Text(str(row["formula"])), better, Text(str(state)))
        self.out().print(table)

    def _words(self, as_json: bool) -> None:
        words = vocabulary()
        functions = {item.signature: item.doc for item in FUNCTIONS.values() if item.group != OPERATOR}
        series = {item.name: item.doc for item in SERIES.values()}
        rest = [name for name in words.names() if name not in series]
        if as_json:
            self.print_json({"functions": functions, "series": series, "figures_and_factors": rest})
            return
        table = Table("word", "gives")
        for name, doc in (functions | series).items():
            table.add_row(Text(name), Text(doc))
        self.out().print(table)
        self.out().print(f"figures, factors and formulas: {', '.join(rest)}")
