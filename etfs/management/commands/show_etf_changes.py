"""``manage.py show_etf_changes``: what a fund bought and sold between two days."""

from argparse import ArgumentParser
from typing import Any

from etfs.management.reading import ReadingCommand, add_json, amount, digits, symbol_of
from etfs.services import FundChanges, changes_get, etf_get
from market.cli import iso_date


class Command(ReadingCommand):
    help = "Show what an ETF added, dropped, bought and sold between two of its compositions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbol", help="069500, or KR:069500 where several regions list it")
        parser.add_argument(
            "--from", dest="start", type=iso_date, metavar="DATE", help="default: the composition before the last"
        )
        parser.add_argument("--to", dest="end", type=iso_date, metavar="DATE", help="default: the newest composition")
        parser.add_argument("--held", action="store_true", help="also lines nothing happened to")
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.answered():
            found = changes_get(
                fund=etf_get(options["symbol"]), start=options["start"], end=options["end"], held=options["held"]
            )
        if options["json"]:
            head = {"fund": str(found.fund.instrument), "from": found.start, "to": found.end}
            self.print_json(head | {"changes": found.rows})
        else:
            self._print(found)

    def _print(self, found: FundChanges) -> None:
        title = f"{found.fund.instrument} {found.fund.instrument.name}: {found.start} to {found.end}"
        if not found.rows:
            self.say(f"{title}: nothing changed")
            return
        rows = [
            (
                row["status"].replace("_", " ").lower(), symbol_of(row), row["name"], digits(row["weight_before"]),
                digits(row["weight_after"]), digits(row["weight_change"], sign=True),
                amount(row["share_change"], sign=True), amount(row["value_change"], sign=True),
            )
            for row in found.rows
        ]  # fmt: skip
        columns = ("", "line", "~name", ">% then", ">% now", ">points", ">shares", ">value change")
        self.show(title, columns, rows, below=_counts(found))
        for row in found.rows:
            if row["split_ratio"] != 1:
                self.say(f"{symbol_of(row)} split: {row['split_ratio']:g} shares for one, taken into account")


def _counts(found: FundChanges) -> str:
    """2 added, 1 dropped, 14 bought."""
    words = [row["status"].replace("_", " ").lower() for row in found.rows]
    return ", ".join(f"{words.count(word):,} {word}" for word in dict.fromkeys(sorted(words)))
