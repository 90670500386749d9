"""The catalogue of factors as rows, and what each computation did."""

import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.db import models

from factors.models.jobs import Job, JobState
from market.regions import REGION_CHOICES


class FactorQuerySet(models.QuerySet["Factor"]):
    def ids_of(self, names: Sequence[str]) -> list[int] | None:
        """Ids of the factors named; None (meaning all) for no names. A factor never computed has none yet."""
        return list(self.filter(name__in=names).values_list("id", flat=True)) if names else None


class Factor(models.Model):
    """A registered factor: the integer by which scores refer to it. Filled from the registry, never edited by hand."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=64, unique=True, help_text="As strategies, conditions and formulas call it.")
    category = models.CharField(max_length=32)
    unit = models.CharField(max_length=32, help_text="Of its values; scores have none.")
    direction = models.SmallIntegerField(help_text="1: more is better, -1: less is better.")
    lookback = models.PositiveSmallIntegerField(help_text="Bars the factor may look at, the as-of bar included.")
    description = models.TextField(blank=True, help_text="How it is computed.")

    objects = FactorQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FactorRunQuerySet(models.QuerySet["FactorRun"]):
    def done(self) -> Self:
        return self.filter(state__in=[FactorRun.State.DONE, FactorRun.State.PARTLY])

    def is_complete(self, region: str, date: dt.date, since: dt.datetime | None) -> bool:
        """Whether a run of all factors begun after ``since`` had no failure, and no run after it had one (which would
        have left its factor without scores).
        """
        found = self.filter(region=region, date=date).order_by("-finished_at")
        whole = found.filter(state=FactorRun.State.DONE, factor_names=[])
        newest = (whole if since is None else whole.filter(started_at__gt=since)).first()
        if newest is None:
            return False
        return not found.filter(state=FactorRun.State.PARTLY, finished_at__gt=newest.finished_at).exists()

    def of_region(self, region: str) -> Self:
        """``""``: of every region."""
        return self.filter(region=region) if region else self

    def latest_of(self, region: str, names: Sequence[str] = ()) -> "FactorRun | None":
        """The run that holds the newest scores of a region: of all the factors named, or of all there are.

        A later run of some other factors does not hide them; where there are only such runs, the newest counts.
        """
        with_scores = self.done().of_region(region).filter(score_count__gt=0).order_by("-date", "-id")
        covering = models.Q(factor_names=[])
        if names:
            covering |= models.Q(factor_names__contains=list(names))
        return with_scores.filter(covering).first() or with_scores.first()

    def newest_by_region(self) -> dict[str, dt.date]:
        """The date of each region's newest scores."""
        newest = self.done().filter(score_count__gt=0).order_by("region", "-date").distinct("region")
        return dict(newest.values_list("region", "date"))

    def dates_of(self, region: str, start: dt.date | None = None, end: dt.date | None = None) -> list[dt.date]:
        """Sessions of the region for which a run was made, so the only ones that can have scores; ascending."""
        bounds = {"date__gte": start, "date__lte": end}
        runs = self.of_region(region).filter(**{name: day for name, day in bounds.items() if day})
        return list(runs.order_by("date").values_list("date", flat=True).distinct())


OF_BACKFILL = "history"  # in the place of a cache's state


class FactorRun(Job):
    """One computation of factors for one region and date."""

    State = JobState

    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    date = models.DateField(help_text="Session whose close the scores are of.")
    factor_names = models.JSONField(default=list, blank=True, help_text="Asked for; empty: all.")
    normalisation = models.CharField(max_length=10, default="zscore", help_text="zscore, robust, percentile or minmax.")
    neutralise = models.JSONField(default=list, blank=True, help_text="Of sector, size.")
    universe_size = models.PositiveIntegerField(default=0, help_text="Instruments that took part.")
    score_count = models.PositiveIntegerField(default=0, help_text="Scores stored.")
    counts = models.JSONField(default=dict, blank=True, help_text="By factor: scored, and unscored by reason code.")
    errors = models.JSONField(default=dict, blank=True, help_text="By factor: why it failed.")
    cache = models.CharField(max_length=10, blank=True, help_text="warm, extended or rebuilt.")
    peak_memory_mb = models.FloatField(null=True, blank=True, help_text="MB.")

    objects = FactorRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "-date", "-id"], name="factorrun_region_date")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.region} {self.date}"
