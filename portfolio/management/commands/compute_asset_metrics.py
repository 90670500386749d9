"""``manage.py compute_asset_metrics``: indicators of every asset as of a session."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from market.cli import Exit, HouseCommand, iso_date, progress_bar
from portfolio.services.asset_metrics import MetricsOutcome, MetricsRun, asset_metrics_compute_regions


class Command(HouseCommand):
    help = (
        "Compute the indicators of a region's stocks and ETFs, or of all regions, as of one session (default: the"
        " newest with prices), and store them in place of those of that session."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--region", help="KR, US, CN, HK, JP or VN")
        place.add_argument("--all-regions", action="store_true", help="every region that has prices")
        parser.add_argument("--date", type=iso_date, help="YYYY-MM-DD, a session of the exchange")
        parser.add_argument("--json", action="store_true", help="print the runs as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        regions = [options["region"]] if options["region"] else []
        with progress_bar("compute_asset_metrics", quiet=options["json"]) as bar:
            outcomes = asset_metrics_compute_regions(regions=regions, as_of=options["date"], progress=bar)
        if not outcomes:
            self.fail("no region has prices yet: manage.py load_prices --region KR --source csv FILE")
        runs = [one.run for one in outcomes if one.run]
        problems = [f"{one.region}: {one.problem}" for one in outcomes if one.problem]
        if options["json"]:
            self.print_json({"runs": [asdict(run) for run in runs], "problems": problems})
        else:
            for run in runs:
                self.out().print(run_line(run), soft_wrap=True)
        for problem in problems:
            self.stderr.write(problem)
        self._leave(outcomes)

    def _leave(self, outcomes: list[MetricsOutcome]) -> None:
        problems = [one for one in outcomes if one.problem]
        if len(problems) == len(outcomes):
            raise SystemExit(int(Exit.USAGE if all(one.is_request_error for one in problems) else Exit.FAILED))
        if problems:
            raise SystemExit(int(Exit.PARTLY))


def run_line(run: MetricsRun) -> str:
    """The run in one line: rows, indicators that are known of all or of few, seconds by stage."""
    stages = ", ".join(f"{stage} {spent:.2f} s" for stage, spent in run.timings.items())
    rarest = min(run.known, key=run.known.__getitem__)
    return (
        f"{run.region} {run.date}: {run.rows:,} of {run.instruments:,} assets are quoted; each indicator is known of"
        f" {run.known[rarest]:,} ({rarest}) or more; {stages}"
    )
