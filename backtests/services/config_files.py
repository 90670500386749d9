"""Configurations as files: YAML, as people write them."""

from collections.abc import Mapping
from typing import Any

import yaml

from backtests.services.config import WRITTEN
from backtests.services.config_conditions import OF_SELL

EMPTY: tuple[Any, ...] = (None, "", [], {})


def config_text(config: Mapping[str, Any]) -> str:
    """A configuration as YAML, in the order people write it, without what is empty."""
    found = {name: _plain(config[name]) for name in WRITTEN if config.get(name) not in EMPTY}
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)


def _plain(value: Any) -> Any:
    """20 for 20.0, and of conditions what they are about before what it is compared with."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in sorted(value, key=_place)}
    return value


def _place(name: str) -> tuple[int, str]:
    return (OF_SELL.index(name) if name in OF_SELL else len(OF_SELL), name)
