"""What all long jobs share: their states, and the times and words of each."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_noop


class JobState(models.TextChoices):
    """The states of a long job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    PARTLY = "PARTLY", gettext_noop("Partly done: some factors failed or have no data")
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED", gettext_noop("Interrupted")
    CANCELLED = "CANCELLED"


class Job(models.Model):
    """A long job: queued, carried out by one process at a time, its row telling how it went."""

    state = models.CharField(max_length=11, choices=JobState, default=JobState.QUEUED)
    message = models.TextField(blank=True, help_text="What came of it, or why it failed.")
    timings = models.JSONField(default=dict, blank=True, help_text="Seconds by stage.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def begin(self) -> None:
        """It runs."""
        self.state, self.message, self.started_at, self.finished_at = JobState.RUNNING, "", timezone.now(), None
        self.save(update_fields=["state", "message", "started_at", "finished_at"])

    def finish(self, state: JobState, message: str) -> None:
        """It ended in ``state``; the whole row is saved."""
        self.state, self.message, self.finished_at = state, message, timezone.now()
        self.save()

    def stop(self, state: JobState, message: str) -> None:
        """It ended in ``state`` unless somebody has said so already, or another process has begun it since; nothing
        else of the row is saved.
        """
        going = type(self)._default_manager.filter(pk=self.pk, state__in=[JobState.QUEUED, JobState.RUNNING])
        going = going.filter(started_at=self.started_at)
        going.update(state=state, message=message, finished_at=timezone.now())
