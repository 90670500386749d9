"""``manage.py show_etf_flows``: where money went."""

import dataclasses
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from etfs.management.reading import ReadingCommand, add_json, add_region, amount, digits
from etfs.models import Category
from etfs.services import FlowsView, flows_get
from market.cli import iso_date


class Command(ReadingCommand):
    help = "Show the money that came into ETFs and left them, by category and by fund."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_region(parser, "only funds listed there (default: everywhere)")
        parser.add_argument(
            "--from", dest="start", type=iso_date, metavar="DATE", help="default: 20 sessions before the last day"
        )
        parser.add_argument("--to", dest="end", type=iso_date, metavar="DATE", help="default: the last day known")
        parser.add_argument("--category", default="", type=str.upper, metavar="NAME", help=", ".join(Category.values))
        parser.add_argument("--top", type=int, default=10, metavar="N", help="funds each way (default 10)")
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.answered():
            found = flows_get(
                region=options["region"], start=options["start"], end=options["end"], category=options["category"],
                top=max(options["top"], 0),
            )  # fmt: skip
        if options["json"]:
            self.print_json(dataclasses.asdict(found))
        else:
            self._print(found)

    def _print(self, found: FlowsView) -> None:
        title = f"Net flows{f' in {found.region}' if found.region else ''}, {found.start} to {found.end}"
        if not found.funds:
            self.say(f"{title}: no fund has a flow on these days")
            return
        rows = [
            (
                Category(row["category"]).label, f"{row['funds']:,}", amount(row["net_flow_krw"], sign=True),
                digits(row["percent"], sign=True),
            )
            for row in found.categories
        ]  # fmt: skip
        told = f"{found.signal.lower()}: " + (
            "money moves between categories" if found.signal == "ROTATION" else "no move between categories"
        )
        columns = ("category", ">funds", f">{found.currency}", ">% of assets")
        self.show(title, columns, rows, below=told)
        self._print_funds("Most came into", found.top_inflow, found.currency)
        self._print_funds("Most left", found.top_outflow, found.currency)
        if found.without:
            self.say(f"{found.without:,} funds have no flow that could be added")

    def _print_funds(self, title: str, funds: Sequence[dict[str, Any]], currency: str) -> None:
        rows = [
            (
                f"{row['region']}:{row['ticker']}", row["name"], row["category"].lower(),
                amount(row["net_flow_krw"], sign=True), digits(row["percent"], sign=True), f"{row['days']:,}",
            )
            for row in funds
        ]  # fmt: skip
        if rows:
            self.show(title, ("fund", "~name", "category", f">{currency}", ">%", ">days"), rows)
