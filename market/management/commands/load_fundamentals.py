"""``manage.py load_fundamentals``: reported figures, point in time."""

from argparse import ArgumentParser
from typing import Any

from market.cli import iso_date
from market.load_command import LoadCommand


class Command(LoadCommand):
    help = "Load reported figures from files (see docs/data-formats.md)."
    kind = "fundamentals"

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-create", action="store_true", help="refuse tickers that are not instruments yet")
        parser.add_argument("--ticker", default="", help="for a file of one company that does not name it")
        parser.add_argument("--date", type=iso_date, help="for a file of one day that does not name it")

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"create": not options["no_create"], "ticker": options["ticker"], "date": options["date"]}
