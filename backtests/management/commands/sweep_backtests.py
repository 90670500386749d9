"""``manage.py sweep_backtests``: many variants of one backtest, the best of them, and how much of that is luck."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table

from backtests import services
from backtests.management.search import SearchCommand, settings_told
from backtests.models import BacktestSweep
from backtests.report.axes import axis_labels
from backtests.report.meaning import label
from backtests.report.text import words

SHOWN = ("total_return", "sharpe_ratio", "max_drawdown", "trades")
FAILURES = 10


class Command(SearchCommand):
    help = "Backtest every combination of values of some fields, or some of them drawn; exit code 3 if some failed."
    title = "sweep_backtests"
    methods = (BacktestSweep.Method.GRID, BacktestSweep.Method.RANDOM)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--random", type=int, metavar="N", dest="samples", help="so many combinations, drawn")
        parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draw; the same one draws the same")
        parser.add_argument("--top", type=int, default=10, metavar="N", help="how many of the best to print")

    def create(self, config: dict[str, Any], axes: dict[str, list[Any]], options: dict[str, Any]) -> BacktestSweep:
        return services.sweep_create(
            config=config, axes=axes, method="GRID" if options["samples"] is None else "RANDOM",
            samples=options["samples"], seed=options["seed"], objective=options["objective"],
        )  # fmt: skip

    def show(self, sweep: BacktestSweep, result: dict[str, Any], options: dict[str, Any]) -> None:
        out = self.out()
        fields = [axis["field"] for axis in sweep.axes]
        shown = list(dict.fromkeys([sweep.objective, *SHOWN]))
        table = Table(title=f"{sweep}: the best by {sweep.objective}", title_justify="left")
        for name in ("variant", *axis_labels(fields, sweep.config).values(), *map(label, shown)):
            table.add_column(name, justify="right")
        for one in result["best"][: options["top"]]:
            figures = (one["statistics"].get(name) for name in shown)
            set_to = (words(one["overrides"].get(field)) for field in fields)
            table.add_row(str(one["number"]), *set_to, *("–" if f is None else f"{f:,.2f}" for f in figures))
        out.print(table)
        self._failures(sweep, result)
        sure, timings = result["deflated_sharpe"], sweep.timings
        luck = "not known" if sure is None else f"{sure:.3f}"
        out.print(f"deflated Sharpe ratio of the best: {luck} (above 0.95: more than the luck of so many tries)")
        out.print(f"{sweep.variant_count:,} variants in {timings['total']:.1f} s; sweep #{sweep.pk}")

    def _failures(self, sweep: BacktestSweep, result: dict[str, Any]) -> None:
        failed = [one for one in result["variants"] if one["status"] == "FAILED"]
        for one in failed[:FAILURES]:
            self.stderr.write(
                f"variant {one['number']} ({settings_told(sweep, one['overrides'])}) failed: {one['error']}"
            )
        if len(failed) > FAILURES:
            self.stderr.write(f"and {len(failed) - FAILURES:,} more; --json and --html tell all")
