"""What each process of the background workers does before its first job."""

import gc
from typing import Any

from django.dispatch import receiver
from django_q.signals import post_spawn


@receiver(post_spawn, dispatch_uid="quantsite.worker_start")
def freeze(**kwargs: Any) -> None:
    """What was imported lives to the end: a full search for garbage need not walk through it (docs/operations.md)."""
    gc.collect()
    gc.freeze()
