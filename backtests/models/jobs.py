"""What sessions and sweeps share: a status, how far they are, and what went wrong."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_noop


class Status(models.TextChoices):
    PENDING = "PENDING", gettext_noop("Pending")
    RUNNING = "RUNNING", gettext_noop("Running")
    COMPLETED = "COMPLETED", gettext_noop("Completed")
    FAILED = "FAILED", gettext_noop("Failed")
    CANCELLED = "CANCELLED", gettext_noop("Cancelled")


GOING = (Status.PENDING, Status.RUNNING)


class BacktestJob(models.Model):
    """A long job of this app: asked for, carried out by one process at a time, its row telling how it went."""

    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    progress = models.FloatField(default=0.0, help_text="Percent done.")
    stage = models.CharField(max_length=60, blank=True, help_text="What it is at.")
    error = models.TextField(blank=True, help_text="Why it failed.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Blank: the whole team's.",
    )

    class Meta:
        abstract = True

    @property
    def is_going(self) -> bool:
        return self.status in GOING

    def begin(self) -> None:
        """It runs."""
        self.status, self.started_at, self.finished_at = Status.RUNNING, timezone.now(), None
        self.progress, self.stage, self.error = 0.0, "", ""
        self.save(update_fields=["status", "started_at", "finished_at", "progress", "stage", "error"])

    def stop(self, status: Status, error: str = "") -> bool:
        """It ended in ``status`` unless somebody has said so already, or another process has begun it since; nothing
        else of the row is saved.
        """
        going = type(self)._default_manager.filter(pk=self.pk, status__in=GOING, started_at=self.started_at)
        return bool(going.update(status=status, error=error, stage="", finished_at=timezone.now()))
