"""``DATABASE_URL`` and the database's other variables to Django's settings."""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SCHEMES = ("postgres", "postgresql", "psql", "pgsql", "timescale", "timescalegis")
# A machine that loses its power tells nobody: both ends ask after each other, so that its locks are free, and a
# worker's job ends, within a minute instead of hours.
KEEPALIVE = {
    "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 40_000,
    "options": "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
    " -c tcp_user_timeout=40000",
}  # fmt: skip
EXAMPLE = "postgres://user:password@localhost:5432/quantsite"


def database_of(url: str) -> dict[str, Any]:
    """The settings of a PostgreSQL URL; ImproperlyConfigured says what is wrong with another one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL: {error}; write it as {EXAMPLE}") from error
    if parts.scheme not in SCHEMES:
        raise ImproperlyConfigured(f"DATABASE_URL must be PostgreSQL, as in {EXAMPLE}, not {parts.scheme or url!r}")
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"DATABASE_URL names no database; write it as {EXAMPLE}")
    found: dict[str, Any] = environ.Env.db_url_config(url)
    # Some proxies refuse settings at the start: what the URL says itself counts.
    found["OPTIONS"] = KEEPALIVE | found.get("OPTIONS", {})
    return found


def days_of(env: environ.Env, name: str, *, default: int) -> int:
    """A number of days from 1 to 36,500; ImproperlyConfigured for another."""
    try:
        days = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number of days: {error}") from error
    if not 1 <= days <= 36_500:
        raise ImproperlyConfigured(f"{name} must be from 1 to 36500 days, not {days}")
    return int(days)
