"""What to collect by itself: a YAML file named by QUANTSITE_ETF_CONFIG (docs/etf-holdings.md has an example)."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from etfs.services.errors import EtfError
from etfs.services.runs import tickers_clean
from market.regions import REGIONS

MOST_WORKERS = 32
LARGEST = 1_000_000  # bytes: every ETF of the world is a tenth of it
_KNOWN = ("source", "etf_symbols", "max_holdings", "max_workers")
_SHOWN = 60  # characters of what is wrong


@dataclass(frozen=True)
class CollectConfig:
    """What is asked of a region: the source (``is_for_all``: named for the whole file, not for the region), the funds
    (empty: all that are known), the most lines kept of a fund (None: all), and how many answers are fetched at a time.
    """

    source: str = ""
    etf_symbols: tuple[str, ...] = ()
    max_holdings: int | None = None
    max_workers: int = 4
    is_for_all: bool = False


def config_read(region: str) -> CollectConfig:
    """The configuration of a region: its own entries over those of the whole file. EtfError for a file that cannot be
    read, and for an entry that is unknown or out of range."""
    whole = _file()
    regions = _mapping(whole.pop("regions", None), "regions must be a mapping of region codes")
    unknown = [code for code in regions if code not in REGIONS]
    if unknown:
        raise EtfError(f"config: unknown region {_shown(unknown[0])}: use one of {', '.join(REGIONS)}")
    own = _mapping(regions.get(region), f"{region} must be a mapping of entries")
    return replace(_checked({**whole, **own}), is_for_all="source" not in own)


class _Loader(yaml.SafeLoader):
    """Plain YAML: no aliases, by which a small file becomes a huge one; no name twice, of which one would be lost."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not read here", None)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = [name for place, name in enumerate(names) if name in names[:place]]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{_shown(twice[0])} is there twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _file() -> dict[str, Any]:
    name = settings.ETF_COLLECT_CONFIG
    if not name:
        return {}
    text = _text(Path(name))
    try:
        found = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date or number that is none
        raise EtfError(f"config: {name} is not YAML ({_where(error)})") from error
    return _mapping(found, f"{name} must be a mapping")


def _text(path: Path) -> str:
    try:
        is_other = path.exists() and not path.is_file()  # a folder; a pipe, which would be waited for
        content = b"" if is_other else _bytes(path)
    except OSError as error:
        raise EtfError(f"config: {path} cannot be read ({error.strerror or error})") from error
    if is_other:
        raise EtfError(f"config: {path} is not a file")
    if len(content) > LARGEST:
        raise EtfError(f"config: {path} has more than {LARGEST:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EtfError(f"config: {path} is not UTF-8 (byte {error.start:,})") from error


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _where(error: Exception) -> str:
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    said = problem or (str(error).splitlines() or [""])[0] or type(error).__name__
    return f"{said[: _SHOWN * 2]}, line {mark.line + 1}" if mark else said[: _SHOWN * 2]


def _mapping(value: Any, otherwise: str) -> dict[Any, Any]:
    if value is not None and not isinstance(value, dict):
        raise EtfError(f"config: {otherwise}")
    return dict(value or {})


def _checked(said: dict[str, Any]) -> CollectConfig:
    for key in said:
        if key not in _KNOWN:
            raise EtfError(f"config: unknown entry {_shown(key)}: known are regions, {', '.join(_KNOWN)}")
    source = said.get("source")
    if source is not None and not isinstance(source, str):
        raise EtfError("config: source must be the name of one")
    return CollectConfig(
        (source or "").strip(), _symbols(said.get("etf_symbols")), _count(said, "max_holdings", None, 100_000),
        _count(said, "max_workers", CollectConfig.max_workers, MOST_WORKERS) or CollectConfig.max_workers,
    )  # fmt: skip


def _symbols(said: Any) -> tuple[str, ...]:
    if said is not None and not isinstance(said, list):
        raise EtfError("config: etf_symbols must be a list")
    # Without quotes 102110 is a number to YAML, 005070 another one (2616), ON and NO are yes and no.
    if wrong := [one for one in said or () if not isinstance(one, str) or not one.strip()]:
        raise EtfError(f"config: etf_symbols: put {_shown(wrong[0])} in quotes, tickers are text")
    return tuple(tickers_clean("config: etf_symbols", said or ()))


def _count(said: dict[str, Any], name: str, default: int | None, most: int) -> int | None:
    value = said.get(name)
    value = default if value is None else value
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most):
        raise EtfError(f"config: {name} must be a whole number from 1 to {most:,}")
    return value


def _shown(value: Any) -> str:
    is_huge = isinstance(value, int) and value.bit_length() > 64  # Python writes no number of thousands of digits
    return "a huge number" if is_huge else repr(value)[:_SHOWN]
