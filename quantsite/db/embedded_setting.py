"""Which directory the settings give to the embedded server."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError


def embedded_data_dir() -> Path:
    """The directory of the embedded server; CommandError when DATABASE_URL names another one."""
    value = settings.DATABASES["default"].get("EMBEDDED_DATA_DIR")
    if not value:
        raise CommandError("DATABASE_URL is set: the database is not the embedded one.")
    return Path(value)
