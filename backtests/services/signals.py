"""What a configuration says about every session of a market."""

from dataclasses import dataclass, replace

import numpy as np

from backtests.calc.conditions import BOTTOM, TOP, FactorCondition, ranks_of
from backtests.calc.prices import Prices
from backtests.calc.rules import Exit
from backtests.calc.signals import Signals
from backtests.calc.simulate import rebalances_of
from backtests.services.config import Config
from backtests.services.config_conditions import COMPOSITE
from backtests.services.market import Market
from backtests.services.needs import SIZE, factors_of
from backtests.services.workbench import Tick, Workbench, nothing, scale_of
from factors.calc.normalise import percentile_ranks
from factors.services.catalogue import factors_resolved
from factors.services.figures import Layer
from factors.services.universes import conditions_of

LAST = -1e300  # behind every figure


@dataclass(frozen=True)
class Plan:
    """What is asked of which sessions: ``at`` int [T'], all that anything is asked of; ``buys`` bool [T'], those on
    which buys are chosen; ``names``: factors.
    """

    at: np.ndarray
    buys: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """The figures of a plan: ``layers`` by factor, ``composite`` among them; ``members`` bool [T', N], the universe."""

    plan: Plan
    layers: dict[str, Layer]
    members: np.ndarray


@dataclass(frozen=True)
class Decided:
    """All that the simulator is given beside the rules, and the figures it follows from."""

    asked: Asked
    prices: Prices
    signals: Signals

    @property
    def bytes(self) -> int:
        """Memory of the signals, and of the market values where they are apart."""
        found = (self.signals.order, self.signals.candidates, self.signals.composite, *self.signals.sells)
        return sum(one.nbytes for one in (*found, self.prices.market_value) if one is not None)


def plan_of(config: Config, market: Market) -> Plan:
    """Buys are asked for on rebalance sessions, factors that sell on every session."""
    buys = np.flatnonzero(rebalances_of(market.prices, config.rules))
    sells = any(rule.kind is Exit.FACTOR for rule in config.rules.sell_rules)
    at = np.arange(market.prices.start, market.prices.sessions) if sells else buys
    return Plan(at, np.isin(at, buys), factors_of(config))


def asked_of(config: Config, market: Market, bench: Workbench, tick: Tick = nothing) -> Asked:
    """The figures that a configuration decides by."""
    plan = plan_of(config, market)
    layers = bench.figures(market, scale_of(config), plan.names, plan.at, tick) if plan.names else {}
    members = np.tile(market.listed(config.universe), (len(plan.at), 1))
    for condition in conditions_of(config.universe):
        members &= condition.met(getattr(layers[condition.factor], condition.field))
    if config.uses_composite:
        layers = layers | {COMPOSITE: _composite(config, market, bench, plan, tick)}
    return Asked(plan, layers, members)


def _composite(config: Config, market: Market, bench: Workbench, plan: Plan, tick: Tick) -> Layer:
    """The composite of a plan's sessions; where it sells nothing, of those alone on which buys are chosen."""
    sells = any(one.condition and one.condition.factor == COMPOSITE for one in config.sells)
    rows = np.arange(len(plan.at)) if sells else np.flatnonzero(plan.buys)
    composite = np.full((len(plan.at), market.prices.instruments), np.nan)
    composite[rows] = bench.composites(market, config, plan.at[rows], tick)
    return composite_layer(composite)


def composite_layer(composite: np.ndarray) -> Layer:
    """A composite [T', N] as if it were a factor: its value is its score."""
    return Layer(composite, composite.astype(np.float32), percentile_ranks(composite).astype(np.float32))


def signals_of(config: Config, market: Market, asked: Asked, left_out: int | None = None) -> tuple[Prices, Signals]:
    """Prices (with market values where a sizing rule weighs by them) and signals of a configuration.

    ``left_out``: the buy condition that is not asked for, to see what it is worth.
    """
    plan, shape = asked.plan, (market.prices.sessions, market.prices.instruments)
    ranks = Ranks(asked, market)
    order, candidates = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    at, rows = plan.at[plan.buys], np.flatnonzero(plan.buys)
    order[at] = _order(config, asked.layers[config.order_by])[rows]
    met = asked.members[rows].copy()
    for place, condition in enumerate(config.buys):
        if place != left_out:
            met &= ranks.met(condition)[rows]
    candidates[at] = met
    sells = []
    for condition in (one.condition for one in config.sells if one.condition):
        fires = np.zeros(shape, dtype=bool)
        fires[plan.at] = ranks.met(condition)
        sells.append(fires)
    composite = None
    if config.rules.sizing == "SCORE":
        composite = np.full(shape, np.nan)
        composite[at] = asked.layers[COMPOSITE].value[rows]
    return _priced(config, market.prices, asked), Signals(order, candidates, tuple(sells), composite)


def _order(config: Config, layer: Layer) -> np.ndarray:
    """What the better names have more of: float64 [T', N]. The score; where a session has none at all (fewer than ten
    names have the figure) the value itself. Who meets buy conditions without either comes last; where there are no
    conditions it is not bought.
    """
    order = layer.score.astype(np.float64)
    unscored = ~np.isfinite(order).any(axis=1)
    if unscored.any() and config.order_by != COMPOSITE:
        order[unscored] = factors_resolved([config.order_by])[0].direction * layer.value[unscored]
    if config.buys:
        order[np.isnan(order)] = LAST
    return order


def _priced(config: Config, prices: Prices, asked: Asked) -> Prices:
    if config.rules.sizing != "MARKET_CAP":
        return prices
    value = np.full((prices.sessions, prices.instruments), np.nan)
    value[asked.plan.at] = asked.layers[SIZE].value
    return replace(prices, market_value=value)


def decided_of(config: Config, market: Market, bench: Workbench, tick: Tick = nothing) -> Decided:
    """``asked_of`` and ``signals_of``."""
    asked = asked_of(config, market, bench, tick)
    return Decided(asked, *signals_of(config, market, asked))


class Ranks:
    """Whether conditions are met, ranks by factor made once."""

    def __init__(self, asked: Asked, market: Market) -> None:
        self.asked, self.market = asked, market
        self.ranks: dict[str, np.ndarray] = {}

    def met(self, condition: FactorCondition) -> np.ndarray:
        """bool [T', N]."""
        if not condition.needs_ranks:
            return condition.met(getattr(self.asked.layers[condition.factor], condition.field))
        ranks = self._of(condition.factor)
        return condition.met_by_rank(ranks) if condition.operator in (TOP, BOTTOM) else condition.met(ranks)

    def _of(self, factor: str) -> np.ndarray:
        if factor not in self.ranks:
            score, members = self.asked.layers[factor].score, self.asked.members
            self.ranks[factor] = ranks_of(score, members, self.market.prices.by_rank)
        return self.ranks[factor]
