"""What all long jobs share."""

from django.db import models


class JobState(models.TextChoices):
    """The states of a long job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    PARTLY = "PARTLY", "Partly done: some factors failed or have no data"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    CANCELLED = "CANCELLED"
