"""``manage.py delete_formula``: forget a formula; its scores stay."""

from argparse import ArgumentParser
from typing import Any

from factors.models import FactorFormula
from factors.services.formulas import FormulaRefused, formula_delete
from market.cli import Exit, HouseCommand


class Command(HouseCommand):
    help = "Delete a formula that no strategy and no other formula uses; its scores stay under NAME~1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        found = FactorFormula.objects.filter(name=options["name"]).first()
        if found is None:
            names = ", ".join(FactorFormula.objects.values_list("name", flat=True)) or "none"
            self.fail(f"name: no formula {options['name']!r}; there are: {names}", Exit.USAGE)
            return
        try:
            formula_delete(formula=found)
        except FormulaRefused as error:
            self.fail(str(error), Exit.USAGE)
        self.stdout.write(f"{options['name']} deleted")
