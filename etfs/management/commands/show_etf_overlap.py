"""``manage.py show_etf_overlap``: how much funds have in common."""

import dataclasses
from argparse import ArgumentParser
from typing import Any

from etfs.management.reading import ReadingCommand, add_as_of, add_json, digits, symbol_of
from etfs.services import OverlapView, etf_get, overlap_matrix, overlap_pair
from market.cli import Exit


class Command(ReadingCommand):
    help = "Show how much of two or more ETFs is the same: the sum of the smaller weights of common stocks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbol", nargs="+", help="two or more; of two, the common stocks are shown")
        parser.add_argument("--top", type=int, default=20, metavar="N", help="common stocks shown (default 20)")
        add_as_of(parser)
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if len(options["symbol"]) < 2:
            self.fail("give two funds or more", Exit.USAGE)
        with self.answered():
            funds = [etf_get(symbol) for symbol in options["symbol"]]
            if len(funds) == 2:
                pair = overlap_pair(left=funds[0], right=funds[1], as_of=options["as_of"])
            else:
                matrix = overlap_matrix(funds=funds, as_of=options["as_of"])
        if len(funds) == 2:
            self.print_json(pair) if options["json"] else self._print_pair(pair, max(options["top"], 0))
        elif options["json"]:
            self.print_json(dataclasses.asdict(matrix))
        else:
            self._print_matrix(matrix)

    def _print_pair(self, pair: dict[str, Any], top: int) -> None:
        left, right = (fund["symbol"] for fund in pair["funds"])
        days = " and ".join(f"{fund['symbol']} on {fund['as_of_date']}" for fund in pair["funds"])
        self.say(f"{days}: {digits(pair['overlap_percent'])} % in common, {pair['common']:,} stocks")
        rows = [
            (symbol_of(row), row["name"], *(digits(row[key]) for key in ("left_weight", "right_weight", "shared")))
            for row in pair["names"][:top]
        ]
        left_out = len(pair["names"]) - len(rows)
        if rows:
            more = f"and {left_out:,} more (--top {len(pair['names'])} shows all)" if left_out else ""
            columns = ("stock", "~name", f">{left} %", f">{right} %", ">in common")
            self.show("", columns, rows, below=more)

    def _print_matrix(self, found: OverlapView) -> None:
        names = [fund["symbol"] for fund in found.funds]
        rows = [
            (name, str(fund["as_of_date"]), *(_cell(found, i, j) for j in range(len(names))))
            for i, (name, fund) in enumerate(zip(names, found.funds, strict=True))
        ]
        columns = ("fund", "as of", *(f">{name}" for name in names))
        self.show("Overlap in percent (common stocks)", columns, rows)


def _cell(found: OverlapView, row: int, column: int) -> str:
    return "" if row == column else f"{digits(found.percent[row][column], 1)} ({found.common[row][column]:,})"
