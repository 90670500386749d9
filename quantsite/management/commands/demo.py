"""``manage.py demo``: real prices from installed packages, scored, in one go."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from rich.table import Table

from backtests.models import BacktestSession, Status
from backtests.services.portfolios import backtest_to_portfolio
from factors import services
from factors.management.commands.show_scores import scores_table
from factors.models import FactorRun
from factors.services.skill import Skill, skill_newest
from market.cli import Exit, HouseCommand
from market.models import Instrument
from portfolio.models import Portfolio
from portfolio.services.allocations import allocations_set
from portfolio.services.benchmarks import Wanted, benchmarks_set
from portfolio.services.standing import standing_of

REGION = "US"
YEAR = ("--from", "2021-12-28", "--to", "2022-12-28")  # the last of the prices
EXAMPLE = str(settings.BASE_DIR / "docs/examples/momentum.yaml")
STRATEGY, STRATEGY_FILE = "calm_momentum", str(settings.BASE_DIR / "docs/examples/calm_momentum.yaml")
REPORT = str(settings.VAR_DIR / "demo-backtest.html")
OWNER, PORTFOLIO, BENCHMARK = "demo", "momentum", "SPX"
CASH_TARGET, THRESHOLD = 5, 2  # percent; percent points of drift
SHOWN = ("price_momentum_12m", "volatility_60d", "beta")

NEXT = """
What to try next
  make serve        the site at http://127.0.0.1:8000; it also prints the address where you choose a name and password
  .venv/bin/python manage.py show_scores --region US --factor cvar_95
  .venv/bin/python manage.py run_backtest docs/examples/momentum.yaml --set max_positions=3
  .venv/bin/python manage.py export_scores --region US --format parquet --out scores.parquet
  .venv/bin/python manage.py load_prices --help      your own data: CSV, Parquet, KRX, Yahoo-style
"""


class Command(HouseCommand):
    requires_migrations_checks = False  # its first step migrates
    help = (
        "Load the demo data (real prices that come with installed packages), compute its factors, backtest a strategy,"
        " keep it as a portfolio."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--top", type=int, default=5, help="instruments shown per factor")

    def handle(self, *args: Any, **options: Any) -> None:
        steps = (
            ("Preparing the tables", lambda: call_command("migrate", verbosity=0, stdout=self.stdout)),
            ("Instruments: 20 US stocks, five factor ETFs, an index", lambda: self._load("load_instruments")),
            (
                "Prices 1990 to 2022, as shipped with skfolio and bokeh-sampledata",
                lambda: self._load("load_prices"),
            ),
            ("Factors of the newest session", lambda: self._call("compute_factors", "--region", REGION)),
            ("Factors of the year before it, and how they ordered the returns that followed", self._year),
            ("A strategy of three factors: docs/examples/calm_momentum.yaml", self._strategy),
            ("A backtest: docs/examples/momentum.yaml", lambda: self._call("run_backtest", EXAMPLE, "--html", REPORT)),
            ("The backtest as a portfolio, and what 2008, 2020 and 2022 would do to it", self._portfolio),
        )
        for number, (title, step) in enumerate(steps, 1):
            self.stdout.write(self.style.MIGRATE_HEADING(f"\n[{number}/{len(steps)}] {title}"))
            self.stdout.flush()
            step()
        self.stdout.write("")
        for name in SHOWN:
            rows = services.scores_top(region=REGION, date=None, factor_name=name, count=options["top"])
            self.out().print(scores_table(name, rows))
        self.stdout.write(
            "The prices are real. No fundamentals come with the demo, and none are made up: the factors that need"
            " them say missing_field until you load some."
        )
        self.stdout.write(NEXT)

    def _year(self) -> None:
        """A year of scores, and one analysis of all factors that have any; told by the strongest."""
        self._call("compute_factors", "--region", REGION, *YEAR)
        counts = FactorRun.objects.filter(region=REGION).latest("date", "id").counts
        scored = sorted(name for name, of_factor in counts.items() if of_factor["scored"])
        asked = services.analysis_create(region=REGION, factor_names=scored)
        services.analysis_execute(analysis_id=asked.pk)
        self.out().print(skill_table(skill_newest(region=REGION)))

    def _strategy(self) -> None:
        self._call("save_strategy", STRATEGY_FILE)
        self._call("combine_factors", "--strategy", STRATEGY, *YEAR, "--top", "5")

    def _portfolio(self) -> None:
        """The newest backtest as a portfolio of a user who cannot log in, made anew each time: beside the index, and
        with equal weights as targets.
        """
        owner = User.objects.filter(username=OWNER).first() or User.objects.create_user(OWNER)
        Portfolio.objects.filter(owner=owner, name=PORTFOLIO).delete()
        newest = BacktestSession.objects.filter(status=Status.COMPLETED).latest("finished_at")
        portfolio = backtest_to_portfolio(session_id=newest.pk, owner=owner, name=PORTFOLIO)
        self._call("snapshot_portfolios", "--portfolio", f"{OWNER}/{PORTFOLIO}")
        index = Instrument.objects.get(region=REGION, ticker=BENCHMARK)
        benchmarks_set(portfolio=portfolio, benchmarks=[Wanted(index)])
        allocations_set(portfolio=portfolio, targets=equal_targets(portfolio))
        self._call("stress_test", f"{OWNER}/{PORTFOLIO}", "--window", "2008", "--window", "2020", "--window", "2022")

    def _load(self, command: str) -> None:
        self._call(command, "--region", REGION, "--source", "demo")

    def _call(self, command: str, *arguments: str) -> None:
        """Run a command as typed; a partly done one (exit 3) is told by its own output and goes on."""
        try:
            call_command(command, *arguments, stdout=self.stdout, stderr=self.stderr)
        except SystemExit as leave:
            if leave.code not in (Exit.DONE, Exit.PARTLY):
                raise


def skill_table(skills: Mapping[str, Skill]) -> Table:
    """The strongest factors by |t|: rank IC over the longest horizon."""
    table = Table(title="the five strongest, over 21 sessions", title_justify="left")
    for column in ("factor", "rank IC", "t for overlap"):
        table.add_column(column, justify="left" if column == "factor" else "right")
    told = {name: skill for name, skill in skills.items() if skill.rank_ic is not None and skill.t is not None}
    for name, skill in sorted(told.items(), key=lambda item: -abs(item[1].t))[:5]:
        table.add_row(name, f"{skill.rank_ic:+.4f}", f"{skill.t:+.2f}")
    return table


def equal_targets(portfolio: Portfolio) -> list[dict[str, object]]:
    """What is held in equal parts, in whole percents; the rest is cash."""
    held = [str(one.instrument) for one in standing_of(portfolio=portfolio).held]
    share = (100 - CASH_TARGET) // len(held)
    targets: list[dict[str, object]] = [{"asset": one, "target": share, "threshold": THRESHOLD} for one in held]
    return [*targets, {"asset": "CASH", "target": 100 - share * len(held)}]
