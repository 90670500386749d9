"""What a backtest follows from: configuration, data and code. Equal fingerprints, equal results."""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from backtests.services.config import Config
from backtests.services.needs import factors_of
from factors.models import CombineRun
from factors.services.catalogue import factors_resolved
from factors.services.composites import composite_learns
from market.fields import registered_fields
from market.models import DataChange, Instrument

ROOMS = ("market", "factors", "portfolio", "backtests")
# What shows results and decides none; a change of it leaves stored results valid.
DOORS = {
    "admin",
    "api",
    "management",
    "migrations",
    "report",
    "tearsheet",
    "timescale",
    "tasks.py",
    "admin.py",
    "adminbase.py",
}
LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "exchange_calendars")


@dataclass(frozen=True)
class Basis:
    """What a backtest is computed from: the newest change of each kind of data, the code, and a digest of both with the
    configuration (64 hexadecimal digits; empty where a factor is made of data that have no revision).
    """

    data: dict[str, Any]
    code: str
    fingerprint: str


def deciding_files() -> list[Path]:
    """The code that decides results, by path."""
    root = Path(settings.BASE_DIR)
    files = (path for room in ROOMS for path in (root / room).rglob("*.py"))
    return sorted(path for path in files if not DOORS & set(path.relative_to(root).parts))


def _code_version() -> str:
    digest = hashlib.sha256()
    for path in deciding_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(repr([(name, version(name)) for name in LIBRARIES]).encode())
    return digest.hexdigest()[:16]


# When this module is imported, as the code that it is a digest of: a process that is older than the files it would
# read later must not claim them.
CODE_VERSION = _code_version()


def basis_of(config: Config) -> Basis:
    """The basis of a configuration, now."""
    data = data_revision(config)
    return Basis(data, CODE_VERSION, fingerprint_of(config, data))


def data_revision(config: Config) -> dict[str, Any]:
    """The newest change of each kind of data in the region, and which source's reports win."""
    until = config.end or config.start.max
    found: dict[str, Any] = {
        kind: DataChange.objects.newest_id(config.region, kind, until) for kind in ("bars", "fundamentals")
    }
    found["instruments"] = _instruments(config.region)
    found["sources"] = list(settings.FUNDAMENTAL_SOURCE_RANKS)
    if (run := _combined(config)) is not None:
        found["composites"] = str(run.stored_at)
    return found


def stale_composites(config: Config) -> list[str]:
    """That stored composites are older than the data of the region, in a sentence."""
    run, changed = _combined(config), DataChange.objects.newest_at(config.region)
    if run is None or run.stored_at is None or changed is None or changed <= run.stored_at:
        return []
    return [f"composites of {config.strategy} were combined before the newest change of the data: combine them again"]


def _combined(config: Config) -> CombineRun | None:
    """The run that stored the composites of a strategy that learns."""
    if config.strategy is None or not composite_learns(definition=config.strategy_definition()):
        return None
    return config.strategy.runs.filter(stored_at__isnull=False).order_by("-stored_at").first()


def _instruments(region: str) -> str:
    """A digest of what is known of the region's instruments."""
    table = Instrument._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(to_json(ARRAY[id::text, ticker, name, asset_type, sector, company, currency,"
            f" listed_on::text, delisted_on::text])::text, ',' ORDER BY id)) FROM {table} WHERE region = %s",
            [region],
        )
        return str(cursor.fetchone()[0])


def fingerprint_of(config: Config, revision: dict[str, Any]) -> str:
    """64 hexadecimal digits; empty where a factor is made of data that has no revision, so that it is never equal."""
    factors = factors_resolved(factors_of(config)) if factors_of(config) else []
    unknown = set(registered_fields())
    if any(unknown & {*factor.inputs, *factor.fallback} for factor in factors):
        return ""
    asked = {name: value for name, value in config.written.items() if name != "name"}
    definition = config.definition.as_dict() if config.definition else None
    meanings = [factor.definition() for factor in factors]
    text = json.dumps([asked, definition, meanings, revision, CODE_VERSION], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
