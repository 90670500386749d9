"""``manage.py stress_test``: what could happen to a portfolio."""

from argparse import ArgumentParser
from typing import Any

from etfs.management.reading import ReadingCommand, add_as_of, digits
from market.cli import Exit
from portfolio.calc.stress import HISTORICAL
from portfolio.management.naming import HELP, portfolio_or_fail
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.shocks import shock_of
from portfolio.services.stress import stress_historical, stress_reverse, stress_shocks
from portfolio.services.traits import pairs_of

NO_DATA = 99.995  # percent covered, below which it is worth a word


class Command(ReadingCommand):
    help = "Stress a portfolio: bad times of the past (the default), made-up shocks, the most likely way to a loss."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("portfolio", metavar="PORTFOLIO", help=HELP)
        parser.add_argument(
            "--window", action="append", default=[], metavar="NAME",
            help=f"one of {', '.join(one.name for one in HISTORICAL)} (may be repeated; default: all)",
        )  # fmt: skip
        parser.add_argument(
            "--proxy", action="append", default=[], metavar="SYMBOL=PROXY", help="what stands in for an asset then"
        )
        parser.add_argument(
            "--shock", action="append", default=[], metavar="KIND:NAME=PERCENT",
            help="asset:US:AAPL=-30, sector:Technology=-20, factor:market=-15, currency:KRW=-10 (together)",
        )  # fmt: skip
        parser.add_argument("--reverse", type=float, metavar="PERCENT", help="how would so much be lost?")
        parser.add_argument("--sessions", type=int, default=1, help="within so many sessions, of --reverse (default 1)")
        add_as_of(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        portfolio = portfolio_or_fail(self, options["portfolio"])
        try:
            found = self._found(portfolio, options)
        except PortfolioError as error:
            self.fail(str(error), Exit.USAGE)
        if options["json"]:
            self.print_json(found)
            return
        for one in found.get("historical", {}).get("results", []):
            self._show(f"{one['name']} {one['title']} ({one['first']} to {one['last']})", one)
        if "shocks" in found:
            self._show(f"{', '.join(options['shock'])}", found["shocks"])
        if "reverse" in found:
            self._show_reverse(found["reverse"])

    def _found(self, portfolio: Portfolio, options: dict[str, Any]) -> dict[str, Any]:
        """What was asked for, the past where nothing was."""
        told: dict[str, Any] = {}
        asked = {"portfolio": portfolio, "as_of": options["as_of"]}
        if options["window"] or options["proxy"] or not (options["shock"] or options["reverse"] is not None):
            proxies = pairs_of(options["proxy"], "proxy")
            told["historical"] = stress_historical(windows=options["window"], proxies=proxies, **asked)
        if options["shock"]:
            told["shocks"] = stress_shocks(shocks=[shock_of(text) for text in options["shock"]], **asked)
        if options["reverse"] is not None:
            told["reverse"] = stress_reverse(loss=options["reverse"], sessions=options["sessions"], **asked)
        return told

    def _show(self, title: str, found: dict[str, Any]) -> None:
        rows = [
            (row["asset"], digits(row["weight"]), digits(row["change"], sign=True),
             digits(row["contribution"], sign=True), row["source"])
            for row in found["assets"]
        ]  # fmt: skip
        below = found["note"] or f"portfolio {digits(found['change'], sign=True)} %"
        if not found["note"] and found["covered"] < NO_DATA:
            alike = digits(found["change_if_alike"], sign=True)
            below += f"; {digits(found['covered'])} % has data; as if the rest had moved alike: {alike} %"
        self.show(title, ("asset", ">weight %", ">change %", ">points", "~from"), rows, below=below + "\n")

    def _show_reverse(self, found: dict[str, Any]) -> None:
        rows = [
            (
                row["asset"],
                digits(row["weight"]),
                digits(row["change"], sign=True),
                digits(row["contribution"], sign=True),
            )
            for row in found["assets"]
        ]
        title = f"The most likely way to lose {found['loss']:g} % within {found['sessions']} sessions"
        below = f"{digits(found['distance'])} standard deviations; normal probability {found['probability']:.2g}"
        self.show(title, ("asset", ">weight %", ">change %", ">points"), rows, below=below)
        for name, weight in found["left_out"].items():
            self.say(f"left out, too few closes: {name} ({digits(weight)} %)")
