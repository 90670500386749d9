"""``manage.py compute_factors``: the main job."""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table

from factors import services
from factors.calc.normalise import METHODS
from factors.engine import NEUTRALISATIONS
from factors.models import FactorRun
from market.cli import Exit, HouseCommand, iso_date, progress_bar


class Command(HouseCommand):
    help = (
        "Compute factor scores of one region, or all, as of one session (default: the latest with prices),"
        " or of a whole range of sessions (--from, --to). A range that was interrupted goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--region", help="KR, US, CN, HK, JP or VN")
        place.add_argument("--all-regions", action="store_true", help="every region that has prices")
        parser.add_argument("--date", type=iso_date, help="YYYY-MM-DD, a session of the exchange")
        parser.add_argument("--from", type=iso_date, dest="start", metavar="DATE", help="first day of a range")
        parser.add_argument("--to", type=iso_date, dest="end", metavar="DATE", help="its last (default: newest bar)")
        parser.add_argument("--restart", action="store_true", help="compute the whole range anew")
        parser.add_argument(
            "--factor", action="append", default=[], metavar="NAME", help="only this factor (repeatable)"
        )
        parser.add_argument("--normalisation", choices=sorted(METHODS), default="zscore")
        parser.add_argument("--neutralise", action="append", choices=NEUTRALISATIONS, default=[])
        parser.add_argument("--json", action="store_true", help="print the runs as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity = options["verbosity"]
        regions = services.regions_with_bars() if options["all_regions"] else [options["region"]]
        if not regions:
            self.fail("no region has prices yet: manage.py load_prices --region KR --source csv FILE")
        if options["start"] or options["end"] or options["restart"]:
            self._backfill(regions, options)
            return
        with progress_bar("compute_factors", quiet=options["json"]) as bar:
            outcomes = services.factors_compute(
                regions=regions, date=options["date"], factor_names=options["factor"],
                normalisation=options["normalisation"], neutralise=options["neutralise"], progress=bar,
            )  # fmt: skip
        self._report(outcomes, options["json"])
        self._leave(outcomes)

    def _backfill(self, regions: list[str], options: dict[str, Any]) -> None:
        """A range of sessions, one region after the other: each is computed by several threads."""
        if options["start"] is None or options["date"]:
            self.fail("a range needs --from, and no --date", Exit.USAGE)
        with progress_bar("compute_factors", quiet=options["json"]) as bar:
            outcomes = services.backfills_compute(
                regions=regions, start=options["start"], end=options["end"], factor_names=options["factor"],
                normalisation=options["normalisation"], neutralise=options["neutralise"],
                restart=options["restart"], progress=bar,
            )  # fmt: skip
        jobs = [outcome.job for outcome in outcomes if outcome.job]
        problems = [f"{outcome.region}: {outcome.problem}" for outcome in outcomes if outcome.problem]
        if options["json"]:
            self.print_json({
                "backfills": [services.backfill_summary(job=job) for job in jobs], "problems": problems,
            })  # fmt: skip
        else:
            for outcome in outcomes:
                if outcome.job:
                    self.out().print(backfill_line(outcome), soft_wrap=True)
        for problem in problems:
            self.stderr.write(problem)
        if len(problems) == len(outcomes):
            raise SystemExit(int(Exit.USAGE if all(item.is_request_error for item in outcomes) else Exit.FAILED))
        if problems or any(job.errors for job in jobs):
            raise SystemExit(int(Exit.PARTLY))

    def _report(self, outcomes: list[services.Outcome], as_json: bool) -> None:
        runs = [outcome.run for outcome in outcomes if outcome.run]
        problems = [f"{outcome.region}: {outcome.problem}" for outcome in outcomes if outcome.problem]
        if as_json:
            self.print_json({"runs": [services.factor_run_summary(run=run) for run in runs], "problems": problems})
        else:
            self._print(runs)
        for problem in problems:
            self.stderr.write(problem)

    def _print(self, runs: list[FactorRun]) -> None:
        """One region in full; several side by side, each in full with ``--verbosity 2``."""
        out = self.out()
        if len(runs) > 1:
            out.print(regions_table(runs))
        for run in runs:
            if len(runs) == 1 or self.verbosity > 1:
                out.print(run_table(run))
            out.print(f"{run.region} {run.date}: {run_line(run)}", soft_wrap=True)

    def _leave(self, outcomes: list[services.Outcome]) -> None:
        problems = [outcome for outcome in outcomes if outcome.problem]
        if len(problems) == len(outcomes):
            raise SystemExit(int(Exit.USAGE if all(item.is_request_error for item in problems) else Exit.FAILED))
        if problems or any(outcome.run.errors for outcome in outcomes if outcome.run):
            raise SystemExit(int(Exit.PARTLY))


def backfill_line(outcome: services.BackfillOutcome) -> str:
    """The backfill in a few lines: sessions, rows, seconds by stage, memory, and what failed."""
    job = outcome.job
    stages = ", ".join(f"{stage} {job.timings.get(stage, 0):.2f} s" for stage in ("read", "compute", "write"))
    elapsed = (job.finished_at - job.started_at).total_seconds()
    rate = (job.score_count - outcome.stored_before) / max(elapsed, 0.001)
    after = outcome.went_on_after
    went_on = f"went on after {after}, where it had stopped with {outcome.stored_before:,} scores\n" if after else ""
    failed = f"\nfailed: {job.message}" if job.errors else ""
    rest, in_all = ("the rest ", ", in all") if after else ("", "")
    return (
        f"{went_on}{job.region} {job.start} to {job.end}: {job.session_count:,} sessions, {job.score_count:,} scores;"
        f" {rest}in {elapsed:.1f} s ({rate:,.0f} scores/s; by stage{in_all}:"
        f" {stages}; reading and computing go beside writing); peak memory {job.peak_memory_mb or 0:,.0f} MB;"
        f" backfill #{job.pk}{failed}"
    )


def run_table(run: FactorRun) -> Table:
    """Per factor how many instruments are scored and why the others are not; factors without any share a row."""
    table = Table(title=f"{run.region} {run.date}: {run.universe_size} instruments", title_justify="left")
    table.add_column("factor", max_width=60)
    table.add_column("scored", justify="right")
    table.add_column("not scored, because")
    empty: dict[str, list[str]] = {}
    for name in sorted({*run.counts, *run.errors}):
        count = run.counts.get(name, {})
        why = run.errors.get(name) or _reasons(count)
        if count.get("scored"):
            table.add_row(name, str(count["scored"]), why)
        else:
            empty.setdefault(why, []).append(name)
    for why, names in empty.items():
        table.add_section()
        table.add_row(", ".join(names), "0", why)
    return table


def _reasons(count: dict[str, int]) -> str:
    return ", ".join(f"{code} {number}" for code, number in count.items() if code not in ("scored", "valued"))


def regions_table(runs: list[FactorRun]) -> Table:
    """How many instruments are scored, factors by regions."""
    table = Table(title="instruments scored", title_justify="left")
    table.add_column("factor")
    for run in runs:
        table.add_column(f"{run.region}\n{run.date}\nof {run.universe_size:,}", justify="right")
    for name in sorted({name for run in runs for name in (*run.counts, *run.errors)}):
        cells = ("failed" if name in run.errors else str(run.counts[name]["scored"]) for run in runs)
        table.add_row(name, *cells)
    return table


def run_line(run: FactorRun) -> str:
    """The run in one line: rows, seconds by stage, cache, memory."""
    stages = ", ".join(f"{stage} {run.timings.get(stage, 0):.2f} s" for stage in ("read", "compute", "write"))
    memory = f"peak memory {run.peak_memory_mb:,.0f} MB"
    return f"{run.score_count:,} scores; {stages}; cache {run.cache}; {memory}; run #{run.pk}"
