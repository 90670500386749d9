"""Strategies: factors combined into one composite score per instrument and session."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models

from factors.models.jobs import Job
from factors.models.runs import Factor
from market.models import Instrument
from market.models.columns import RealField
from market.models.keyed import KeyedQuerySet
from market.models.owned import OwnedQuerySet, Reader, owned
from market.regions import REGION_CHOICES


class Strategy(models.Model):
    """Which factors, how they are combined, and for which instruments."""

    name = models.CharField(max_length=64, unique=True, help_text="Unique over the site.")
    description = models.TextField(blank=True)
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    combiner = models.CharField(max_length=32, default="equal_weight", help_text="How the factors become one score.")
    options = models.JSONField(default=dict, blank=True, help_text="Options of the combiner.")
    universe = models.JSONField(default=dict, blank=True, help_text="Which instruments take part; empty: all.")
    neutralise = models.JSONField(default=list, blank=True, help_text="Of sector, size.")
    is_active = models.BooleanField(default=True, help_text="Combined every day after the scores.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="strategies",
        help_text="Blank: the whole team's.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "strategies"

    def __str__(self) -> str:
        return self.name


class StrategyFactor(models.Model):
    """A factor of a strategy."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="members")
    factor = models.ForeignKey(Factor, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField(default=1.0, help_text="For the combiner fixed_weight; others find their own.")

    class Meta:
        ordering = ["strategy", "factor"]
        constraints = [
            models.UniqueConstraint(fields=["strategy", "factor"], name="strategyfactor_once"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="strategyfactor_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.strategy}: {self.factor}"


class CombineRunQuerySet(models.QuerySet["CombineRun"]):
    def visible_to(self, user: Reader) -> Self:
        """Those of strategies that ``user`` may view."""
        return self.filter(owned(user, "view", Strategy, "strategy__owner"))


class CombineRun(Job):
    """One combination of a strategy's factors over a range of sessions, with the weights it used."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="runs")
    start = models.DateField(help_text="First session.")
    end = models.DateField(help_text="Last session.")
    done_through = models.DateField(null=True, blank=True, help_text="Sessions up to here are stored.")
    definition = models.JSONField(default=dict, blank=True, help_text="The strategy as it was combined.")
    weights = models.JSONField(
        default=list, blank=True, help_text="By change: from which session on which weights, and any fallback."
    )
    model_cards = models.JSONField(default=list, blank=True, help_text="Of each model trained: data, settings, skill.")
    warnings = models.JSONField(default=list, blank=True, help_text="What the run had to say, in sentences.")
    score_count = models.PositiveBigIntegerField(default=0, help_text="Composite scores stored.")
    stored_at = models.DateTimeField(null=True, blank=True, help_text="When it stored its last scores.")

    objects = CombineRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=models.Q(end__gte=models.F("start")), name="combinerun_order")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.strategy} {self.start} to {self.end}"


class CompositeScoreQuerySet(models.QuerySet["CompositeScore"]):
    """Reads that go through the key (strategy, date, instrument)."""

    def of_day(self, strategy_id: int, date: dt.date) -> Self:
        """A strategy's scores of one session, best first."""
        return self.filter(strategy_id=strategy_id, date=date).order_by("rank", "instrument_id")

    def of_instrument(self, strategy_id: int, instrument_id: int) -> Self:
        """One instrument over time, newest first."""
        return self.filter(strategy_id=strategy_id, instrument_id=instrument_id).order_by("-date")

    def with_names(self) -> Self:
        return self.select_related("instrument")


class CompositeScore(models.Model):
    """One strategy's score of one instrument as of one session: 0 to 100, rank 1 the best."""

    pk = models.CompositePrimaryKey("strategy_id", "date", "instrument_id")
    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="scores"
    )
    date = models.DateField()
    instrument = models.ForeignKey(
        Instrument, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="composite_scores"
    )
    score = RealField(help_text="0 to 100.")
    rank = models.PositiveIntegerField(help_text="1 is the best; ties by ticker.")

    objects = CompositeScoreQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["strategy", "instrument", "-date"], name="compositescore_instrument")]

    def __str__(self) -> str:
        return f"{self.strategy_id} {self.date} {self.instrument_id}"


class CompositeScoreRowQuerySet(KeyedQuerySet["CompositeScoreRow"]):
    key_fields = ("strategy", "date", "instrument")


class CompositeScoreRow(models.Model):
    """CompositeScore as the admin needs it: the SQL view ``factors_compositescore_row`` adds a text key."""

    key = models.CharField(primary_key=True, max_length=48)
    strategy = models.ForeignKey(Strategy, on_delete=models.DO_NOTHING, related_name="+")
    date = models.DateField()
    instrument = models.ForeignKey(Instrument, on_delete=models.DO_NOTHING, related_name="+")
    score = RealField()
    rank = models.PositiveIntegerField()

    objects = CompositeScoreRowQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "factors_compositescore_row"
        verbose_name = "composite score"

    def __str__(self) -> str:
        return self.key
