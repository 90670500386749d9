"""``manage.py list_portfolios``: whose, how far computed, what they are worth."""

from argparse import ArgumentParser
from typing import Any

from django.db.models import Count
from rich.table import Table
from rich.text import Text

from market.cli import Exit, HouseCommand
from portfolio.management.naming import user_or_fail
from portfolio.models import Portfolio
from portfolio.services.findings import portfolio_findings
from portfolio.services.listing import with_newest

HEADS = ("id", "owner", "name", "currency", "transactions", "valued to", "value", "TWR, %", "state")
NUMBERS = ("id", "transactions", "value", "TWR, %")


class Command(HouseCommand):
    help = "List portfolios by owner and name, with their newest value."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", metavar="USER", help="of this user alone")
        parser.add_argument("--limit", type=int, default=100, metavar="N", help="how many (100)")
        parser.add_argument("--findings", action="store_true", help="also what to look at in each")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            self.fail("--limit: at least 1", Exit.USAGE)
        found = Portfolio.objects.all()
        if options["owner"]:
            found = found.filter(owner=user_or_fail(self, options["owner"]))
        shown = with_newest(found).annotate(entries=Count("transactions")).select_related("owner")
        chosen = list(shown.order_by("owner__username", "name")[: options["limit"]])
        rows = [_row(one) for one in chosen]
        if options["findings"]:
            for row, one in zip(rows, chosen, strict=True):
                row["findings"] = portfolio_findings(portfolio=one)
        if options["json"]:
            self.print_json(rows)
            return
        table = Table(title=f"portfolios: {len(rows):,} of {found.count():,}", title_justify="left")
        for head in HEADS:
            table.add_column(head, justify="right" if head in NUMBERS else "left", no_wrap=head == "id")
        for row in rows:
            table.add_row(*_cells(row))
        self.out().print(table)
        for row in rows:
            for told in row.get("findings", []):
                self.stdout.write(f"#{row['id']} {row['name']}: {told}")


def _row(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk, "owner": one.owner.username, "name": one.name, "base_currency": one.base_currency,
        "transactions": one.entries, "valued_to": one.valued_to, "value": one.newest_value,
        "twr": one.newest_twr,
        "is_stale": one.is_stale, "error": one.valuation_error,
    }  # fmt: skip


def _cells(row: dict[str, Any]) -> list[str | Text]:
    figures = ["–" if row[name] is None else f"{row[name]:,.2f}" for name in ("value", "twr")]
    state = row["error"] or ("to compute" if row["is_stale"] else "up to date")
    return [
        str(row["id"]), Text(row["owner"]), Text(row["name"]), row["base_currency"], f"{row['transactions']:,}",
        str(row["valued_to"] or "–"), *figures, Text(state),
    ]  # fmt: skip
