"""``manage.py walk_forward``: settings chosen on one stretch of time, tested on the next."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table

from backtests import services
from backtests.management.search import SearchCommand
from backtests.models import BacktestSweep
from backtests.report.axes import axis_labels
from backtests.report.meaning import label
from backtests.report.text import words


class Command(SearchCommand):
    help = "Choose the best values of some fields on train windows, and test each choice on the months that follow."
    title = "walk_forward"
    methods = (BacktestSweep.Method.WALK_FORWARD,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--train", type=int, default=24, metavar="MONTHS", help="to choose on (24)")
        parser.add_argument("--test", type=int, default=6, metavar="MONTHS", help="to test a choice on (6)")
        parser.add_argument("--anchored", action="store_true", help="every train window begins with the first session")

    def create(self, config: dict[str, Any], axes: dict[str, list[Any]], options: dict[str, Any]) -> BacktestSweep:
        return services.walk_forward_create(
            config=config, axes=axes, train=options["train"], test=options["test"], anchored=options["anchored"],
            objective=options["objective"],
        )  # fmt: skip

    def show(self, sweep: BacktestSweep, result: dict[str, Any], options: dict[str, Any]) -> None:
        out, objective = self.out(), sweep.objective
        table = Table(title=f"{sweep}: chosen by {objective}", title_justify="left")
        for name in ("chosen on", "tested on"):
            table.add_column(name, no_wrap=True)
        fields = [axis["field"] for axis in sweep.axes]
        for name in axis_labels(fields, sweep.config).values():
            table.add_column(name, justify="right")
        for name in (f"{label(objective)}, in sample", "out of sample", "return out, %"):
            table.add_column(name, justify="right")
        for one in result["windows"]:
            figures = (one["train"].get(objective), one["test"].get(objective), one["test"].get("total_return"))
            table.add_row(
                _months(one["train_start"], one["train_end"]), _months(one["test_start"], one["test_end"]),
                *(words(one["chosen"].get(field)) for field in fields),
                *("–" if figure is None else f"{figure:,.2f}" for figure in figures),
            )  # fmt: skip
        out.print(table)
        failed = result["counts"]["FAILED"]
        if failed:
            self.stderr.write(f"{failed:,} of {sweep.variant_count:,} variants failed; --json of the sweep tells why")
        for name in ("total_return", "annualized_return", "sharpe_ratio", "max_drawdown", "excess_return"):
            if result["statistics"][name] is not None:
                out.print(f"{label(name)} out of sample: {result['statistics'][name]:,.2f}")
        out.print(f"{sweep.variant_count:,} variants in {sweep.timings['total']:.1f} s; sweep #{sweep.pk}")


def _months(start: str, end: str) -> str:
    """Days as their months: 2016-01 to 2017-12."""
    return f"{start[:7]} to {end[:7]}"
