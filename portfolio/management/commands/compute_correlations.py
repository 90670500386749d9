"""``manage.py compute_correlations``: correlations of every two of some assets as of a day."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from factors.services.jobs import JobError
from market.cli import Exit, HouseCommand, iso_date, progress_bar
from market.jobs.locks import RunInProgress
from market.models import Instrument
from portfolio.services.correlations import CorrelationRun, assets_of, assets_traded, correlations_compute


class Command(HouseCommand):
    help = (
        "Compute the correlations of every two of up to 1,000 assets over all windows, as of a day (default: that of"
        " their newest bar), and store them in place of theirs of that day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--tickers", help="separated by commas: US:SPY,US:AGG")
        which.add_argument("--region", help="KR, US, CN, HK, JP or VN: its instruments with prices of --asset-type")
        which.add_argument("--held", action="store_true", help="what portfolios trade")
        kinds = [kind.value for kind in Instrument.AssetType]
        parser.add_argument("--asset-type", type=str.upper, choices=kinds, help="with --region (default ETF)")
        parser.add_argument("--date", type=iso_date, help="YYYY-MM-DD, a day on which one of them has a bar")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["asset_type"] and not options["region"]:
            self.fail("--asset-type goes with --region", Exit.USAGE)
        try:
            with progress_bar("compute_correlations", quiet=options["json"]) as bar:
                run = correlations_compute(as_of=options["date"], progress=bar(""), **self._assets(options))
        except (JobError, LookupError) as error:
            self.fail(str(error), Exit.USAGE)
        except RunInProgress as error:
            self.fail(str(error))
        if options["json"]:
            self.print_json(asdict(run))
        else:
            self.out().print(run_lines(run), soft_wrap=True)
        if run.without_bars:
            raise SystemExit(int(Exit.PARTLY))

    def _assets(self, options: dict[str, Any]) -> dict[str, list]:
        if options["held"]:
            return {"instrument_ids": assets_traded()}
        if options["region"]:
            kind = options["asset_type"] or Instrument.AssetType.ETF.value
            return {"instrument_ids": assets_of(region=options["region"], asset_type=kind)}
        return {"tickers": [one.strip() for one in options["tickers"].split(",") if one.strip()]}


def run_lines(run: CorrelationRun) -> str:
    """How many pairs, in which windows they are known, and what had no bars."""
    known = ", ".join(f"{window} {count:,}" for window, count in run.known.items())
    without = f"\nwithout bars in three years: {', '.join(run.without_bars)}" if run.without_bars else ""
    return f"{run.date}: {run.pairs:,} pairs of {run.assets:,} assets; known by window: {known}{without}"
