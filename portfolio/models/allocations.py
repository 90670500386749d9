"""What a portfolio should hold."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from market.models import Instrument
from portfolio.models.columns import choice_check, range_check
from portfolio.models.portfolios import Portfolio


def _percent(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=9, decimal_places=6, **options)


class PortfolioAllocation(models.Model):
    """The wanted weight of one asset, or of cash (no asset), in percent of the portfolio. The active targets of a
    portfolio sum to 100 when a transaction commits: a constraint trigger sees to it.
    """

    class Frequency(models.TextChoices):
        NONE = "NONE", gettext_noop("No schedule")
        WEEKLY = "WEEKLY", gettext_noop("Weekly")
        MONTHLY = "MONTHLY", gettext_noop("Monthly")
        QUARTERLY = "QUARTERLY", gettext_noop("Quarterly")
        SEMIANNUAL = "SEMIANNUAL", gettext_noop("Half-yearly")
        ANNUAL = "ANNUAL", gettext_noop("Yearly")

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="allocations")
    instrument = models.ForeignKey(
        Instrument, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="asset",
        help_text="Blank: cash.",
    )  # fmt: skip
    target = _percent(help_text="Percent of the portfolio; active targets sum to 100.")
    minimum = _percent(null=True, blank=True, help_text="Percent; below it is a breach.")
    maximum = _percent(null=True, blank=True, help_text="Percent; above it is a breach.")
    threshold = _percent(null=True, blank=True, help_text="Percent points of drift that are still no breach.")
    frequency = models.CharField(
        max_length=10,
        choices=Frequency,
        default=Frequency.NONE,
        help_text="How often the asset wants a plan, drifted or not.",
    )
    is_active = models.BooleanField(default=True, help_text="Counts; else kept for later.")

    class Meta:
        db_table = "portfolio_allocations"
        ordering = ["portfolio_id", "-target", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "instrument"], name="allocation_portfolio_asset", nulls_distinct=False,
                violation_error_message="this asset has a target already",
            ),
            *(range_check(name, f"allocation_{name}", low=0, to=100)
              for name in ("target", "minimum", "maximum", "threshold")),
            choice_check(
                "frequency", "allocation_frequency",
                ("NONE", "WEEKLY", "MONTHLY", "QUARTERLY", "SEMIANNUAL", "ANNUAL"),
            ),
            models.CheckConstraint(
                condition=Q(minimum__lte=F("target")), name="allocation_minimum_to_target",
                violation_error_message="the minimum is above the target",
            ),
            models.CheckConstraint(
                condition=Q(maximum__gte=F("target")), name="allocation_target_to_maximum",
                violation_error_message="the maximum is below the target",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.instrument or 'cash'} {self.target.normalize():f} %"
