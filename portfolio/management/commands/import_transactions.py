"""``manage.py import_transactions``: a CSV of transactions, or of opening positions, into a portfolio's books."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from market.cli import Exit, HouseCommand, iso_date
from market.sources.base import FileProblem
from market.sources.files import read_bytes
from market.texts import storable
from portfolio.management.naming import HELP, portfolio_or_fail
from portfolio.services.errors import PortfolioError
from portfolio.services.import_files import POSITIONS, TRANSACTIONS
from portfolio.services.import_plan import ERROR, ImportPlan
from portfolio.services.importing import import_preview, transactions_import

SHOWN = 20


class Command(HouseCommand):
    help = "Book a CSV file: all of it or nothing, unless --skip-errors. Rows that are there already are left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--portfolio", required=True, metavar="PORTFOLIO", help=HELP)
        parser.add_argument("--positions", action="store_true", help="the file lists opening positions")
        parser.add_argument("--date", type=iso_date, help="of positions whose rows have none")
        parser.add_argument("--preview", action="store_true", help="say what would happen, store nothing")
        parser.add_argument("--skip-errors", action="store_true", help="book the rows that can be")
        parser.add_argument("--rejects-out", type=Path, metavar="FILE", help="write the wrong rows there as CSV")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rejects_out"]:
            self.writable_or_fail(options["rejects_out"])
        asked = {
            "portfolio": portfolio_or_fail(self, options["portfolio"]), "content": self._content(options["file"]),
            "name": storable(options["file"].name), "kind": POSITIONS if options["positions"] else TRANSACTIONS,
            "date": options["date"],
        }  # fmt: skip
        added = 0
        try:
            plan = import_preview(**asked)
            if not options["preview"] and (options["skip_errors"] or not plan.count(ERROR)):
                done = transactions_import(**asked, skip_errors=options["skip_errors"])
                plan, added = done.plan, done.added
        except PortfolioError as error:
            self.fail(str(error))
        if options["rejects_out"] and plan.count(ERROR):
            self.write_file(options["rejects_out"], plan.refused_csv())
        self._show(plan, added, options)
        self._leave(plan, added, options)

    def _content(self, path: Path) -> bytes:
        try:
            return read_bytes(path)
        except FileProblem as problem:
            self.fail(str(problem))
            raise

    def _show(self, plan: ImportPlan, added: int, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({"added": added} | plan.told())
            return
        counts = ", ".join(f"{count:,} {state}" for state, count in plan.counts.items())
        self.stdout.write(f"{len(plan.rows):,} rows: {counts}; {added:,} booked")
        if options["preview"]:
            self.out().print(_totals(plan))
        held = Table("asset or currency", title="what is held then", title_justify="left")
        held.add_column("quantity", justify="right")
        for name, quantity in (*plan.shares.items(), *plan.cash.items()):
            held.add_row(Text(name), f"{quantity:,.10g}")
        if options["preview"]:
            self.out().print(held)
        for problem in plan.problems[:SHOWN]:
            self.stderr.write(str(problem))
        if len(plan.problems) > SHOWN:
            self.stderr.write(f"... and {len(plan.problems) - SHOWN:,} more: --rejects-out FILE has them all")

    def _leave(self, plan: ImportPlan, added: int, options: dict[str, Any]) -> None:
        if plan.count(ERROR):
            partly = added or (options["skip_errors"] and plan.count(ERROR) < len(plan.rows))
            raise SystemExit(int(Exit.PARTLY if partly else Exit.FAILED))


def _totals(plan: ImportPlan) -> Table:
    table = Table("kind", "currency", title="what would be booked", title_justify="left")
    for name in ("rows", "amount", "fee", "tax"):
        table.add_column(name, justify="right")
    for one in plan.totals():
        figures = [f"{one[name]:,.2f}" for name in ("amount", "fee", "tax")]
        table.add_row(one["kind"], one["currency"], f"{one['count']:,}", *figures)
    return table
