"""What a portfolio is measured against."""

from django.db import models
from django.db.models import Q

from market.models import Instrument
from portfolio.models.columns import range_check
from portfolio.models.portfolios import Portfolio


class PortfolioBenchmark(models.Model):
    """A benchmark, with how the portfolio stood against it when it was last valued (``as_of``): over the sessions of
    the portfolio on which both are known, the benchmark in the portfolio's currency.
    """

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="benchmarks")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    is_primary = models.BooleanField(default=False)
    as_of = models.DateField(null=True, editable=False)
    sessions = models.PositiveIntegerField(default=0, editable=False, help_text="Returns compared.")
    tracking_error = models.FloatField(null=True, editable=False, help_text="Percent a year.")
    information_ratio = models.FloatField(null=True, editable=False)
    alpha = models.FloatField(null=True, editable=False, help_text="Percent a year.")
    beta = models.FloatField(null=True, editable=False)
    excess_return = models.FloatField(null=True, editable=False, help_text="Percent points, total.")

    class Meta:
        db_table = "portfolio_benchmarks"
        ordering = ["portfolio_id", "-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "instrument"], name="benchmark_portfolio_instrument"),
            models.UniqueConstraint(
                fields=["portfolio"], condition=Q(is_primary=True), name="benchmark_one_primary",
                violation_error_message="another benchmark is the primary one",
            ),
            range_check("tracking_error", "benchmark_tracking_error", low=0.0),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.instrument)
