"""``manage.py combine_factors``: a strategy's factors become one score."""

from argparse import ArgumentParser
from typing import Any

from django.db import ProgrammingError
from rich.table import Table
from rich.text import Text

from factors import services, store
from factors.models import CombineRun
from market.cli import Exit, HouseCommand, iso_date, progress_bar

SHOWN_PERIODS = 6


class Command(HouseCommand):
    help = (
        "Combine a strategy's factor scores into composite scores, 0 to 100 (default: the newest session with scores)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--strategy", metavar="NAME")
        what.add_argument("--resume", type=int, metavar="RUN", help="go on with a failed, interrupted or cancelled run")
        parser.add_argument("--date", type=iso_date, help="YYYY-MM-DD, one session")
        parser.add_argument("--from", dest="start", type=iso_date, help="first session of a range")
        parser.add_argument("--to", dest="end", type=iso_date, help="last session of a range")
        parser.add_argument("--top", type=int, default=10, help="how many of the best to show (default 10)")
        parser.add_argument("--json", action="store_true", help="print the run and its best as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._run(options)
        except services.JobError as error:
            self.fail(str(error), Exit.USAGE)
        except CombineRun.DoesNotExist:
            self.fail(f"run: no combine run #{options['resume']}", Exit.USAGE)
        except store.RunInProgress as error:
            self.fail(str(error))
        except ProgrammingError as error:
            self.fail(f"{str(error).splitlines()[0]}; run manage.py migrate first")
        best = services.composite_top(strategy=run.strategy.name, date=self._last_day(run), count=options["top"])
        if options["json"]:
            self.print_json(services.combine_run_summary(run=run) | {"top": best})
        else:
            self._print(run, best)

    def _run(self, options: dict[str, Any]) -> CombineRun:
        run_id = options["resume"]
        if run_id is None:
            run_id = services.combine_run_create(
                strategy=options["strategy"], date=options["date"], start=options["start"], end=options["end"]
            ).pk
        else:
            services.combine_run_requeue(run_id=run_id)
        with progress_bar("combine_factors", quiet=options["json"]) as bar:
            return services.combine_run_execute(run_id=run_id, progress=bar(options["strategy"] or f"#{run_id}"))

    def _last_day(self, run: CombineRun) -> Any:
        scored = services.composite_sessions(strategy_id=run.strategy_id, start=run.start, end=run.end)
        return scored[-1] if scored else None

    def _print(self, run: CombineRun, best: list[dict[str, Any]]) -> None:
        out = self.out()
        entries = [entry for entry in run.weights if "weights" in entry]
        if entries:
            out.print(weights_table(run, entries))
        if run.model_cards:
            out.print(models_table(run))
        out.print(best_table(run, best))
        for warning in run.warnings:
            out.print(Text(f"! {warning}", style="yellow"), soft_wrap=True)
        seconds = ", ".join(f"{stage} {spent:.2f} s" for stage, spent in run.timings.items())
        out.print(f"{run.score_count:,} scores from {run.start} to {run.end}; {seconds}; run #{run.pk}", soft_wrap=True)


def weights_table(run: CombineRun, entries: list[dict[str, Any]]) -> Table:
    """A row per factor, a column per period: the first and the newest."""
    shown = entries if len(entries) <= SHOWN_PERIODS else [entries[0], *entries[1 - SHOWN_PERIODS :]]
    title = f"weights of {run.strategy.name} ({run.definition['combiner']})"
    if len(shown) < len(entries):
        title += f", {len(shown)} of {len(entries)} periods"
    table = Table(title=title, title_justify="left")
    table.add_column("from\nsessions")
    for entry in shown:
        mark = "\nequal" if "fallback" in entry else ""
        table.add_column(f"{entry['from']}\n{entry['sessions']}{mark}", justify="right")
    for name in sorted(run.definition["factors"]):
        table.add_row(name, *(f"{entry['weights'][name]:.3f}" for entry in shown))
    return table


def models_table(run: CombineRun) -> Table:
    """The newest models: what they learnt from, and how well they foretell what they have not seen."""
    table = Table(title=f"the newest of {len(run.model_cards)} models", title_justify="left")
    for heading in ("as of", "trained from", "to", "samples", "out-of-sample rank IC", "counts most"):
        table.add_column(heading, justify="right" if heading in ("samples", "out-of-sample rank IC") else "left")
    for card in run.model_cards[-SHOWN_PERIODS:]:
        ic = card["out_of_sample_ic"]
        most = sorted(card["importance"].items(), key=lambda item: -item[1])[:3]
        named = ", ".join(f"{name} {share:.0%}" for name, share in most)
        shown = "-" if ic is None else f"{ic:+.3f}"
        table.add_row(card["as_of"], card["trained_from"], card["trained_to"], f"{card['samples']:,}", shown, named)
    return table


def best_table(run: CombineRun, best: list[dict[str, Any]]) -> Table:
    date = best[0]["date"] if best else run.end
    table = Table(title=f"best of {run.strategy.name} on {date}", title_justify="left", min_width=60)
    for heading in ("#", "ticker", "name", "sector", "score"):
        table.add_column(heading, justify="right" if heading in ("#", "score") else "left")
    for row in best:
        table.add_row(str(row["rank"]), row["ticker"], row["name"], row["sector"], f"{row['score']:.1f}")
    return table
