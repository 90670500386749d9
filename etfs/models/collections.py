"""What was collected or imported, and what became of each answer."""

from typing import Self

from django.db import models

from etfs.models.payloads import Payload
from factors.models import Job
from market.regions import REGION_CHOICES


class CollectRun(Job):
    """One import of files, or one round of a source over funds."""

    source = models.CharField(max_length=32, help_text="Name of the source.")
    kind = models.CharField(max_length=10, help_text="holdings, funds or stats.")
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    tickers = models.JSONField(default=list, blank=True, help_text="The funds asked for; empty: those that are due.")
    force = models.BooleanField(default=False, help_text="Also what is not due, and over good data of the same day.")
    stored = models.PositiveIntegerField(default=0, help_text="Compositions, funds or days stored.")
    unchanged = models.PositiveIntegerField(default=0, help_text="Answers with the same bytes as before.")
    flagged = models.PositiveIntegerField(default=0, help_text="Stored, but not believed.")
    failed = models.PositiveIntegerField(default=0, help_text="Answers that were refused, or never came.")

    class Meta:
        verbose_name = "collection run"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "-id"], name="collectrun_region")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.source} {self.region}"


class CollectItemQuerySet(models.QuerySet["CollectItem"]):
    def about(self, region: str, ticker: str) -> Self:
        """Answers about one fund, with their runs."""
        return self.filter(ticker=ticker, run__region=region).select_related("run")


class CollectItem(models.Model):
    """One answer of a run: stored, or why not."""

    kind = ""  # holdings, funds or stats, as it was just read; not kept

    class Outcome(models.TextChoices):
        STORED = "STORED"
        UNCHANGED = "UNCHANGED", "Unchanged: the same bytes as before"
        FLAGGED = "FLAGGED", "Flagged: stored, but not believed"
        KEPT = "KEPT", "Kept beside: another source is trusted more, its data stay"
        REFUSED = "REFUSED", "Refused: the answer cannot be believed, what was there stays"
        FAILED = "FAILED", "Failed: no answer, or one that nobody can read"

    run = models.ForeignKey(CollectRun, on_delete=models.CASCADE, related_name="items")
    payload = models.ForeignKey(Payload, null=True, blank=True, on_delete=models.SET_NULL, related_name="items")
    name = models.CharField(max_length=255, help_text="The file, or the address without keys.")
    ticker = models.CharField(max_length=32, blank=True, help_text="The fund; blank: an answer about many.")
    as_of_date = models.DateField(null=True, blank=True, help_text="The day that the answer is of.")
    outcome = models.CharField(max_length=9, choices=Outcome)
    error_type = models.CharField(
        max_length=12,
        blank=True,
        help_text="timeout, connection, http, rate_limit, empty, schema, auth, refused or internal.",
    )
    message = models.TextField(blank=True, help_text="Why, in words.")
    rows = models.PositiveIntegerField(default=0, help_text="Lines, funds or days in it.")
    bad_rows = models.JSONField(default=list, blank=True, help_text="Row, column, reason of what could not be read.")
    seconds = models.FloatField(default=0, help_text="Time to fetch and store it.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CollectItemQuerySet.as_manager()

    class Meta:
        verbose_name = "answer"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["error_type"], name="collectitem_error"),
            models.Index(fields=["ticker", "as_of_date"], name="collectitem_fund_day"),
        ]

    def __str__(self) -> str:
        return f"{self.ticker or self.name}: {self.outcome}"
