"""What was loaded, what was refused, and what that changed."""

import datetime as dt

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from market.regions import REGION_CHOICES


class LoadRun(models.Model):
    """One file (or one fetch of a source) and what became of its rows."""

    class Kind(models.TextChoices):
        INSTRUMENTS = "instruments", gettext_noop("Instruments")
        PRICES = "prices", gettext_noop("Prices")
        FUNDAMENTALS = "fundamentals", gettext_noop("Fundamentals")
        ACTIONS = "actions", gettext_noop("Corporate actions")
        FX = "fx", gettext_noop("Exchange rates")

    class State(models.TextChoices):
        RUNNING = "RUNNING", gettext_noop("Running")
        DONE = "DONE", gettext_noop("Done")
        PARTLY = "PARTLY", gettext_noop("Partly done: some rows were rejected")
        FAILED = "FAILED", gettext_noop("Failed")
        INTERRUPTED = "INTERRUPTED", gettext_noop("Interrupted")

    kind = models.CharField(max_length=12, choices=Kind)
    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    source = models.CharField(max_length=32, help_text="Name of the source.")
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, help_text="Of the file.")
    state = models.CharField(max_length=11, choices=State, default=State.RUNNING)
    message = models.TextField(blank=True, help_text="Why it failed, or what to know.")
    rows_read = models.PositiveIntegerField(default=0)
    rows_inserted = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0, help_text="Known before, with other figures.")
    rows_unchanged = models.PositiveIntegerField(default=0, help_text="Known before, the same.")
    rows_rejected = models.PositiveIntegerField(default=0, help_text="Not loaded; kept with their reasons.")
    rows_flagged = models.PositiveIntegerField(default=0, help_text="Loaded, and worth a look.")
    instruments_created = models.PositiveIntegerField(default=0, help_text="That were not known before.")
    reasons = models.JSONField(default=dict, blank=True, help_text="Rejections and flags by reason code.")
    timings = models.JSONField(default=dict, blank=True, help_text="Seconds by stage.")
    first_date = models.DateField(null=True, blank=True, help_text="Earliest date in the file.")
    last_date = models.DateField(null=True, blank=True, help_text="Latest date in the file.")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.region} {self.source}"


class RejectedRow(models.Model):
    """A row that was not loaded, as it stood in the file, with the column and reason."""

    load_run = models.ForeignKey(LoadRun, on_delete=models.CASCADE, related_name="rejected_rows")
    row_number = models.PositiveIntegerField(help_text="1 = the first row below the header.")
    column = models.CharField(max_length=64, blank=True, help_text="Blank: the row as a whole.")
    reason = models.CharField(max_length=40, help_text="Code, as counted in the load.")
    message = models.CharField(max_length=300)
    raw = models.JSONField(default=dict, help_text="The row as it stood in the file.")

    class Meta:
        ordering = ["load_run", "row_number"]
        indexes = [models.Index(fields=["load_run", "row_number"], name="rejectedrow_run_row")]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.reason}"


class DataChangeQuerySet(models.QuerySet["DataChange"]):
    def newest_at(self, region: str) -> dt.datetime | None:
        """When the region's bars or fundamentals last changed (no score is made of exchange rates)."""
        newest = (
            self.filter(region=region)
            .exclude(kind=DataChange.Kind.FX)
            .order_by("-id")
            .values_list("created_at", flat=True)
        )
        return newest.first()

    def newest_id(self, region: str, kind: str, until: dt.date) -> int:
        """The newest change of a region and kind that reaches back to ``until`` or further; 0 for none."""
        changes = self.filter(region=region, kind=kind, changed_from__lte=until)
        return changes.order_by("-id").values_list("id", flat=True).first() or 0


class DataChange(models.Model):
    """Every change of bars, fundamentals or exchange rates; the newest id of a region and kind is its data revision.

    ``changed_from`` is the earliest date touched, so a cache that ends before it can be extended, and one
    that reaches it must be rebuilt. Written by ``market.store`` and, for changes made behind its back, by a trigger.
    A load of exchange rates is noted for the region whose currency they are in, a change behind its back for all.
    """

    class Kind(models.TextChoices):
        BARS = "bars", gettext_noop("Bars")
        FUNDAMENTALS = "fundamentals", gettext_noop("Fundamentals")
        FX = "fx", gettext_noop("Exchange rates")

    region = models.CharField(max_length=2, choices=REGION_CHOICES)
    kind = models.CharField(max_length=12, choices=Kind)
    changed_from = models.DateField(help_text="Data of this date and later may have changed.")
    created_at = models.DateTimeField(db_default=Now())

    objects = DataChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["region", "kind", "-id"], name="datachange_revision")]

    def __str__(self) -> str:
        return f"{self.region} {self.kind} r{self.pk}"
