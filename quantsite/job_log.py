"""Background jobs in the log: each line names its job, and the request that queued it."""

import logging
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django_q.signals import post_execute_in_worker, pre_enqueue, pre_execute
from django_q.utils import get_func_repr

from quantsite.tracing import Job, job_now, request_id_now

logger = logging.getLogger("quantsite.jobs")


@receiver(pre_enqueue, dispatch_uid="quantsite.job_log")
def note_request(task: dict[str, Any], **kwargs: Any) -> None:
    """The id goes into the queue with the task, and from a job on to those that it queues."""
    if found := request_id_now():
        task["request_id"] = found


@receiver(pre_execute, dispatch_uid="quantsite.job_log")
def begin(task: dict[str, Any], **kwargs: Any) -> None:
    """From here on ``started`` is when the work began, as the column's own text has it, not when it was queued."""
    task["started"] = timezone.now()
    job_now.set(Job(task["id"], get_func_repr(task["func"]), task.get("request_id", "")))
    logger.info("job begins")


@receiver(post_execute_in_worker, dispatch_uid="quantsite.job_log")
def end(task: dict[str, Any], **kwargs: Any) -> None:
    """A failure with its reason; not told twice where the exception goes on to the caller (``sync``)."""
    seconds = (timezone.now() - task["started"]).total_seconds()
    told = {"seconds": round(seconds, 3), "success": task.get("success", False)}
    if told["success"]:
        logger.info("job done in %(seconds)s s", told, extra=told)
    else:
        logger.error("job failed after %s s: %s", told["seconds"], task.get("result", "see above"), extra=told)
    job_now.set(None)
