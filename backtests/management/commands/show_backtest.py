"""``manage.py show_backtest``: a stored backtest again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from backtests import services
from backtests.management.showing import files_given, files_written, session_found, session_shown
from market.cli import Exit, HouseCommand


class Command(HouseCommand):
    help = "Show a stored backtest as run_backtest did; nothing is computed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, metavar="ID", help="its number, as list_backtests shows it")
        parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="the whole result as JSON")
        parser.add_argument("--html", type=Path, metavar="FILE", help="the report, one self-contained file")
        parser.add_argument("--trades", type=int, default=0, metavar="N", help="print the first N trades")

    def handle(self, *args: Any, **options: Any) -> None:
        files = files_given(options, ("html", "json"))
        for path in files.values():
            self.writable_or_fail(path)
        if options["trades"] < 0:
            self.fail("--trades: at least 0", Exit.USAGE)
        session = session_found(self, options["id"])
        try:
            result = services.backtest_result(session=session)
        except services.BacktestError as error:
            self.fail(str(error))
        files_written(self, files, {
            "html": lambda: services.backtest_report(session=session), "json": lambda: self.json_text(result),
        })  # fmt: skip
        if options["json"] == "-":
            self.print_json(result)
        else:
            session_shown(self.out(), session, options["trades"])
