"""``manage.py export_scores``: stored scores as CSV or Parquet."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from factors import services
from market.cli import Exit, HouseCommand, iso_date
from market.spreadsheets import table_safe


class Command(HouseCommand):
    help = "Write stored scores: region,ticker,date,factor,value,score,percentile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", required=True)
        parser.add_argument("--date", type=iso_date, help="YYYY-MM-DD (default: the newest with scores)")
        parser.add_argument(
            "--factor", action="append", default=[], metavar="NAME", help="only this factor (repeatable)"
        )
        parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
        parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output (CSV only)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] == "parquet" and not options["out"]:
            self.fail("--format parquet needs --out FILE", Exit.USAGE)
        try:
            scores = services.scores_export(
                region=options["region"], date=options["date"], factor_names=options["factor"]
            )
            self._write(scores, options["format"], options["out"])
        except services.FactorRunError as error:
            self.fail(str(error), Exit.USAGE)
        except BrokenPipeError:
            sys.stderr.close()  # the reader (head, less) has seen enough; say nothing
        except OSError as error:
            self.fail(f"cannot write {options['out']}: {error}")

    def _write(self, scores: pa.Table, form: str, out: Path | None) -> None:
        write = pa_csv.write_csv if form == "csv" else pa_parquet.write_table
        scores = table_safe(scores) if form == "csv" else scores
        if out is None:
            write(scores, sys.stdout.buffer)
            return
        part = out.with_name(f"{out.name}.part")
        write(scores, part)
        part.replace(out)
        self.stderr.write(f"{scores.num_rows:,} scores written to {out}")
