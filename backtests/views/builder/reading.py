"""The form as a configuration, and a configuration as what the form begins with."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from backtests.calc.conditions import BETWEEN
from backtests.calc.rules import Exit
from backtests.services.config import COUNTS, NUMBERS, TRUTHS
from backtests.views.builder.fields import ConfigForm
from backtests.views.builder.rows import BUY, MEMBER, SELL, WHERE, Row, Rows
from factors.services.universes import LISTS

TEXTS = (
    "name", "region", "start", "end", "strategy", "order_by", "rebalance", "fill", "mode", "sizing", "benchmark",
    "normalisation",
)  # fmt: skip
FIGURES = (*NUMBERS, *COUNTS, "risk_free")
BY_ROWS = {BUY: "buy_conditions", SELL: "sell_conditions"}
SPLIT = re.compile(r"[\s,;]+")
WRITTEN_STRATEGY = ("factors", "combiner", "options")


def config_of(form: ConfigForm, rows: Rows) -> dict[str, Any]:
    """What was filled in; what stays empty has the defaults. Nothing is checked."""
    found = {name: form[name].value() for name in TEXTS if form[name].value()}
    found |= {name: figure_of(form[name].value()) for name in FIGURES if form[name].value() not in (None, "")}
    found |= {name: bool(form[name].value()) for name in TRUTHS}
    neutral = form["neutralise"].value()
    if neutral:
        found["neutralise"] = list(neutral)
    for kind, name in BY_ROWS.items():
        if conditions := [_condition(row, kind) for row in rows[kind] if not row.is_blank]:
            found[name] = conditions
    if universe := _universe(form, rows):
        found["universe"] = universe
    if "strategy" not in found and (written := _strategy(form, rows)):
        found["strategy"] = written
    return found


def figure_of(text: Any) -> Any:
    """A number where the text is one, the text otherwise: the service says what is wrong with it."""
    try:
        number = float(str(text))
    except ValueError:
        return text
    return int(number) if number.is_integer() and "e" not in str(text).lower() else number


def _condition(row: Row, kind: str) -> dict[str, Any]:
    value = figure_of(row.given("value")) if row.given("value") else None
    if kind == SELL and row.given("type") != Exit.FACTOR:
        return {"type": row.given("type"), "value": value}
    found = {name: row.given(name) for name in ("factor", "field", "operator")}
    if found["operator"] == BETWEEN:
        value = [value, figure_of(row.given("high")) if row.given("high") else None]
    return ({"type": row.given("type")} if kind == SELL else {}) | found | {"value": value}


def _universe(form: ConfigForm, rows: Rows) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in LISTS:
        given = form[name].value()
        names = given if isinstance(given, list) else [one for one in SPLIT.split(given or "") if one]
        if names:
            found[name] = names
    if conditions := [_condition(row, WHERE) for row in rows[WHERE] if not row.is_blank]:
        found["conditions"] = conditions
    return found


def _strategy(form: ConfigForm, rows: Rows) -> dict[str, Any]:
    """The strategy written in the configuration; {} without one."""
    given = [(row.given("factor"), figure_of(row.given("weight") or 1)) for row in rows[MEMBER] if not row.is_blank]
    if not given:
        return {}
    names = [name for name, _weight in given]
    found: dict[str, Any] = {"factors": dict(given) if len(set(names)) == len(names) else names}
    found["combiner"] = form["combiner"].value() or "equal_weight"
    if options := form["options"].value():
        found["options"] = _options(str(options))
    return found | _more(form["strategy_more"].value())


def _options(text: str) -> Any:
    """A mapping; the text itself where it is none, which the service refuses."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _more(text: Any) -> dict[str, Any]:
    """Parts of a written strategy that the form has no fields for: they come back as they were sent."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {name: part for name, part in found.items() if name not in WRITTEN_STRATEGY} if _is_map(found) else {}


def initial_of(config: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """What the form and its rows begin with."""
    single = {name: config[name] for name in (*TEXTS, *FIGURES, *TRUTHS, "neutralise") if config.get(name) is not None}
    single = {name: _short(value) for name, value in single.items()}
    universe = config.get("universe") or {}
    for name in LISTS:
        listed = list(universe.get(name) or [])
        single[name] = listed if name.endswith("sectors") else ", ".join(listed)
    rows = {kind: [_row(one) for one in config.get(name) or []] for kind, name in BY_ROWS.items()}
    rows[WHERE] = [_row(one) for one in universe.get("conditions") or []]
    rows[MEMBER] = []
    written = config.get("strategy")
    if _is_map(written):
        factors = written["factors"]
        weights = factors if _is_map(factors) else dict.fromkeys(factors, 1)
        rows[MEMBER] = [{"factor": name, "weight": _short(weight)} for name, weight in weights.items()]
        single |= {"strategy": "", "combiner": written.get("combiner", "equal_weight")}
        single["options"] = (
            yaml.safe_dump(written["options"], default_flow_style=True) if written.get("options") else ""
        )
        more = {name: part for name, part in written.items() if name not in WRITTEN_STRATEGY}
        single["strategy_more"] = json.dumps(more) if more else ""
    return single, rows


def _row(condition: Mapping[str, Any]) -> dict[str, Any]:
    value = condition.get("value")
    ends = value if isinstance(value, list | tuple) else [value]
    found = {name: condition[name] for name in ("type", "factor", "field", "operator") if name in condition}
    found |= {"value": _short(ends[0]) if ends else ""}
    return found | ({"high": _short(ends[1])} if len(ends) > 1 else {})


def _short(value: Any) -> Any:
    """20 for 20.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)
