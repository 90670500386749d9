"""What the commands of searches share: asked for, carried out here or by the workers, written."""

from abc import abstractmethod
from argparse import ArgumentParser
from typing import Any

from backtests import services
from backtests.management.given import config_of
from backtests.management.grid import axes_of, search_arguments
from backtests.management.showing import files_given, files_written
from backtests.management.workers import workers
from backtests.models import BacktestSweep, Status
from backtests.report.text import words
from factors.services import JobError
from market.cli import Exit, HouseCommand, progress_bar

MOST_PROCESSES = 64
MOST_SHOWN = 10_000


def settings_told(sweep: BacktestSweep, overrides: dict[str, Any]) -> str:
    """What a variant sets, in the order of the axes."""
    return ", ".join(f"{axis['field']} {words(overrides[axis['field']])}" for axis in sweep.axes)


class SearchCommand(HouseCommand):
    """Creates or takes up a sweep, works on it, prints what came out."""

    title = ""
    methods: tuple[str, ...] = ()

    @abstractmethod
    def create(self, config: dict[str, Any], axes: dict[str, list[Any]], options: dict[str, Any]) -> BacktestSweep:
        """The sweep that is asked for; BacktestError."""

    @abstractmethod
    def show(self, sweep: BacktestSweep, result: dict[str, Any], options: dict[str, Any]) -> None:
        """The result as tables."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        search_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["work"] is not None:
            self._join(options["work"])
            return
        files = files_given(options, ("html", "json"))
        for path in files.values():
            self.writable_or_fail(path)
        for name, least, most in (("processes", 1, MOST_PROCESSES), ("top", 0, MOST_SHOWN)):
            if not least <= options.get(name, least) <= most:
                self.fail(f"--{name}: {least} to {most:,}", Exit.USAGE)
        sweep = self._sweep(options)
        if options["background"]:
            services.sweep_enqueue(sweep_id=sweep.pk)
            self.out().print(f"sweep #{sweep.pk} of {sweep.variant_count:,} variants: workers carry it out")
            return
        self.stderr.write(f"sweep #{sweep.pk}: {sweep.variant_count:,} variants")
        self._work(sweep, options)
        sweep.refresh_from_db()
        result = services.sweep_result(sweep=sweep, best=max(options.get("top") or 0, 10))
        files_written(self, files, {
            "html": lambda: services.sweep_report(sweep=sweep), "json": lambda: self.json_text(result),
        })  # fmt: skip
        if result["data_changed"]:
            self.stderr.write("data changed while it ran: variants before and after are of different data")
        if options["json"] == "-":
            self.print_json(result)
        else:
            self.show(sweep, result, options)
        if sweep.counts()[Status.FAILED]:
            raise SystemExit(int(Exit.PARTLY))

    def _sweep(self, options: dict[str, Any]) -> BacktestSweep:
        try:
            if options["resume"] is not None:
                return self._taken_up(options["resume"])
            return self.create(config_of(options), axes_of(options["axes"]), options)
        except JobError as error:
            self.fail(str(error), Exit.USAGE)
        raise AssertionError("fail leaves")

    def _join(self, sweep_id: int) -> None:
        """Work together with others, and leave when nothing is left."""
        try:
            with progress_bar(self.title) as bar:
                done = services.sweep_work(sweep_id=sweep_id, progress=bar(f"#{sweep_id}"))
        except JobError as error:
            self.fail(str(error))
        self.out().print(f"{done:,} variants of sweep #{sweep_id} were computed here")

    def _taken_up(self, sweep_id: int) -> BacktestSweep:
        if services.sweep_get(sweep_id=sweep_id).method not in self.methods:
            raise services.BacktestError(f"resume: sweep #{sweep_id} is not one of {self.title}")
        return services.sweep_resume(sweep_id=sweep_id)

    def _work(self, sweep: BacktestSweep, options: dict[str, Any]) -> None:
        """This process and its helpers, until nothing is left."""
        helpers = min(options["processes"], sweep.variant_count) - 1
        try:
            with progress_bar(self.title, quiet=options["json"] == "-") as bar, workers(sweep.pk, helpers):
                services.sweep_work(sweep_id=sweep.pk, progress=bar(sweep.name))
        except JobError as error:
            self.fail(str(error))
        sweep.refresh_from_db()
        if sweep.status != Status.COMPLETED:
            told = sweep.error or "others are at work on the rest"
            self.fail(f"sweep #{sweep.pk} is {sweep.status}: {told}; go on with --resume {sweep.pk}")
