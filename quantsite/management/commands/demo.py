"""``manage.py demo``: real prices from installed packages, scored, in one go."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command

from backtests.models import BacktestSession, Status
from backtests.services.portfolios import backtest_to_portfolio
from factors import services
from factors.management.commands.show_scores import scores_table
from market.cli import Exit, HouseCommand
from portfolio.models import Portfolio

REGION = "US"
EXAMPLE = str(settings.BASE_DIR / "docs/examples/momentum.yaml")
REPORT = str(settings.VAR_DIR / "demo-backtest.html")
OWNER, PORTFOLIO = "demo", "momentum"
SHOWN = ("price_momentum_12m", "volatility_60d", "beta")

NEXT = """
What to try next
  make serve                                   the site at http://127.0.0.1:8000 (API at /api/docs/, admin at /admin/)
  .venv/bin/python manage.py createsuperuser   a login for the admin
  .venv/bin/python manage.py show_scores --region US --factor cvar_95
  .venv/bin/python manage.py run_backtest docs/examples/momentum.yaml --set max_positions=3
  .venv/bin/python manage.py export_scores --region US --format parquet --out scores.parquet
  .venv/bin/python manage.py load_prices --help      your own data: CSV, Parquet, KRX, Yahoo-style
"""


class Command(HouseCommand):
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

    def _portfolio(self) -> None:
        """The newest backtest as a portfolio of a user who cannot log in, made anew each time."""
        owner = User.objects.filter(username=OWNER).first() or User.objects.create_user(OWNER)
        Portfolio.objects.filter(owner=owner, name=PORTFOLIO).delete()
        newest = BacktestSession.objects.filter(status=Status.COMPLETED).latest("finished_at")
        backtest_to_portfolio(session_id=newest.pk, owner=owner, name=PORTFOLIO)
        self._call("snapshot_portfolios", "--portfolio", f"{OWNER}/{PORTFOLIO}")
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
