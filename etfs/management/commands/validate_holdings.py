"""``manage.py validate_holdings``: are the compositions of funds plausible?"""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from etfs.management.findings import counts, findings_show, grouped
from etfs.management.reading import ReadingCommand
from etfs.services.errors import Ambiguous, EtfError, NotFound
from etfs.services.validation import holdings_validate
from market.cli import Exit, progress_bar


class Command(ReadingCommand):
    help = (
        "Check the newest compositions of funds; findings are kept, the severe ones put a composition into quarantine."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", default="", help="KR, US, CN, HK, JP or VN (all)")
        parser.add_argument("--symbols", default="", metavar="A,B", help="these funds only: 069500,US:VTI")
        parser.add_argument("--all", action="store_true", help="every finding of every day, not a row for each fund")
        parser.add_argument("--json", action="store_true", help="print all findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        symbols = [symbol for symbol in options["symbols"].split(",") if symbol.strip()]
        try:
            with progress_bar("validate_holdings", quiet=options["json"]) as bar:
                run = holdings_validate(region=options["region"], symbols=symbols, progress=bar(options["region"]))
        except (EtfError, NotFound, Ambiguous) as error:
            self.fail(str(error), Exit.USAGE)
        if options["json"]:
            self.print_json(asdict(run) | {"grouped": grouped(run.findings), "counts": counts(run.findings)})
        else:
            findings_show(self, run, whole=options["all"])
        if not run.clean:
            raise SystemExit(int(Exit.PARTLY))
