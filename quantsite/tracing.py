"""Which request or job a line of the log belongs to."""

import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


@dataclass(frozen=True)
class Job:
    """A background job as it runs; ``request_id`` is of the request that queued it, ``""`` where none did."""

    id: str
    task: str
    request_id: str = ""


@dataclass(frozen=True)
class Traced:
    """A request under way. Who asks is found out later than its first line, so the request itself is kept."""

    id: str
    request: HttpRequest


TRACED = "traced"  # on a request that is over, but still spoken of
request_now: ContextVar[Traced | None] = ContextVar("request_now", default=None)
job_now: ContextVar[Job | None] = ContextVar("job_now", default=None)


def request_id_now() -> str:
    """The id of the request under way, or of the one that queued the job under way; '' for neither."""
    request, job = request_now.get(), job_now.get()
    return request.id if request else job.request_id if job else ""


def user_id_of(request: HttpRequest) -> int | None:
    """Who asks, as far as it is known: a line of the log must not read the database."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = request.__dict__.get("_cached_user")
    return getattr(user, "pk", None)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says of where it comes from; only what there is. Django tells of bad answers when their request is
    over, and hands it on."""
    given = getattr(record, "request", None)
    traced, job = request_now.get() or getattr(given, TRACED, None), job_now.get()
    found: dict[str, Any] = {"request_id": traced.id if traced else job.request_id if job else ""}
    found["user_id"] = user_id_of(traced.request) if traced else None
    found |= {"job_id": job.id, "task": job.task} if job else {}
    return {name: value for name, value in found.items() if value not in ("", None)}


class TraceFilter(logging.Filter):
    """Puts ``fields_of`` on every record (``trace``) and lets it pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = fields_of(record)
        return True
