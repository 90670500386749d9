"""``manage.py show_scores``: the best instruments of a factor, in the terminal."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table
from rich.text import Text

from factors import services
from factors.models import Factor
from market.cli import Exit, HouseCommand, iso_date


class Command(HouseCommand):
    help = "Show the best instruments of one or more factors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", required=True)
        parser.add_argument("--date", type=iso_date, help="YYYY-MM-DD (default: the newest with scores)")
        parser.add_argument("--factor", action="append", required=True, metavar="NAME", help="repeatable")
        parser.add_argument("--top", type=int, default=10)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found: dict[str, list[dict[str, object]]] = {}
        for name in options["factor"]:
            try:
                found[name] = services.scores_top(
                    region=options["region"], date=options["date"], factor_name=name, count=options["top"]
                )
            except services.FactorRunError as error:
                self.fail(str(error), Exit.USAGE)
        if options["json"]:
            self.print_json(found)
            return
        for name, rows in found.items():
            self.out().print(scores_table(name, rows))


def scores_table(name: str, rows: list[dict[str, object]]) -> Table:
    """Rank, ticker, name, value in the factor's unit, score, percentile."""
    factor = Factor.objects.get(name=name)  # a formula that was changed or deleted has only its row
    date = f" on {rows[0]['date']}" if rows else ""
    better = "more is better" if factor.direction > 0 else "less is better"
    title = Text(f"{name}{date} ({better})")
    caption = Text(factor.description, style="dim")
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left", min_width=72)
    for heading in ("#", "ticker", "name", factor.unit, "score", "percentile"):
        table.add_column(heading, justify="left" if heading in ("ticker", "name") else "right")
    for row in rows:
        value, score, percentile = (float(str(row[key])) for key in ("value", "score", "percentile"))
        shown = f"{value:,.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
        names = str(row["rank"]), str(row["ticker"]), str(row["name"])
        table.add_row(*names, shown, f"{score:+.2f}", f"{percentile:.1f}")
    return table
