"""``manage.py analyze_factors``: does a factor work?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.table import Table

from factors import services, store
from factors.models import FactorAnalysis, JobState
from market.cli import Exit, HouseCommand, iso_date, progress_bar


class Command(HouseCommand):
    help = "How well the stored scores of factors ordered the returns after them; writes a tear sheet with --html."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", required=True, help="KR, US, CN, HK, JP or VN")
        parser.add_argument("--factor", action="append", required=True, metavar="NAME", help="a factor (repeatable)")
        parser.add_argument("--from", dest="start", type=iso_date, metavar="YYYY-MM-DD", help="default: first scores")
        parser.add_argument("--to", dest="end", type=iso_date, metavar="YYYY-MM-DD", help="default: newest scores")
        parser.add_argument("--horizon", nargs="+", type=int, default=[1, 5, 21], metavar="N", help="sessions (1 5 21)")
        parser.add_argument("--quantiles", type=int, default=5, metavar="N", help="2 to 20 (5)")
        parser.add_argument("--window", type=int, default=21, metavar="N", help="sessions of turnover (21)")
        parser.add_argument("--demean", action="store_true", help="quantile returns less the mean of the session")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the tear sheet, one self-contained file")
        parser.add_argument(
            "--json", nargs="?", const="-", metavar="FILE", help="print the analysis as JSON, or write it to FILE"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for path in (options["html"], options["json"]):
            if path and path != "-":
                self.writable_or_fail(Path(path))
        analysis = self._analyse(options)
        if options["html"]:
            self.write_file(options["html"], services.analysis_tear_sheet(analysis=analysis))
        self._report(analysis, options["json"])
        if options["html"]:
            self.stderr.write(f"tear sheet: {options['html']}")
        if analysis.state == JobState.PARTLY:
            raise SystemExit(int(Exit.PARTLY))

    def _analyse(self, options: dict[str, Any]) -> FactorAnalysis:
        try:
            asked = services.analysis_create(
                region=options["region"], factor_names=options["factor"], start=options["start"], end=options["end"],
                horizons=options["horizon"], quantiles=options["quantiles"], window=options["window"],
                demean=options["demean"],
            )  # fmt: skip
            with progress_bar("analyze_factors", quiet=options["json"] == "-") as bar:
                return services.analysis_execute(analysis_id=asked.pk, progress=bar(asked.region))
        except services.AnalysisError as error:
            self.fail(str(error), Exit.USAGE)
        except store.RunInProgress as error:
            self.fail(str(error))
        raise AssertionError("fail leaves")

    def _report(self, analysis: FactorAnalysis, as_json: str | None) -> None:
        if as_json == "-":
            self.print_json(services.analysis_summary(analysis=analysis))
            return
        if as_json:
            self.write_file(Path(as_json), self.json_text(services.analysis_summary(analysis=analysis)))
        result, out = analysis.result, self.out()
        names = [name for name in analysis.factor_names if name in result["factors"]]
        for name in names:
            out.print(factor_table(name, result["factors"][name]))
            out.print(below(result["factors"][name]), soft_wrap=True)
        if len(names) > 1:
            out.print(correlation_table(result["correlation"]))
        out.print(closing_line(analysis), soft_wrap=True)
        for name, why in result["problems"].items():
            self.stderr.write(f"{name}: {why}")
        for warning in result["warnings"]:
            self.stderr.write(warning)


def factor_table(name: str, found: dict[str, Any]) -> Table:
    """Horizons side by side: ICs, t, ICIR, quantile returns, spread, monotonicity."""
    table = Table(title=name, title_justify="left")
    table.add_column("")
    for row in found["information"]:
        table.add_column(f"{row['horizon']} session{'s' if row['horizon'] > 1 else ''}", justify="right")
    ranks = [row["rank_ic"] for row in found["information"]]
    pearson = [row["pearson_ic"] for row in found["information"]]
    table.add_row("rank IC", *(_number(one["mean"], 4) for one in ranks))
    table.add_row(
        "  t, t for overlap", *(f"{_number(one['t'], 2)}, {_number(one['t_newey_west'], 2)}" for one in ranks)
    )
    table.add_row("  ICIR", *(_number(one["information_ratio"], 2) for one in ranks))
    table.add_row("IC (Pearson)", *(_number(one["mean"], 4) for one in pearson))
    table.add_section()
    horizons = [row["horizon"] for row in found["information"]]
    means = {(row["horizon"], row["quantile"]): row["mean"] for row in found["quantiles"]}
    for k in range(1, max(quantile for _, quantile in means) + 1):
        table.add_row(f"quantile {k}, %", *(_number(means[horizon, k], 3) for horizon in horizons))
    table.add_row("top less bottom, %", *(_number(one["mean"], 3) for one in found["spread"]))
    table.add_row("  t for overlap", *(_number(one["t_newey_west"], 2) for one in found["spread"]))
    table.add_row("monotonicity", *(_number(one["value"], 2) for one in found["monotonicity"]))
    return table


def below(found: dict[str, Any]) -> str:
    """What has no horizon: turnover, autocorrelation, coverage."""
    turnover, kept, covered = found["turnover"], found["autocorrelation"], found["coverage"]
    drops = ", ".join(f"{code} {value:g}" for code, value in covered["drops"].items() if value)
    return (
        f"turnover of the top quantile over {turnover['window']} sessions {_number(turnover['top'], 1, '')} %,"
        f" rank autocorrelation {_number(kept['value'], 2)}\nscored {covered['scored']:g} instruments a session"
        + (f" of {covered['universe']:g}; not scored: {drops or 'none'}" if covered["universe"] else "")
    )


def correlation_table(correlation: dict[str, Any]) -> Table:
    """Spearman correlations of the scores."""
    table = Table(title="rank correlations", title_justify="left")
    table.add_column("")
    for name in correlation["names"]:
        table.add_column(name, justify="right")
    for name, row in zip(correlation["names"], correlation["spearman"], strict=True):
        table.add_row(name, *(_number(value, 2) for value in row))
    return table


def closing_line(analysis: FactorAnalysis) -> str:
    """The analysis in one line."""
    result = analysis.result
    return (
        f"{analysis.region} {analysis.start} to {analysis.end}: {result['sessions']:,} sessions,"
        f" {result['instruments']:,} instruments ({result['ended']} stopped trading);"
        f" {analysis.timings['total']:.2f} s; analysis #{analysis.pk}"
    )


def _number(value: float | None, digits: int, sign: str = "+") -> str:
    return "-" if value is None else f"{value:{sign}.{digits}f}"
