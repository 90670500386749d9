"""Which factors a configuration asks for."""

from backtests.services.config import Config
from backtests.services.config_conditions import COMPOSITE
from factors.services.catalogue import factors_resolved
from factors.services.composites import composite_factors, composite_learns
from factors.services.universes import conditions_of

SIZE = "market_cap"


def factors_of(config: Config) -> tuple[str, ...]:
    """Every factor whose figures a configuration needs, the composite's own included where they are computed anew."""
    named = [config.order_by, *(one.factor for one in config.buys)]
    named += [one.condition.factor for one in config.sells if one.condition]
    named += [one.factor for one in conditions_of(config.universe)]
    if config.rules.sizing == "MARKET_CAP":
        named.append(SIZE)
    if config.uses_composite and config.definition and not composite_learns(definition=config.definition):
        named += composite_factors(definition=config.definition)
    return tuple(dict.fromkeys(name for name in named if name != COMPOSITE))


def lookback_of(config: Config) -> int:
    """Bars that the furthest of them looks back on."""
    names = factors_of(config)
    return max((factor.lookback for factor in factors_resolved(names)), default=0) if names else 0
