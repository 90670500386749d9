"""``manage.py validate_holdings``: are the compositions of funds plausible?"""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from rich.table import Table

from etfs.services.errors import Ambiguous, EtfError, NotFound
from etfs.services.validation import Validation, holdings_validate
from market.cli import Exit, HouseCommand, progress_bar

SHOWN = 40


class Command(HouseCommand):
    help = (
        "Check the newest compositions of funds; findings are kept, the severe ones put a composition into quarantine."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", default="", help="KR, US, CN, HK, JP or VN (all)")
        parser.add_argument("--symbols", default="", metavar="A,B", help="these funds only: 069500,US:VTI")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        symbols = [symbol for symbol in options["symbols"].split(",") if symbol.strip()]
        try:
            with progress_bar("validate_holdings", quiet=options["json"]) as bar:
                run = holdings_validate(region=options["region"], symbols=symbols, progress=bar(options["region"]))
        except (EtfError, NotFound, Ambiguous) as error:
            self.fail(str(error), Exit.USAGE)
        if options["json"]:
            self.print_json(asdict(run))
        else:
            self._show(run)
        if not run.clean:
            raise SystemExit(int(Exit.PARTLY))

    def _show(self, run: Validation) -> None:
        table = Table("fund", "as of", "", "finding", "", title_justify="left")
        for row in run.findings[:SHOWN]:
            table.add_row(
                row["symbol"], row["as_of_date"].isoformat(), str(row["severity"]), row["code"], row["message"]
            )
        if run.findings:
            self.out().print(table)
        if len(run.findings) > SHOWN:
            self.stderr.write(f"... and {len(run.findings) - SHOWN:,} more; all are kept (admin, API)")
        self.out().print(
            f"{run.funds:,} funds, {run.compositions:,} compositions checked: {len(run.findings):,} findings,"
            f" {len(run.quarantined):,} put into quarantine, {run.resolved:,} lines resolved",
            soft_wrap=True,
        )
