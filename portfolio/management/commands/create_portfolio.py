"""``manage.py create_portfolio``: an empty one, or one of a strategy's best names."""

from argparse import ArgumentParser
from typing import Any

from market.cli import Exit, HouseCommand, iso_date
from portfolio.management.naming import user_or_fail
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.from_strategy import EQUAL, FILLS, NEXT_CLOSE, WEIGHTINGS, portfolio_from_strategy
from portfolio.services.portfolios import portfolio_create


class Command(HouseCommand):
    help = "Make a portfolio: empty, or of the best names of a strategy (--strategy) bought on one day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--owner", required=True, metavar="USER")
        parser.add_argument("--currency", help="base currency of an empty one, three letters")
        parser.add_argument("--description", default="")
        parser.add_argument("--strategy", metavar="STRATEGY", help="buy its best names")
        parser.add_argument("--top", type=int, default=10, metavar="N", help="how many names (10)")
        parser.add_argument("--capital", type=float, metavar="AMOUNT", help="deposited first, in the region's currency")
        parser.add_argument("--date", type=iso_date, help="of the composite (the newest that can be bought)")
        parser.add_argument(
            "--fill", choices=FILLS, default=NEXT_CLOSE,
            help="buy at the closes of the session after the composite (next_close), or at those it was computed from",
        )  # fmt: skip
        parser.add_argument("--weighting", choices=WEIGHTINGS, default=EQUAL)
        parser.add_argument("--lot", type=float, default=1.0, help="shares are bought in multiples of it (1)")
        parser.add_argument("--commission", type=float, default=0.0, help="percent of each buy")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["strategy"] is None) == (options["currency"] is None):
            self.fail("either --currency (an empty portfolio) or --strategy", Exit.USAGE)
        if options["strategy"] and options["capital"] is None:
            self.fail("--capital: needed with --strategy", Exit.USAGE)
        try:
            made = self._made(options)
        except PortfolioError as error:
            self.fail(str(error), Exit.USAGE)
        entries = made.transactions.count()
        if options["json"]:
            self.print_json({"id": made.pk, "owner": options["owner"], "name": made.name, "transactions": entries})
            return
        self.stdout.write(f"portfolio #{made.pk} {options['owner']}/{made.name}: {entries:,} transactions")

    def _made(self, options: dict[str, Any]) -> Portfolio:
        owner = user_or_fail(self, options["owner"])
        if not options["strategy"]:
            return portfolio_create(
                owner=owner, name=options["name"], base_currency=options["currency"],
                description=options["description"],
            )  # fmt: skip
        names = ("strategy", "capital", "date", "weighting", "lot", "commission", "fill")
        asked = {name: options[name] for name in names}
        return portfolio_from_strategy(owner=owner, name=options["name"], count=options["top"], **asked)
