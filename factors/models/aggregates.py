"""The two aggregates of scores as tables to read (factors/timescale.py says how they are made and refreshed)."""

import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.db import models

from factors.models.runs import Factor
from market.models import Instrument
from market.models.columns import RealField
from market.regions import REGION_CHOICES


class MonthlyScoreQuerySet(models.QuerySet["MonthlyScore"]):
    def of_month(self, region: str, month: dt.date) -> Self:
        """A region's figures of the month that begins on ``month``, by instrument and factor."""
        return self.filter(month=month, instrument__region=region).order_by("instrument_id", "factor_id")

    def of_instrument(self, instrument_id: int) -> Self:
        """One instrument's figures, newest month first."""
        return self.filter(instrument_id=instrument_id).order_by("-month", "factor_id")

    def of_factors(self, factor_ids: Sequence[int] | None) -> Self:
        """None: of all."""
        return self if factor_ids is None else self.filter(factor_id__in=factor_ids)

    def with_names(self) -> Self:
        return self.select_related("instrument", "factor")


class MonthlyScore(models.Model):
    """One instrument's scores of one factor in one month, as of the last refresh; null without any score."""

    pk = models.CompositePrimaryKey("month", "instrument_id", "factor_id")
    month = models.DateField(help_text="Its first day.")
    instrument = models.ForeignKey(Instrument, on_delete=models.DO_NOTHING, related_name="+")
    factor = models.ForeignKey(Factor, on_delete=models.DO_NOTHING, related_name="+")
    score_count = models.BigIntegerField(help_text="Sessions with a score.")
    score_mean = models.FloatField(null=True)
    score_stddev = models.FloatField(null=True, help_text="Of the sample (n - 1); null below two scores.")
    score_min = RealField(null=True)
    score_max = RealField(null=True)
    percentile_mean = models.FloatField(null=True)

    objects = MonthlyScoreQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "factor_scores_monthly"

    def __str__(self) -> str:
        return f"{self.month} {self.instrument_id} {self.factor_id}"


class DailyScoreQuerySet(models.QuerySet["DailyScore"]):
    def of_region(self, region: str, start: dt.date | None, end: dt.date | None) -> Self:
        """A region's figures from ``start`` to ``end`` (None: open), newest first, then by factor."""
        bounds = {"date__gte": start, "date__lte": end}
        rows = self.filter(region=region, **{name: day for name, day in bounds.items() if day})
        return rows.order_by("-date", "factor_id")

    def of_factors(self, factor_ids: Sequence[int] | None) -> Self:
        """None: of all."""
        return self if factor_ids is None else self.filter(factor_id__in=factor_ids)

    def with_names(self) -> Self:
        return self.select_related("factor")


class DailyScore(models.Model):
    """A region's scores of one factor on one day, as of the last refresh."""

    pk = models.CompositePrimaryKey("date", "region", "factor_id")
    date = models.DateField()
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    factor = models.ForeignKey(Factor, on_delete=models.DO_NOTHING, related_name="+")
    score_count = models.BigIntegerField(help_text="Instruments with a score.")
    score_mean = models.FloatField(null=True)
    score_stddev = models.FloatField(null=True, help_text="Of the sample (n - 1); null below two scores.")

    objects = DailyScoreQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "factor_correlation_daily"

    def __str__(self) -> str:
        return f"{self.date} {self.region} {self.factor_id}"
