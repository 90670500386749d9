"""Conditions to buy and to sell, as people write them."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backtests.calc.conditions import BETWEEN, BOTTOM, FIELDS, OPERATORS, TOP, FactorCondition
from backtests.calc.errors import InputError
from backtests.calc.rules import Exit, SellRule
from backtests.services.errors import BacktestError
from factors.registry import UnknownFactor
from factors.services.catalogue import factors_resolved
from factors.services.given import number_given

COMPOSITE = "composite"  # a strategy's, named like a factor
OF_BUY = ("factor", "field", "operator", "value")
OF_SELL = ("type", *OF_BUY)


@dataclass(frozen=True)
class SellCondition:
    """A condition to sell: a rule of the simulator, for FACTOR with the condition on the factor."""

    rule: SellRule
    condition: FactorCondition | None

    @property
    def text(self) -> str:
        if self.condition:
            return f"FACTOR {self.condition.text}"
        unit = "days" if self.rule.kind is Exit.HOLD_DAYS else "%"
        return f"{self.rule.kind} {self.rule.threshold:g} {unit}"

    def written(self) -> dict[str, Any]:
        if self.condition is None:
            return {"type": str(self.rule.kind), "value": self.rule.threshold}
        return {"type": str(Exit.FACTOR)} | condition_written(self.condition)


def condition_written(condition: FactorCondition) -> dict[str, Any]:
    """A condition as plain data."""
    value = [condition.low, condition.high] if condition.operator == BETWEEN else condition.low
    return {"factor": condition.factor, "field": condition.field, "operator": condition.operator, "value": value}


def buy_conditions_check(asked: Any, *, has_composite: bool) -> tuple[FactorCondition, ...]:
    """All of them have to be met; none: every name with a score may be bought."""
    return tuple(
        _factor_condition(f"buy_conditions: row {row}", one, OF_BUY, has_composite)
        for row, one in enumerate(_list("buy_conditions", asked), start=1)
    )


def sell_conditions_check(asked: Any, *, has_composite: bool) -> tuple[SellCondition, ...]:
    """In their order: the first that applies is the reason."""
    found: list[SellCondition] = []
    for row, one in enumerate(_list("sell_conditions", asked), start=1):
        where = f"sell_conditions: row {row}"
        kind = _kind(where, one)
        if kind is Exit.FACTOR:
            place = sum(sold.condition is not None for sold in found)
            condition = _factor_condition(where, one, OF_SELL, has_composite)
            found.append(SellCondition(SellRule(kind, signal=place), condition))
            continue
        _refuse_unknown(where, one, ("type", "value"))
        number = number_given(one.get("value"))
        if number is None:
            raise BacktestError(f"{where}: {kind} needs a number as its value, not {one.get('value')!r}")
        try:
            found.append(SellCondition(SellRule(kind, number), None))
        except InputError as error:
            raise BacktestError(f"{where}: {str(error).removeprefix('sell_rules: ')}") from error
    return tuple(found)


def _list(name: str, asked: Any) -> list[Any]:
    if not isinstance(asked, list | tuple):
        raise BacktestError(f"{name}: must be a list, not {asked!r}")
    if len(asked) > 100:
        raise BacktestError(f"{name}: {len(asked)} conditions are too many (at most 100)")
    return list(asked)


def _kind(where: str, one: Any) -> Exit:
    if not isinstance(one, Mapping) or "type" not in one:
        raise BacktestError(f"{where}: needs a type: {', '.join(Exit)}")
    try:
        return Exit(str(one["type"]).upper())
    except ValueError as error:
        raise BacktestError(f"{where}: the type is one of {', '.join(Exit)}, not {one['type']!r}") from error


def _factor_condition(where: str, one: Any, known: Iterable[str], has_composite: bool) -> FactorCondition:
    if not isinstance(one, Mapping) or not {"factor", "value"} <= set(one):
        raise BacktestError(f"{where}: a condition needs factor, operator and value, not {one!r}")
    _refuse_unknown(where, one, known)
    factor, field, operator = str(one["factor"]), one.get("field", "value"), one.get("operator", ">=")
    if factor == COMPOSITE:
        if not has_composite:
            raise BacktestError(f"{where}: there is no composite without a strategy")
    else:
        try:
            factors_resolved([factor])
        except UnknownFactor as error:
            raise BacktestError(f"{where}: {error}") from error
    if field not in FIELDS:
        raise BacktestError(f"{where}: the field is one of {', '.join(FIELDS)}, not {field!r}")
    if operator not in OPERATORS:
        raise BacktestError(f"{where}: the operator is one of {', '.join(OPERATORS)}, not {operator!r}")
    low, high = _bounds(where, one["value"], operator)
    return FactorCondition(factor, "rank" if operator in (TOP, BOTTOM) else field, operator, low, high)


def _bounds(where: str, value: Any, operator: str) -> tuple[float, float]:
    if operator == BETWEEN:
        ends = [number_given(one) for one in value] if isinstance(value, list | tuple) else []
        if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
            raise BacktestError(f"{where}: between needs the value [low, high], not {value!r}")
        return ends[0], ends[1]
    number = number_given(value)
    if number is None:
        raise BacktestError(f"{where}: the value must be a number, not {value!r}")
    if operator in (TOP, BOTTOM) and (number < 1 or number != int(number)):
        raise BacktestError(f"{where}: {operator} needs a whole number from 1, not {value!r}")
    return number, number


def _refuse_unknown(where: str, one: Mapping[Any, Any], known: Iterable[str]) -> None:
    names = list(known)
    for name in one:
        if name not in names:
            close = difflib.get_close_matches(str(name), names, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(names)}"
            raise BacktestError(f"{where}: unknown {name!r}; {hint}")
