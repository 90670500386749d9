"""Which TimescaleDB a database has."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.backends.utils import CursorWrapper

HYPERTABLES_SINCE = (2, 13)  # by_range()
COLUMNSTORE_SINCE = (2, 18)  # the words enable_columnstore, add_columnstore_policy


class Edition(StrEnum):
    """Each has what the one before it has, and more."""

    ABSENT = "absent"  # plain PostgreSQL: tables, materialised views
    APACHE = "apache"  # hypertables
    COMMUNITY = "community"  # columnstore, continuous aggregates, policies


@dataclass(frozen=True)
class Server:
    """The edition that counts for us, and what the server itself says it is.

    ``note`` tells why less is used than the server has; blank where all of it is.
    """

    edition: Edition
    version: str = ""
    license: str = ""
    note: str = ""


def server_of(cursor: CursorWrapper) -> Server:
    """What the cursor's database has now: the extension must be created in it, not just installed."""
    cursor.execute(
        "SELECT extversion, current_setting('timescaledb.license', true) FROM pg_extension"
        " WHERE extname = 'timescaledb'"
    )
    row = cursor.fetchone()
    return server_from(*row) if row else Server(Edition.ABSENT)


def server_from(version: str, license_name: str | None) -> Server:
    """The edition of an extension's version and its setting ``timescaledb.license`` (apache or timescale)."""
    number = version_number(version)
    name = license_name or ""
    if number < HYPERTABLES_SINCE:
        return Server(Edition.ABSENT, version, name, f"TimescaleDB {version} is too old: hypertables need 2.13")
    if name != "timescale":
        return Server(Edition.APACHE, version, name)
    if number < COLUMNSTORE_SINCE:
        return Server(Edition.APACHE, version, name, f"TimescaleDB {version} is too old: the columnstore needs 2.18")
    return Server(Edition.COMMUNITY, version, name)


def version_number(version: str) -> tuple[int, int]:
    """``2.23.0-dev`` is (2, 23)."""
    major, minor, *_ = version.split(".")
    return int(major), int(minor)
