"""What a portfolio was worth, day by day, and from where a computation can go on."""

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q

from portfolio.models.columns import range_check
from portfolio.models.portfolios import Portfolio


class PerformanceQuerySet(models.QuerySet["PortfolioPerformanceHistory"]):
    def between(self, start: dt.date | None, end: dt.date | None) -> Self:
        """Both days included, ascending; None: no limit."""
        days = {"date__gte": start, "date__lte": end}
        return self.filter(**{name: day for name, day in days.items() if day is not None}).order_by("date")

    def with_twr(self) -> Self:
        """``twr``: time-weighted return since the beginning, percent."""
        return self.annotate(twr=100.0 * (models.F("twr_index") - 1.0))

    def newest_of(self, portfolios: Iterable[Portfolio]) -> Self:
        """The last row of each."""
        return self.filter(portfolio__in=portfolios).order_by("portfolio_id", "-date").distinct("portfolio_id")

    def newest(self, on: dt.date | None = None) -> "PortfolioPerformanceHistory | None":
        """The last row, or the last on or before ``on``."""
        return (self if on is None else self.filter(date__lte=on)).order_by("-date").first()


class PortfolioPerformanceHistory(models.Model):
    """The end of a session. Money in the base currency; percent is percent (12.5 means 12.5 %). Statistics look at the
    last 252 sessions (docs/portfolio-performance.md), null where they cannot be known.
    """

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="performance")
    date = models.DateField()
    value = models.FloatField(help_text="Holdings and cash at the close.")
    cash = models.FloatField(help_text="At the close, base currency.")
    inflow = models.FloatField(default=0.0, help_text="From outside: cash and shares.")
    outflow = models.FloatField(default=0.0, help_text="To outside, positive.")
    income = models.FloatField(default=0.0, help_text="Dividends and interest before tax.")
    fees = models.FloatField(default=0.0, help_text="Of the day, base currency.")
    taxes = models.FloatField(default=0.0, help_text="Of the day, base currency.")
    daily_return = models.FloatField(null=True, help_text="Percent, flows removed.")
    twr_index = models.FloatField(null=True, help_text="1 before the first session, time-weighted.")
    carried = models.PositiveIntegerField(default=0, help_text="Held assets whose close is of an earlier session.")
    volatility = models.FloatField(null=True, help_text="Percent a year.")
    sharpe_ratio = models.FloatField(null=True, help_text="Annualised, of the last 252 returns.")
    var_95 = models.FloatField(null=True, help_text="Historical, one session, percent, positive is a loss.")
    benchmark_return = models.FloatField(null=True, help_text="Percent, of the primary benchmark.")
    beta = models.FloatField(null=True, help_text="Against the primary benchmark.")
    alpha = models.FloatField(null=True, help_text="Percent a year.")

    objects = PerformanceQuerySet.as_manager()

    class Meta:
        db_table = "portfolio_performance_history"
        ordering = ["portfolio_id", "-date"]
        verbose_name = "daily snapshot"
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "date"], name="performance_portfolio_date"),
            range_check("value", "performance_value"),
            models.CheckConstraint(
                condition=Q(inflow__gte=0, outflow__gte=0), name="performance_flows",
                violation_error_message="inflow and outflow must not be negative",
            ),
            range_check("twr_index", "performance_twr_index", low=0.0),
            range_check("volatility", "performance_volatility", low=0.0),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.date}"


class ValuationState(models.Model):
    """Lots, costs, cash and carried prices after a day: the calculation goes on from the newest one before a change.

    ``instruments`` and ``currencies`` name the columns of ``state`` (``accounting.pack``).
    """

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="states")
    date = models.DateField()
    instruments = models.JSONField()
    currencies = models.JSONField()
    state = models.JSONField()

    class Meta:
        ordering = ["portfolio_id", "-date"]
        constraints = [models.UniqueConstraint(fields=["portfolio", "date"], name="valuationstate_portfolio_date")]

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.date}"
