"""Targets to begin with, before somebody has thought of any."""

from typing import Any

from portfolio.calc.rebalancing import CASH, WHOLE
from portfolio.models import Portfolio
from portfolio.services.standing import standing_of

HELD, EQUAL = "held", "equal"
BEGINNINGS = (HELD, EQUAL)
PLACES = 2


def targets_begun(*, portfolio: Portfolio, beginning: str) -> list[dict[str, Any]]:
    """``asset`` and ``target`` (percent, two decimals) of all that is held, cash last, which takes what is left of 100.

    ``held``: the weights of now, of what was bought on borrowed money in the same proportions, ``equal``: all assets
    alike. PortfolioError without a value; weights below zero are 0.
    """
    held = standing_of(portfolio=portfolio).held
    equal = WHOLE / max(len(held), 1)
    shares = {str(one.instrument): max(one.weight or 0.0, 0.0) if beginning == HELD else equal for one in held}
    scale = WHOLE / max(sum(shares.values()), WHOLE)
    weights = {name: round(scale * share, PLACES) for name, share in shares.items()}
    rest = round(WHOLE - sum(weights.values()), PLACES)
    if rest < 0.0:  # rounded up
        greatest = max(weights, key=lambda name: weights[name])
        weights[greatest], rest = round(weights[greatest] + rest, PLACES), 0.0
    return [{"asset": name, "target": weight} for name, weight in [*weights.items(), (CASH, rest)]]
