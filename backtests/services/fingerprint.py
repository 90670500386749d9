"""What a backtest follows from: configuration, data and code. Equal fingerprints, equal results."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from backtests.services.config import Config
from backtests.services.needs import factors_of
from factors.services.catalogue import factors_resolved
from factors.services.composites import composite_learns
from market.fields import registered_fields
from market.models import DataChange, Instrument

ROOMS = (
    "market/calc", "market/store", "market/history.py", "market/panel.py", "factors/calc", "factors/library",
    "factors/formulas", "factors/combiners", "factors/engine.py", "factors/services", "portfolio/calc",
    "backtests/calc", "backtests/sizing", "backtests/diagnosis", "backtests/services", "backtests/defaults.py",
)  # fmt: skip


@lru_cache(maxsize=1)
def code_version() -> str:
    """A digest of the code that decides results: 16 hexadecimal digits."""
    digest, root = hashlib.sha256(), Path(settings.BASE_DIR)
    for room in ROOMS:
        place = root / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def data_revision(config: Config) -> dict[str, Any]:
    """The newest change of each kind of data in the region."""
    until = config.end or config.start.max
    found: dict[str, Any] = {
        kind: DataChange.objects.newest_id(config.region, kind, until) for kind in ("bars", "fundamentals")
    }
    found["instruments"] = _instruments(config.region)
    if config.strategy is not None and composite_learns(definition=config.strategy_definition()):
        newest = config.strategy.runs.filter(stored_at__isnull=False).order_by("-stored_at").first()
        found["composites"] = str(newest.stored_at) if newest else ""
    return found


def _instruments(region: str) -> str:
    """A digest of what is known of the region's instruments."""
    table = Instrument._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(concat_ws('|', id, ticker, asset_type, sector, company, currency, listed_on,"
            f" delisted_on), ',' ORDER BY id)) FROM {table} WHERE region = %s",
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
    text = json.dumps([asked, definition, meanings, revision, code_version()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
