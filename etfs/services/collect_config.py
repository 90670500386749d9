"""What to collect by itself: a YAML file named by QUANTSITE_ETF_CONFIG (docs/etf-holdings.md has an example)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from etfs.services.runs import EtfError
from market.regions import REGIONS

MOST_WORKERS = 32
_KNOWN = ("source", "etf_symbols", "max_holdings", "max_workers")


@dataclass(frozen=True)
class CollectConfig:
    """What is asked of a region: the source, the funds (empty: all that are known), the most lines kept of a fund
    (None: all), and how many answers are fetched at a time."""

    source: str = ""
    etf_symbols: tuple[str, ...] = ()
    max_holdings: int | None = None
    max_workers: int = 4


def config_read(region: str) -> CollectConfig:
    """The configuration of a region: its own entries over those of the whole file. EtfError for a file that cannot be
    read, and for an entry that is unknown or out of range."""
    whole = _file()
    regions = whole.pop("regions", {}) or {}
    if not isinstance(regions, dict):
        raise EtfError("config: regions must be a mapping of region codes")
    unknown = [code for code in regions if code not in REGIONS]
    if unknown:
        raise EtfError(f"config: unknown region {unknown[0]!r}: use one of {', '.join(REGIONS)}")
    return _checked({**whole, **(regions.get(region) or {})})


def configured_regions() -> list[str]:
    """Regions that the file names a source for."""
    return [code for code in REGIONS if config_read(code).source]


def _file() -> dict[str, Any]:
    name = settings.ETF_COLLECT_CONFIG
    if not name:
        return {}
    try:
        found = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise EtfError(f"config: {name} cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EtfError(f"config: {name} is not YAML ({str(error).splitlines()[0]})") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise EtfError(f"config: {name} must be a mapping")
    return found


def _checked(said: dict[str, Any]) -> CollectConfig:
    for key in said:
        if key not in _KNOWN:
            raise EtfError(f"config: unknown entry {key!r}: known are regions, {', '.join(_KNOWN)}")
    symbols = said.get("etf_symbols") or []
    if not isinstance(symbols, list):
        raise EtfError("config: etf_symbols must be a list")
    # 069500 without quotes is a number to YAML, and the leading zero would be lost.
    if wrong := [one for one in symbols if not isinstance(one, str)]:
        raise EtfError(f"config: etf_symbols: put {wrong[0]!r} in quotes, tickers are text")
    return CollectConfig(
        str(said.get("source") or ""), tuple(symbols), _count(said, "max_holdings", None, 100_000),
        _count(said, "max_workers", CollectConfig.max_workers, MOST_WORKERS) or CollectConfig.max_workers,
    )  # fmt: skip


def _count(said: dict[str, Any], name: str, default: int | None, most: int) -> int | None:
    value = said.get(name, default)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most):
        raise EtfError(f"config: {name} must be a whole number from 1 to {most:,}")
    return value
