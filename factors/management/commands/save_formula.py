"""``manage.py save_formula``: a factor without code."""

from argparse import ArgumentParser
from typing import Any

from factors.models import FactorFormula
from factors.services.formulas import FormulaRefused, formula_check, formula_save
from market.cli import Exit, FormulaCommand


class Command(FormulaCommand):
    help = "Save a factor written as a formula, new or changed, e.g. save_formula trend 'mean(close, 20) / close - 1'."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="small letters, digits and _")
        parser.add_argument(
            "formula", nargs="?", type=str.strip, help="docs/formulas.md; may be left out to change the rest"
        )
        parser.add_argument("--category", type=str.strip, help="default: custom")
        parser.add_argument("--unit", type=str.strip, help="default: ratio")
        parser.add_argument("--less-is-better", action="store_const", const=-1, dest="direction")
        parser.add_argument("--more-is-better", action="store_const", const=1, dest="direction")
        parser.add_argument("--description", type=str.strip)
        parser.add_argument("--active", action="store_const", const=True, dest="is_active")
        parser.add_argument(
            "--inactive", action="store_const", const=False, dest="is_active", help="kept, not computed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        existing = FactorFormula.objects.filter(name=options["name"]).first()
        fields = ("formula", "category", "unit", "direction", "description", "is_active")
        kept = {name: getattr(existing, name) for name in fields} if existing else {}
        given = {name: options[name] for name in fields if options[name] is not None}
        if "formula" not in kept | given:
            self.fail("formula: needed for a new one", Exit.USAGE)
        try:
            saved = formula_save(name=options["name"], **kept | given, existing=existing)
            found = formula_check(formula=saved.formula, name=saved.name)
        except FormulaRefused as error:
            self.fail(str(error), Exit.USAGE)
        used = ", ".join([*found.series, *found.figures, *found.factors, *found.formulas])
        self.stdout.write(f"{saved.name} saved: needs {found.bars:,} bars of each instrument; made of {used}")
