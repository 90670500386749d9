"""Which instruments take part in a strategy: a filter written as JSON, checked, and applied."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from factors.calc.conditions import BETWEEN, FIELDS, OPERATORS, Condition
from factors.registry import UnknownFactor
from factors.services.catalogue import factor_names_check
from factors.services.given import number_given
from factors.services.jobs import JobError
from market.models import Instrument
from market.texts import is_storable

LISTS = ("sectors", "exclude_sectors", "tickers", "exclude_tickers")
NOTHING: tuple[Any, ...] = (None, [])
MOST_NAMES = 20_000  # of a list; more than a region has, and few enough to be looked up at once
MOST_CONDITIONS = 100
OF_CONDITION = ("factor", "field", "operator", "value")


class StrategyError(JobError):
    """A strategy or a combination of it that cannot be; begins with the field that is wrong."""


@dataclass(frozen=True)
class Members:
    """Instruments by ticker: ``ids`` int32 [N], ``tickers`` and ``sectors`` object [N]."""

    ids: np.ndarray
    tickers: np.ndarray
    sectors: np.ndarray


def universe_check(*, universe: Any, region: str) -> dict[str, Any]:
    """The filter without its empty parts; StrategyError for what it does not know.

    Names are compared with the region's stocks; where there are none yet, any will do.
    """
    if not isinstance(universe, Mapping):
        raise StrategyError(f"universe: must be names with values, not {universe!r}")
    known = (*LISTS, "conditions")
    for name in universe:
        if name not in known:
            raise StrategyError(f"universe: unknown part {name!r}; {_hint(str(name), known)}")
    found: dict[str, Any] = {name: _names(name, universe[name]) for name in LISTS if universe.get(name) not in NOTHING}
    _refuse_unknown(found, region)
    conditions = universe.get("conditions")
    if conditions is not None and not isinstance(conditions, list):
        raise StrategyError(f"universe: conditions must be a list, not {conditions!r}")
    if conditions and len(conditions) > MOST_CONDITIONS:
        raise StrategyError(f"universe: {len(conditions)} conditions are too many (at most {MOST_CONDITIONS})")
    if conditions:
        found["conditions"] = [_as_dict(condition_check(given=one)) for one in conditions]
    return found


def conditions_of(universe: Mapping[str, Any]) -> list[Condition]:
    """The conditions of a filter."""
    return [condition_check(given=one) for one in universe.get("conditions", [])]


def members_of(*, region: str, universe: Mapping[str, Any]) -> Members:
    """The region's stocks that the lists of a filter let in; StrategyError when there are none."""
    stocks = Instrument.objects.in_region(region).filter(asset_type=Instrument.AssetType.STOCK)
    for name, key in (("sectors", "sector__in"), ("tickers", "ticker__in")):
        if universe.get(name):
            stocks = stocks.filter(**{key: universe[name]})
        if universe.get(f"exclude_{name}"):
            stocks = stocks.exclude(**{key: universe[f"exclude_{name}"]})
    rows = sorted(stocks.values_list("ticker", "id", "sector"))
    if not rows:
        if not universe:
            raise StrategyError(f"region: {region} has no stocks: load some first")
        raise StrategyError(f"universe: empty: its sectors and tickers leave no stock of {region}")
    tickers, ids, sectors = zip(*rows, strict=True)
    return Members(np.array(ids, dtype=np.int32), np.array(tickers, dtype=object), np.array(sectors, dtype=object))


def _names(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one and is_storable(one) for one in value):
        raise StrategyError(f"universe: {name} must be a list of names, not {value!r}")
    if len(value) > MOST_NAMES:
        raise StrategyError(f"universe: {name}: {len(value):,} names are too many (at most {MOST_NAMES:,})")
    return list(dict.fromkeys(value))


def _refuse_unknown(lists: Mapping[str, list[str]], region: str) -> None:
    stocks = Instrument.objects.in_region(region).filter(asset_type=Instrument.AssetType.STOCK)
    for name, asked in lists.items():
        column = "sector" if name.endswith("sectors") else "ticker"
        there = set(stocks.filter(**{f"{column}__in": asked}).values_list(column, flat=True))
        for one in asked:
            if one not in there and stocks.exists():
                sectors = stocks.order_by("sector").values_list("sector", flat=True).distinct()
                close = _hint(one, sectors if column == "sector" else ())
                raise StrategyError(
                    f"universe: {name}: no stock of {region} has the {column} {one!r}{close and '; '}{close}"
                )


def condition_check(*, given: Any) -> Condition:
    """A condition as written, in names with values; StrategyError."""
    if not isinstance(given, Mapping) or "factor" not in given or "value" not in given:
        raise StrategyError(f"universe: a condition needs {', '.join(OF_CONDITION)}, not {given!r}")
    for name in given:
        if name not in OF_CONDITION:
            raise StrategyError(f"universe: a condition has no {name!r}; {_hint(str(name), OF_CONDITION)}")
    try:
        factor_names_check([str(given["factor"])])
    except UnknownFactor as error:
        raise StrategyError(f"universe: {error}") from error
    field, operator = given.get("field", "value"), given.get("operator", ">=")
    if field not in FIELDS:
        raise StrategyError(f"universe: the field of a condition is one of {', '.join(FIELDS)}, not {field!r}")
    if operator not in (*OPERATORS, BETWEEN):
        raise StrategyError(
            f"universe: the operator of a condition is one of {', '.join(OPERATORS)}, between, not {operator!r}"
        )
    low, high = _bounds(given["value"], operator)
    return Condition(str(given["factor"]), field, operator, low, high)


def _bounds(value: Any, operator: str) -> tuple[float, float]:
    figures = value if operator == BETWEEN and isinstance(value, list) and len(value) == 2 else [value]
    found = [number for number in map(number_given, figures) if number is not None]
    if len(found) < len(figures):
        raise StrategyError(f"universe: the value of a condition must be a number (two for between), not {value!r}")
    if operator == BETWEEN and (len(found) != 2 or found[0] > found[1]):
        raise StrategyError(f"universe: between needs the value [low, high], not {value!r}")
    return found[0], found[-1]


def _as_dict(condition: Condition) -> dict[str, Any]:
    value = [condition.low, condition.high] if condition.operator == BETWEEN else condition.low
    return {"factor": condition.factor, "field": condition.field, "operator": condition.operator, "value": value}


def _hint(wrong: str, known: Iterable[str]) -> str:
    names = [name for name in known if name]
    close = difflib.get_close_matches(wrong, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(names[:30])}" if names else ""
