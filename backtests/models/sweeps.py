"""Many variants of one backtest."""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from django.db import models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_noop

from backtests.models.jobs import BacktestJob, Status
from market.models.owned import OwnedQuerySet


class BacktestSweepQuerySet(OwnedQuerySet):
    def matching(self, *, search: str = "", status: str = "", method: str = "") -> Self:
        """``search``: a part of the name."""
        asked = {"name__icontains": search, "status": status, "method": method}
        return self.filter(**{name: value for name, value in asked.items() if value})

    def with_deflated(self) -> Self:
        """With ``deflated``: the deflated Sharpe ratio of the best variant, None until it has ended."""
        return self.annotate(deflated=Cast(KeyTextTransform("deflated_sharpe", "result"), models.FloatField()))


class BacktestSweep(BacktestJob):
    """A search over fields of a configuration; ``axes``: a list of {field, values}."""

    class Method(models.TextChoices):
        GRID = "GRID", gettext_noop("Every combination")
        RANDOM = "RANDOM", gettext_noop("Some combinations, drawn")
        WALK_FORWARD = "WALK_FORWARD", gettext_noop("Chosen on one window, tested on the next")

    name = models.CharField(max_length=120, blank=True)
    config = models.JSONField(help_text="The configuration that the variants change, defaults filled in.")
    axes = models.JSONField(default=list, help_text="Fields that are varied, with their values.")
    method = models.CharField(max_length=12, choices=Method, default=Method.GRID)
    objective = models.CharField(max_length=64, default="sharpe_ratio", help_text="The statistic to choose by.")
    options = models.JSONField(default=dict, blank=True, help_text="Samples and seed, or windows.")
    variant_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True, blank=True, help_text="Of a walk-forward: windows, series, statistics.")
    tests = models.JSONField(
        default=list, blank=True, help_text="Of a walk-forward that is not at its end: the windows tested so far."
    )
    timings = models.JSONField(default=dict, blank=True, help_text="Seconds by stage.")

    objects = BacktestSweepQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    @property
    def label(self) -> str:
        """Its name, its number without one."""
        return self.name or f"#{self.pk}"

    def __str__(self) -> str:
        return f"#{self.pk} {self.name or self.method}"

    def trials(self) -> np.ndarray:
        """The annualised Sharpe ratio of every variant that came to an end, by number: float64 [k], NaN without one."""
        rows = BacktestVariant.objects.completed().filter(sweep=self).order_by("number")
        found = list(rows.values_list("figures__sharpe_ratio", flat=True))
        return np.array([np.nan if ratio is None else ratio for ratio in found], dtype=np.float64)

    def counts(self) -> dict[str, int]:
        """How many variants are in each status."""
        rows = self.variants.order_by().values_list("status").annotate(models.Count("pk"))
        return {str(status): 0 for status in Status} | dict(rows)


class BacktestVariantQuerySet(models.QuerySet["BacktestVariant"]):
    def with_settings(self, fields: Sequence[str]) -> Self:
        """With ``axis_0``, ``axis_1``: what each sets of these fields."""
        return self.annotate(
            **{f"axis_{place}": KeyTransform(field, "overrides") for place, field in enumerate(fields)}
        )

    def with_figures(self, names: Iterable[str]) -> Self:
        """With ``figure_<name>``, None without it."""
        return self.annotate(
            **{f"figure_{name}": Cast(KeyTextTransform(name, "figures"), models.FloatField()) for name in names}
        )

    def pending(self) -> Self:
        return self.filter(status=Status.PENDING)

    def failed(self) -> Self:
        return self.filter(status=Status.FAILED)

    def completed(self) -> Self:
        return self.filter(status=Status.COMPLETED)

    def best_first(self, *, lowest: bool) -> Self:
        """By the objective, those without one last, equal ones by number; ``lowest``: less is better."""
        unknown = models.ExpressionWrapper(models.Q(objective__isnull=True), models.BooleanField())
        return self.annotate(unknown=unknown).order_by("unknown", "objective" if lowest else "-objective", "number")


class BacktestVariant(models.Model):
    """One variant of a sweep: what it changes, and what came out. A failure stays with its variant."""

    sweep = models.ForeignKey(BacktestSweep, on_delete=models.CASCADE, related_name="variants")
    number = models.PositiveIntegerField(help_text="Place in the sweep, from 1.")
    overrides = models.JSONField(help_text="Field of the configuration: value.")
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    error = models.TextField(blank=True, help_text="Why it failed.")
    objective = models.FloatField(null=True, blank=True, help_text="The statistic that the sweep chooses by.")
    figures = models.JSONField(default=dict, blank=True, help_text="Statistics by name.")
    seconds = models.FloatField(null=True, blank=True, help_text="Time it took.")

    objects = BacktestVariantQuerySet.as_manager()

    class Meta:
        ordering = ["sweep", "number"]
        constraints = [models.UniqueConstraint(fields=["sweep", "number"], name="backtestvariant_number")]
        indexes = [models.Index(fields=["sweep", "status", "number"], name="backtestvariant_next")]

    def __str__(self) -> str:
        return f"{self.sweep_id}/{self.number}"
