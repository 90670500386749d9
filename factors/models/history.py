"""Scores computed over years, and what they earned."""

import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.db import models

from factors.models.jobs import Job
from factors.models.runs import Factor
from market.models.keyed import KeyedQuerySet
from market.regions import REGION_CHOICES


class FactorBackfill(Job):
    """One computation of a range of sessions. Chunk by chunk; ``done_through`` is where it goes on after a stop."""

    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    start = models.DateField(help_text="First session.")
    end = models.DateField(help_text="Last session.")
    done_through = models.DateField(null=True, blank=True, help_text="Sessions up to here are stored.")
    factor_names = models.JSONField(default=list, blank=True, help_text="Asked for; empty: all.")
    normalisation = models.CharField(max_length=10, default="zscore", help_text="zscore, robust, percentile or minmax.")
    neutralise = models.JSONField(default=list, blank=True, help_text="Of sector, size.")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="What it was computed from: data revisions.")
    session_count = models.PositiveIntegerField(default=0, help_text="Sessions stored so far.")
    score_count = models.PositiveBigIntegerField(default=0, help_text="Scores stored so far.")
    errors = models.JSONField(default=dict, blank=True, help_text="By factor: why it failed.")
    peak_memory_mb = models.FloatField(null=True, blank=True, help_text="MB.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gte=models.F("start")), name="factorbackfill_order")
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.region} {self.start} to {self.end}"


class FactorReturnQuerySet(models.QuerySet["FactorReturn"]):
    """Reads that go through the key (date, region, factor)."""

    def between(self, region: str, start: dt.date | None, end: dt.date | None) -> Self:
        """A region's, both ends included, newest first; None leaves an end open."""
        bounds = {"date__gte": start, "date__lte": end}
        rows = self.filter(region=region, **{name: day for name, day in bounds.items() if day})
        return rows.order_by("-date", "factor_id")

    def of_factors(self, factor_ids: Sequence[int] | None) -> Self:
        """None: of all factors."""
        return self if factor_ids is None else self.filter(factor_id__in=factor_ids)

    def with_names(self) -> Self:
        return self.select_related("factor")


class FactorReturn(models.Model):
    """What a factor earned on one session: the scores of the session before against the returns of this one."""

    pk = models.CompositePrimaryKey("date", "region", "factor_id")
    date = models.DateField()
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    factor = models.ForeignKey(
        Factor, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="returns"
    )
    value = models.FloatField(
        null=True, help_text="Mean return of the top decile less that of the bottom decile, a fraction."
    )
    ic = models.FloatField(null=True, help_text="Spearman correlation of the scores with the returns.")
    coverage = models.FloatField(help_text="Share of the region's universe that has a score and a return, 0 to 1.")
    count = models.PositiveIntegerField(help_text="Instruments with a score and a return.")

    objects = FactorReturnQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.date} {self.region} {self.factor_id}"


class FactorReturnRowQuerySet(KeyedQuerySet["FactorReturnRow"]):
    key_fields = ("date", "region", "factor")


class FactorReturnRow(models.Model):
    """FactorReturn as the admin needs it: the SQL view ``factors_factorreturn_row`` adds a text key."""

    key = models.CharField(primary_key=True, max_length=40)
    date = models.DateField()
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    factor = models.ForeignKey(Factor, on_delete=models.DO_NOTHING, related_name="+")
    value = models.FloatField(null=True)
    ic = models.FloatField(null=True)
    coverage = models.FloatField()
    count = models.PositiveIntegerField()

    objects = FactorReturnRowQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "factors_factorreturn_row"
        verbose_name = "factor return"

    def __str__(self) -> str:
        return self.key
