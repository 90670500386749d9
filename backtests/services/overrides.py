"""Single fields of a configuration set anew: ``max_positions``, ``buy_conditions.0.value``, ``universe.sectors``."""

import copy
import datetime as dt
import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

from backtests.services.config import WRITTEN
from backtests.services.config_conditions import OF_BUY, OF_SELL
from backtests.services.errors import BacktestError
from factors.services.universes import LISTS
from market.texts import is_storable

# What a part may hold beyond what is written in it; of other parts the written names are all there are.
PARTS = {"buy_conditions": OF_BUY, "sell_conditions": OF_SELL, "universe": (*LISTS, "conditions")}
LONGEST = 200  # characters of a path
ROW = re.compile("0|[1-9][0-9]{0,8}")  # written in one way alone
FREE = "strategy"  # factors and options of a strategy have any names


def overridden(config: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """``config`` with the fields of ``overrides`` set, itself unchanged; BacktestError for a path to nowhere."""
    found: dict[str, Any] = copy.deepcopy(dict(config))
    for path, value in overrides.items():
        part, key = _place(found, path)
        part[key] = value
    return found


def path_check(config: Mapping[str, Any], path: Any) -> str:
    """The path of a field that a configuration has or may have; BacktestError says what is close to a wrong one."""
    if not isinstance(path, str) or len(path) > LONGEST or not is_storable(path):
        raise BacktestError(f"axes: a field is named by a text of at most {LONGEST} characters, not {str(path)[:80]!r}")
    overridden(config, {path: None})
    return path


def plain(value: Any, path: str) -> Any:
    """A value as JSON keeps it, days as YYYY-MM-DD; BacktestError for what it cannot keep."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(str(name), path)): plain(part, path) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, path) for part in value]
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BacktestError(f"axes: {path}: {value!r} is not a value of a configuration") from error
    if isinstance(value, str) and not is_storable(value):
        raise BacktestError(f"axes: {path}: {text} cannot be stored")
    return value


def _place(config: dict[str, Any], path: str) -> tuple[Any, str | int]:
    """The mapping or list that holds what ``path`` names, and its key there."""
    names = path.split(".")
    _refuse_unknown(path, names[0], WRITTEN)
    part: Any = config
    for depth, name in enumerate(names[:-1]):
        part = part[_key(part, path, names, depth, name)]
    return part, _key(part, path, names, len(names) - 1, names[-1])


def _key(part: Any, path: str, names: list[str], depth: int, name: str) -> str | int:
    if depth == 0:
        return name
    if isinstance(part, list):
        if not ROW.fullmatch(name) or int(name) >= len(part):
            rows = f"rows 0 to {len(part) - 1}" if part else "no row"
            raise BacktestError(f"axes: {path}: {'.'.join(names[:depth])} has {rows}, not {name!r}")
        return int(name)
    if not isinstance(part, dict):
        raise BacktestError(f"axes: {path}: {'.'.join(names[:depth])} is one value and has no parts")
    is_last = depth == len(names) - 1
    if not is_last or names[0] != FREE:
        _refuse_unknown(path, name, (*part, *(PARTS.get(names[0], ()) if is_last else ())))
    return name


def _refuse_unknown(path: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
        raise BacktestError(f"axes: {path}: unknown field {name!r}; {hint}")
