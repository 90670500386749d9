"""Reported figures, point in time: a restatement is a new row with a later ``available_on``."""

import datetime as dt
from typing import Self

from django.db import models

from market.models.instruments import Instrument


class FundamentalQuerySet(models.QuerySet["Fundamental"]):
    def known_on(self, instrument_id: int, day: dt.date) -> Self:
        """Every version of the instrument's reports that was public on ``day``, newest publication first."""
        return self.filter(instrument_id=instrument_id, available_on__lte=day).order_by("-available_on", "-id")

    def newest_versions(self) -> Self:
        """Of the versions of one report (period, source, consolidated or not) the one published last."""
        report = ("instrument_id", "period_end", "period", "source", "consolidated")
        newest = self.order_by(*report, "-available_on").distinct(*report)
        return self.filter(pk__in=newest.values("pk"))


class Fundamental(models.Model):
    """One report of one period. Flows cover that period alone (Q three months, H1/H2 six, FY twelve).

    Amounts in units of ``currency``; per-share figures and share counts as reported then (not split-adjusted).
    Net income and equity are those attributable to the owners of the parent.
    """

    class Period(models.TextChoices):
        Q = "Q", "Quarter"
        H1 = "H1", "First half"
        H2 = "H2", "Second half"
        FY = "FY", "Fiscal year"

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="fundamentals", db_index=False)
    period_end = models.DateField(help_text="Last day of the period.")
    period = models.CharField(max_length=2, choices=Period, help_text="Flows cover this period alone.")
    available_on = models.DateField(help_text="Publication date: known from this day on.")
    available_is_estimated = models.BooleanField(
        default=False, help_text="The source does not say when it was published."
    )
    period_end_is_estimated = models.BooleanField(default=False, help_text="The source does not say the day.")
    source = models.CharField(max_length=32)
    consolidated = models.BooleanField(default=True, help_text="With subsidiaries.")
    currency = models.CharField(max_length=3, help_text="Of all amounts.")

    revenue = models.FloatField(null=True, blank=True)
    operating_income = models.FloatField(null=True, blank=True)
    net_income = models.FloatField(null=True, blank=True)
    ebitda = models.FloatField(null=True, blank=True)
    operating_cash_flow = models.FloatField(null=True, blank=True)
    capital_expenditure = models.FloatField(null=True, blank=True, help_text="Positive = money spent.")
    eps_basic = models.FloatField("EPS, basic", null=True, blank=True, help_text="Per share, as filed.")
    eps_diluted = models.FloatField("EPS, diluted", null=True, blank=True, help_text="Per share, as filed.")
    dividends_per_share = models.FloatField(null=True, blank=True, help_text="As filed.")
    total_assets = models.FloatField(null=True, blank=True)
    total_equity = models.FloatField(null=True, blank=True)
    total_debt = models.FloatField(null=True, blank=True)
    cash = models.FloatField(null=True, blank=True)
    current_assets = models.FloatField(null=True, blank=True)
    current_liabilities = models.FloatField(null=True, blank=True)
    book_value_per_share = models.FloatField(null=True, blank=True, help_text="As filed.")
    shares_outstanding = models.FloatField(null=True, blank=True, help_text="Shares at the end of the period.")
    free_float_shares = models.FloatField(null=True, blank=True, help_text="Shares that can be traded.")

    objects = FundamentalQuerySet.as_manager()

    class Meta:
        ordering = ["-available_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "period_end", "period", "available_on", "source", "consolidated"],
                name="fundamental_key",
            ),
            models.CheckConstraint(
                condition=models.Q(available_on__gte=models.F("period_end")),
                name="fundamental_available_after_period",
                violation_error_message="available_on is before period_end",
            ),
        ]
        indexes = [models.Index(fields=["available_on"], name="fundamental_available_on")]

    def __str__(self) -> str:
        return f"{self.instrument} {self.period} {self.period_end}"


FLOW_FIELDS = (
    "revenue", "operating_income", "net_income", "ebitda", "operating_cash_flow", "capital_expenditure",
    "eps_basic", "eps_diluted", "dividends_per_share",
)  # fmt: skip
STOCK_FIELDS = (
    "total_assets", "total_equity", "total_debt", "cash", "current_assets", "current_liabilities",
    "book_value_per_share", "shares_outstanding", "free_float_shares",
)  # fmt: skip
FUNDAMENTAL_FIELDS = FLOW_FIELDS + STOCK_FIELDS
