"""The log: lines for a terminal or JSON for a collector, each with its request or job, none with a secret."""

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from pythonjsonlogger.json import JsonFormatter

from quantsite.redaction import HIDDEN, IS_SECRET_NAME, Redactor

JSON_FIELDS = "%(asctime)s %(levelname)s %(name)s %(process)d %(message)s"
RENAMED = {"asctime": "time", "levelname": "level", "name": "logger"}


class LineFormatter(logging.Formatter):
    """``time LEVEL logger [request_id=... job_id=...]: message``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("{asctime} {levelname} {name}{where}: {message}", style="{", defaults={"where": ""})
        self._redact = Redactor(secrets)

    def format(self, record: logging.LogRecord) -> str:
        trace = getattr(record, "trace", {})
        record.where = f" [{' '.join(f'{name}={value}' for name, value in trace.items())}]" if trace else ""
        return self._redact(super().format(record))


class JsonLines(JsonFormatter):
    """One JSON object a line; times in UTC with milliseconds."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(JSON_FIELDS, rename_fields=RENAMED, json_ensure_ascii=False)
        self._redact = Redactor(secrets)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        fields = {**log_data, **log_data.get("trace", {})}
        return {name: self._clean(name, value) for name, value in fields.items() if name not in ("trace", "request")}

    def _clean(self, name: str, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if IS_SECRET_NAME.fullmatch(name):
            return HIDDEN
        if isinstance(value, int | float):
            return value
        if isinstance(value, dict):
            return {key: self._clean(str(key), inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(name, inner) for inner in value]
        return self._redact(str(value))


FORMATTERS = {"line": LineFormatter, "json": JsonLines}


def logging_of(*, format_name: str, level: str, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """Django's ``LOGGING`` (and gunicorn's): everything to stderr. ImproperlyConfigured for an unknown format.

    JSON tells of each request and job whatever the level of the rest: who collects logs wants them.
    """
    if format_name not in FORMATTERS:
        raise ImproperlyConfigured(f"QUANTSITE_LOG_FORMAT must be one of {', '.join(FORMATTERS)}, not {format_name!r}")
    told = {"level": "INFO"} if format_name == "json" else {}
    formatter = {"()": FORMATTERS[format_name], "secrets": sorted(secrets)}
    stderr = {
        "class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "house", "filters": ["trace"],
    }  # fmt: skip
    own = {"handlers": ["stderr"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"trace": {"()": "quantsite.tracing.TraceFilter"}},
        "formatters": {"house": formatter},
        "handlers": {"stderr": stderr},
        "loggers": {
            "quantsite.access": told,
            "quantsite.jobs": told,
            "django-q": own,  # it would bring a handler of its own
            "gunicorn.error": own | {"level": told.get("level", "WARNING")},
            "urllib3": {"level": "ERROR"},  # a further try of a request is a warning; what it came to is told by us
        },
        "root": {"handlers": ["stderr"], "level": level},
    }
