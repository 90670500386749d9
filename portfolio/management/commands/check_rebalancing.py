"""``manage.py check_rebalancing``: which portfolios are to be rebalanced, and proposals for them."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from market.cli import Exit, HouseCommand
from market.texts import counted
from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.rebalancing_check import Checked, Outcome, rebalancing_check


class Command(HouseCommand):
    help = "Ask every portfolio with targets whether it is time to rebalance, and propose a plan where it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--portfolio", type=int, action="append", metavar="ID", help="this one (may be repeated)")
        parser.add_argument("--mode", choices=RebalancingEvent.Mode.values, default="full", help="of the plans (full)")
        parser.add_argument("--dry-run", action="store_true", help="say which, by the newest values; store nothing")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = options["portfolio"]
        portfolios = None if ids is None else list(Portfolio.objects.filter(pk__in=ids).order_by("pk"))
        missing = sorted(set(ids or []) - {one.pk for one in portfolios or []})
        if missing:
            self.fail(f"--portfolio: no portfolio #{missing[0]}", Exit.USAGE)
        done = rebalancing_check(portfolios=portfolios, mode=options["mode"], dry_run=options["dry_run"])
        if options["json"]:
            self.print_json([asdict(one) for one in done])
        else:
            self._show(done)
        failed = sum(one.outcome == Outcome.FAILED for one in done)
        if failed:
            raise SystemExit(int(Exit.FAILED if failed == len(done) else Exit.PARTLY))

    def _show(self, done: list[Checked]) -> None:
        table = Table("portfolio", "outcome", "trigger", "proposal", "reason", title_justify="left")
        for one in done:
            event = f"#{one.event}" if one.event else "-"
            table.add_row(
                Text(f"#{one.portfolio} {one.name}"), one.outcome, one.trigger or "-", event, Text(one.reason)
            )
        if done:
            self.out().print(table)
        self.out().print(
            f"{counted(len(done), 'portfolio')}: "
            + ", ".join(f"{sum(one.outcome == kind for one in done):,} {kind}" for kind in Outcome)
        )
