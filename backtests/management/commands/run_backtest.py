"""``manage.py run_backtest``: what a strategy would have earned."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.table import Table

from backtests import services
from backtests.management.given import config_arguments, config_of
from backtests.models import BacktestSession, Status
from factors.services import JobError, NotQueued
from market.cli import Exit, HouseCommand, progress_bar

SHOWN = (
    ("total_return", "total return, %"), ("annualized_return", "a year (CAGR), %"), ("volatility", "volatility, %"),
    ("sharpe_ratio", "Sharpe ratio"), ("sortino_ratio", "Sortino ratio"), ("max_drawdown", "deepest drawdown, %"),
    ("calmar_ratio", "Calmar ratio"), ("benchmark_return", "benchmark, %"), ("excess_return", "beyond it, pp"),
    ("win_rate", "sales won, %"), ("profit_factor", "profit factor"), ("average_hold_days", "days held"),
    ("exposure", "invested, %"), ("annual_turnover", "turnover a year, %"), ("total_costs", "costs"),
)  # fmt: skip


class Command(HouseCommand):
    help = "Backtest a configuration; an equal one over the same data is served from the store."

    def add_arguments(self, parser: ArgumentParser) -> None:
        config_arguments(parser)
        parser.add_argument("--again", action="store_true", help="compute it even if an equal one is stored")
        parser.add_argument("--background", action="store_true", help="hand it to the workers and leave")
        parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="the whole result as JSON")
        parser.add_argument("--html", type=Path, metavar="FILE", help="the report, one self-contained file")
        parser.add_argument("--orders", type=Path, metavar="FILE", help="the orders as CSV, to replay elsewhere")
        parser.add_argument("--weights", type=Path, metavar="FILE", help="the weights after each session's trades, CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        files = {name: options[name] for name in ("html", "orders", "weights") if options[name]}
        if options["json"] and options["json"] != "-":
            files["json"] = Path(options["json"])
        for path in files.values():
            self.writable_or_fail(path)
        session = self._session(options)
        if session.status in (Status.PENDING, Status.RUNNING):
            self.out().print(f"backtest #{session.pk} is {session.status}: workers carry it out")
            return
        self._write(session, files)
        if options["json"] == "-":
            self.print_json(services.backtest_result(session=session))
        else:
            self._print(session)

    def _session(self, options: dict[str, Any]) -> BacktestSession:
        try:
            config = config_of(options)
            if options["background"]:
                return services.backtest_enqueue(config=config, again=options["again"])
            with progress_bar("run_backtest", quiet=options["json"] == "-") as bar:
                return services.backtest_run(
                    config=config, again=options["again"], progress=bar(str(config.get("name") or ""))
                )
        except (services.BacktestBusy, NotQueued) as error:
            self.fail(str(error))
        except JobError as error:
            self.fail(str(error), Exit.USAGE)
        raise AssertionError("fail leaves")

    def _write(self, session: BacktestSession, files: dict[str, Path]) -> None:
        made = {
            "html": lambda: services.backtest_report(session=session),
            "json": lambda: self.json_text(services.backtest_result(session=session)),
            "orders": lambda: services.orders_csv(session=session),
            "weights": lambda: services.weights_csv(session=session),
        }
        for kind, path in files.items():
            self.write_file(path, made[kind]())
            self.stderr.write(f"{kind}: {path}")

    def _print(self, session: BacktestSession) -> None:
        out, found = self.out(), session.statistics
        out.print(f"[bold]{session}[/bold]", soft_wrap=True)
        table = Table(show_header=False)
        table.add_column("")
        table.add_column("", justify="right")
        for name, meaning in SHOWN:
            if found.figures.get(name) is not None:
                table.add_row(meaning, f"{found.figures[name]:,.2f}")
        out.print(table)
        for finding in found.findings:
            out.print(f"[bold]{finding['severity']}[/bold] {finding['title']}: {finding['message']}", soft_wrap=True)
        out.print(self._closing(session), soft_wrap=True)

    def _closing(self, session: BacktestSession) -> str:
        figures = session.statistics.figures
        return (
            f"{session.currency} {session.config['initial_capital']:,.0f} became {figures['final_value']:,.0f} in"
            f" {session.session_count:,} sessions; {figures['trades']:,} trades; {session.timings['total']:.2f} s;"
            f" backtest #{session.pk}"
        )
