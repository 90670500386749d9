"""``manage.py run_backtest``: what a strategy would have earned."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from backtests import services
from backtests.management.given import config_arguments, config_of
from backtests.management.showing import files_given, files_written, session_shown
from backtests.models import BacktestSession, Status
from factors.services import JobError, NotQueued
from market.cli import Exit, HouseCommand, progress_bar


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
        files = files_given(options, ("html", "json", "orders", "weights"))
        for path in files.values():
            self.writable_or_fail(path)
        asked_at = timezone.now()
        session = self._session(options)
        if session.status in (Status.PENDING, Status.RUNNING):
            self.out().print(f"backtest #{session.pk} is {session.status}: workers carry it out")
            return
        if session.finished_at and session.finished_at < asked_at:
            self.stderr.write(
                f"served from the store: backtest #{session.pk} of {session.finished_at:%Y-%m-%d}; --again computes it"
            )
        files_written(self, files, {
            "html": lambda: services.backtest_report(session=session),
            "json": lambda: self.json_text(services.backtest_result(session=session)),
            "orders": lambda: services.orders_csv(session=session),
            "weights": lambda: services.weights_csv(session=session),
        })  # fmt: skip
        if options["json"] == "-":
            self.print_json(services.backtest_result(session=session))
        else:
            session_shown(self.out(), session)

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
