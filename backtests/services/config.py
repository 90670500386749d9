"""The configuration of a backtest: a mapping as people write it, checked, and whole."""

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backtests.calc.conditions import FactorCondition
from backtests.calc.errors import InputError
from backtests.calc.rules import Rules
from backtests.defaults import DEFAULTS, NORMALISATION, RISK_FREE
from backtests.services.config_conditions import (
    COMPOSITE,
    SellCondition,
    buy_conditions_check,
    condition_written,
    sell_conditions_check,
)
from backtests.services.config_values import day_given, fraction_given, text_given, truth_given
from backtests.services.errors import BacktestError
from backtests.sizing import sizing_named
from factors.calc.normalise import METHODS
from factors.models import Strategy
from factors.registry import UnknownFactor
from factors.services import StrategyError, strategy_check, strategy_definition, strategy_get
from factors.services.catalogue import factors_resolved
from factors.services.strategies import Definition
from factors.services.universes import universe_check
from market.models.owned import Reader
from market.regions import region_get

PERCENTAGES = ("cash_buffer", "commission", "tax", "slippage", "volume_cap", "delisting_return")
NUMBERS = (*PERCENTAGES, "initial_capital", "lot_size")
COUNTS = ("max_positions", "every")
MOST = 1_000_000  # positions, or sessions between rebalances
BOUNDS = {"initial_capital": (None, 1e15), "lot_size": (1e-9, 1e9)}  # beyond, money has no digits left for a share
TRUTHS = ("rebalance_on_start", "fractional")
CHOICES = ("fill", "mode", "sizing")
WRITTEN = (
    "name", "region", "start", "end", "strategy", "order_by", "buy_conditions", "sell_conditions", "universe",
    "rebalance", *COUNTS, "rebalance_on_start", "fill", "mode", "sizing", "cash_buffer", "commission", "tax",
    "slippage", "volume_cap", "lot_size", "fractional", "delisting_return", "initial_capital", "benchmark",
    "risk_free", "normalisation", "neutralise",
)  # fmt: skip
NO_BENCHMARK = "none"


@dataclass(frozen=True)
class Config:
    """A checked configuration. ``end`` None: the newest bar; ``benchmark`` empty: the region's index,
    ``none``: without. ``order_by``: a factor's name or ``composite``; ``definition``: the strategy's, stored under
    ``strategy`` or written in the configuration (then ``strategy`` is None).
    """

    name: str
    region: str
    start: dt.date
    end: dt.date | None
    strategy: Strategy | None
    definition: Definition | None
    order_by: str
    buys: tuple[FactorCondition, ...]
    sells: tuple[SellCondition, ...]
    universe: dict[str, Any]
    rules: Rules
    benchmark: str
    risk_free: float
    normalisation: str
    neutralise: tuple[str, ...]
    written: dict[str, Any]

    def ending(self, end: dt.date) -> "Config":
        """The same with its end settled."""
        return replace(self, end=end, written=self.written | {"end": str(end)})

    def strategy_definition(self) -> Definition:
        """That of the strategy; BacktestError where there is none."""
        if self.definition is None:
            raise BacktestError("strategy: there is no composite without one")
        return self.definition

    @property
    def uses_composite(self) -> bool:
        named = {self.order_by, *(one.factor for one in self.buys)}
        named |= {one.condition.factor for one in self.sells if one.condition}
        return COMPOSITE in named or self.rules.sizing == "SCORE"


def config_check(*, config: Any, user: Reader | None = None) -> Config:
    """The configuration, checked; BacktestError begins with the field that is wrong. ``user``: may name only strategies
    they may see.
    """
    if not isinstance(config, Mapping):
        raise BacktestError(f"config: must be names with values, not {type(config).__name__}")
    _refuse_unknown(config)
    given = {name: value for name, value in config.items() if value is not None}
    if "region" not in given:
        raise BacktestError("region: say which: KR, US, CN, HK, JP or VN")
    try:
        region = region_get(str(given["region"])).code
    except ValueError as error:
        raise BacktestError(f"region: {error}") from error
    strategy, definition = _strategy(given.get("strategy"), region, user)
    start, end = (day_given(name, given.get(name)) for name in ("start", "end"))
    if start is None:
        raise BacktestError("start: say from which day on (YYYY-MM-DD)")
    if end and start > end:
        raise BacktestError(f"start: {start} is after end ({end})")
    buys = buy_conditions_check(given.get("buy_conditions", []), has_composite=definition is not None)
    sells = sell_conditions_check(given.get("sell_conditions", []), has_composite=definition is not None)
    order_by = _order_by(given.get("order_by"), definition, buys)
    rules = _rules(given, region, sells)
    if rules.sizing == "SCORE" and definition is None:
        raise BacktestError("sizing: SCORE weighs by the composite of a strategy: name one")
    risk_free = fraction_given("risk_free", given.get("risk_free", RISK_FREE), -99.0, 1000.0)
    found = Config(
        text_given("name", given.get("name", ""), 120), region, start, end, strategy, definition, order_by, buys,
        sells, _universe(given.get("universe", {}), region), rules, _benchmark(given.get("benchmark", "")), risk_free,
        _normalisation(given.get("normalisation", NORMALISATION)), _neutralise(given.get("neutralise", ())), {},
    )  # fmt: skip
    found.written.update(_written(found, given))
    return found


def _refuse_unknown(config: Mapping[Any, Any]) -> None:
    for name in config:
        if name not in WRITTEN:
            close = difflib.get_close_matches(str(name), WRITTEN, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(WRITTEN)}"
            raise BacktestError(f"{name}: unknown; {hint}")


def _strategy(asked: Any, region: str, user: Reader | None) -> tuple[Strategy | None, Definition | None]:
    """A stored strategy by name, or one written in the configuration."""
    if asked in (None, ""):
        return None, None
    try:
        if isinstance(asked, Mapping):
            known = ("factors", "combiner", "options", "universe", "neutralise")
            wrong = [name for name in asked if name not in known]
            if wrong:
                raise BacktestError(f"strategy: unknown part {wrong[0]!r}; known are {', '.join(known)}")
            if "factors" not in asked:
                raise BacktestError("strategy: name its factors")
            return None, strategy_check(region=region, **asked)
        if not isinstance(asked, str):
            raise BacktestError(f"strategy: must be a name, or factors with what combines them, not {asked!r}")
        stored = strategy_get(name=asked, user=user)
        if stored.region != region:
            raise BacktestError(f"strategy: {stored.name} is a strategy of {stored.region}, not of {region}")
        return stored, strategy_definition(strategy=stored)
    except StrategyError as error:
        told = str(error)
        raise BacktestError(told if told.startswith("strategy:") else f"strategy: {told}") from error


def _order_by(asked: Any, definition: Definition | None, buys: tuple[FactorCondition, ...]) -> str:
    """Whose score decides who is bought first."""
    if asked is None:
        if definition is not None:
            return COMPOSITE
        if not buys:
            raise BacktestError("order_by: name a factor, or a strategy, or at least one buy condition")
        return buys[0].factor
    if asked == COMPOSITE:
        if definition is None:
            raise BacktestError("order_by: there is no composite without a strategy")
        return COMPOSITE
    try:
        return factors_resolved([text_given("order_by", asked, 64)])[0].name
    except UnknownFactor as error:
        raise BacktestError(f"order_by: {error}") from error


def _rules(given: Mapping[str, Any], region: str, sells: tuple[SellCondition, ...]) -> Rules:
    """How it trades, the region's defaults where nothing is said."""
    usual = DEFAULTS[region]
    asked: dict[str, Any] = {
        "initial_capital": usual.capital, "commission": usual.commission, "tax": usual.tax,
        "slippage": usual.slippage, "lot_size": usual.lot,
    }  # fmt: skip
    asked |= {name: fraction_given(name, given[name], *BOUNDS.get(name, ())) for name in NUMBERS if name in given}
    asked |= {name: fraction_given(name, given[name], high=MOST) for name in COUNTS if name in given}
    asked |= {name: truth_given(name, given[name]) for name in TRUTHS if name in given}
    asked |= {name: text_given(name, given[name], 32).lower() for name in ("fill", "mode") if name in given}
    words = {"sizing": "sizing", "frequency": "rebalance"}
    asked |= {name: text_given(field, given[field], 32).upper() for name, field in words.items() if field in given}
    for name in COUNTS:
        if name in asked and asked[name] == int(asked[name]):
            asked[name] = int(asked[name])
    try:
        rules = Rules(sell_rules=tuple(one.rule for one in sells), **asked)
        sizing_named(rules.sizing)
        return rules
    except InputError as error:
        raise BacktestError(str(error).replace("frequency:", "rebalance:", 1)) from error


def _universe(asked: Any, region: str) -> dict[str, Any]:
    try:
        return universe_check(universe=asked, region=region)
    except StrategyError as error:
        raise BacktestError(str(error)) from error


def _benchmark(asked: Any) -> str:
    return text_given("benchmark", asked, 32)


def _normalisation(asked: Any) -> str:
    if asked not in tuple(METHODS):  # a list cannot be looked up among names
        raise BacktestError(f"normalisation: must be one of {', '.join(METHODS)}, not {asked!r}")
    return str(asked)


def _neutralise(asked: Any) -> tuple[str, ...]:
    wrong = not isinstance(asked, list | tuple) or any(name not in ("sector", "size") for name in asked)
    if wrong:
        raise BacktestError(f"neutralise: must be a list of sector and/or size, not {asked!r}")
    return tuple(name for name in ("sector", "size") if name in asked)


def _written(config: Config, given: Mapping[str, Any]) -> dict[str, Any]:
    """The whole configuration as plain data, defaults filled in: asked for again it gives the same backtest."""
    rules = config.rules
    return {
        "name": config.name, "region": config.region, "start": str(config.start),
        "end": str(config.end) if config.end else None,
        "strategy": given.get("strategy"), "order_by": config.order_by,
        "buy_conditions": [condition_written(one) for one in config.buys],
        "sell_conditions": [one.written() for one in config.sells],
        "universe": config.universe, "rebalance": str(rules.frequency), "every": rules.every,
        "max_positions": rules.max_positions,
        **{name: getattr(rules, name) for name in TRUTHS},
        **{name: str(getattr(rules, name)) for name in CHOICES},
        **{name: _plain(getattr(rules, name)) for name in NUMBERS},
        "benchmark": config.benchmark, "risk_free": config.risk_free, "normalisation": config.normalisation,
        "neutralise": list(config.neutralise),
    }  # fmt: skip


def _plain(number: Any) -> float | None:
    """A number as a float, whatever it was written as: 1 and 1.0 are one configuration."""
    return None if number is None else float(number)
