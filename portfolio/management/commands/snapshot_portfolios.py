"""``manage.py snapshot_portfolios``: values, risk, benchmarks and alerts of portfolios, up to the newest prices."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table

from market.cli import Exit, HouseCommand, progress_bar
from market.texts import counted
from portfolio.management.naming import HELP, portfolios_or_fail
from portfolio.models import PortfolioPerformanceHistory
from portfolio.services.snapshots import Snapshot, portfolios_snapshot

SHOWN = 40


class Command(HouseCommand):
    help = "Bring portfolios up to date: daily values from the first changed date on, risk, benchmarks, alerts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--portfolio", action="append", metavar="PORTFOLIO", help=f"{HELP}; may be repeated (all)")
        parser.add_argument("--whole", action="store_true", help="from the beginning, though nothing changed")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = portfolios_or_fail(self, options["portfolio"])
        ids = None if chosen is None else [one.pk for one in chosen]
        with progress_bar("snapshot_portfolios", quiet=options["json"]) as bar:
            done = portfolios_snapshot(ids=ids, whole=options["whole"], progress=bar(""))
        if options["json"]:
            self.print_json([_row(one) for one in done])
        else:
            self._show(done)
        failed = sum(bool(one.error) for one in done)
        if failed:
            raise SystemExit(int(Exit.FAILED if failed == len(done) else Exit.PARTLY))

    def _show(self, done: list[Snapshot]) -> None:
        table = Table("portfolio", "owner", "valued to", title_justify="left")
        for name in ("value", "TWR %", "sessions computed", "seconds"):
            table.add_column(name, justify="right")
        rows = PortfolioPerformanceHistory.objects.with_twr().newest_of([one.portfolio for one in done[:SHOWN]])
        newest = {row.portfolio_id: row for row in rows}
        for one in done[:SHOWN]:
            row = newest.get(one.portfolio.pk)
            value = f"{row.value:,.2f} {one.portfolio.base_currency}" if row else "-"
            twr = "-" if row is None or row.twr is None else f"{row.twr:,.2f}"
            table.add_row(
                f"#{one.portfolio.pk} {one.portfolio.name}", str(one.portfolio.owner), str(one.last or "-"), value, twr,
                f"{one.sessions:,}", f"{one.seconds:.2f}",
            )  # fmt: skip
        if done:
            self.out().print(table)
        if len(done) > SHOWN:
            self.stderr.write(f"... and {len(done) - SHOWN:,} more (--json has all)")
        for one in done:
            if one.error:
                self.stderr.write(f"#{one.portfolio.pk} {one.portfolio.name}: {one.error}")
        self.out().print(
            f"{counted(len(done), 'portfolio')} in {sum(one.seconds for one in done):.2f} s,"
            f" {sum(bool(one.error) for one in done):,} not valued"
        )


def _row(one: Snapshot) -> dict[str, Any]:
    return {
        "id": one.portfolio.pk, "name": one.portfolio.name, "sessions": one.sessions, "last": one.last,
        "seconds": one.seconds, "error": one.error,
    }  # fmt: skip
