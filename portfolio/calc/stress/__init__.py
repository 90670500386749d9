"""What could happen: bad times of the past, made-up shocks, and the most likely way to a given loss.

Percent throughout; a negative change is a loss. Definitions: docs/portfolio-rebalancing.md.
"""

from portfolio.calc.stress.historical import historical_stress
from portfolio.calc.stress.holdings import AssetStress, Stress
from portfolio.calc.stress.reverse import NoSuchLoss, ReverseStress, reverse_stress
from portfolio.calc.stress.shocks import ASSET, CURRENCY, FACTOR, KINDS, SECTOR, Shock, Traits, shock_stress
from portfolio.calc.stress.windows import HISTORICAL, Window, historical_window

__all__ = [
    "ASSET", "CURRENCY", "FACTOR", "HISTORICAL", "KINDS", "SECTOR", "AssetStress", "NoSuchLoss", "ReverseStress",
    "Shock", "Stress", "Traits", "Window", "historical_stress", "historical_window", "reverse_stress", "shock_stress",
]  # fmt: skip
