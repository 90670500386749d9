"""``manage.py look_through``: what a portfolio of funds and stocks really holds."""

import dataclasses
from argparse import ArgumentParser
from typing import Any

from etfs.management.reading import ReadingCommand, add_as_of, add_json, digits, symbol_of
from etfs.services import LookThroughView, look_through_get
from etfs.services.positions import positions_of

ROUNDED = 0.05  # percent: published weights are rounded, and add up to 100 within this
SHOWN = 0.005  # percent: less is 0.00
WORDS = {
    "no_composition": "funds of which no composition is known", "unresolved": "lines that are no instrument of ours",
    "depth_limit": "funds inside funds inside funds", "cycle": "funds that hold each other",
    "missing_weight": "weights that add up to less than 100", "excess_weight": "weights that add up to more than 100",
}  # fmt: skip


class Command(ReadingCommand):
    help = "Show what a portfolio of ETFs and stocks holds in the end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "position", nargs="+", metavar="FILE.csv|SYMBOL=AMOUNT",
            help="amounts in one currency, or weights; a CSV file has the columns symbol and amount",
        )  # fmt: skip
        parser.add_argument("--top", type=int, default=20, metavar="N", help="securities shown (default 20)")
        add_as_of(parser)
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.answered():
            found = look_through_get(positions=positions_of(words=options["position"]), as_of=options["as_of"])
        if options["json"]:
            self.print_json(dataclasses.asdict(found))
            return
        self._print_securities(found, max(options["top"], 0))
        for label, rows in found.by.items():
            self._print_exposure(label, rows)
        self._print_coverage(found)

    def _print_securities(self, found: LookThroughView, top: int) -> None:
        rows = [
            (str(place), symbol_of(row), row["name"], digits(row["percent"]), _through(row["through"]))
            for place, row in enumerate(found.rows[:top], 1)
        ]
        more = f"the first {top} of {len(found.rows):,}" if len(rows) < len(found.rows) else ""
        if rows:
            columns = (">#", "security", "~name", ">%", "~through")
            self.show("What it holds in the end", columns, rows, below=more)

    def _print_exposure(self, label: str, rows: list[dict[str, Any]]) -> None:
        shown = [(row[label] or "not known", digits(row["percent"])) for row in rows[:12]]
        if shown:
            more = f"and {len(rows) - 12} more (--json has all)" if len(rows) > 12 else ""
            self.show(f"By {label}", (f"~{label}", ">%"), shown, below=more)

    def _print_coverage(self, found: LookThroughView) -> None:
        self.say(f"covered {digits(found.covered_percent)} %, not covered {digits(found.uncovered_percent)} %")
        for reason, share in found.uncovered.items():
            if abs(share) >= (ROUNDED if reason in ("missing_weight", "excess_weight") else SHOWN):
                self.say(f"  {digits(share)} % {WORDS.get(reason, reason)}")
        if found.as_of_dates:
            days = ", ".join(f"{symbol} {day}" for symbol, day in found.as_of_dates.items())
            self.say(f"compositions: {days}")


def _through(shares: dict[str, float]) -> str:
    largest = sorted(shares.items(), key=lambda item: -abs(item[1]))
    return ", ".join(f"{symbol} {digits(share)}" for symbol, share in largest)
