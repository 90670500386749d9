"""Volatility in a word."""

from dataclasses import dataclass
from enum import StrEnum


class RiskLevel(StrEnum):
    VERY_LOW = "VERY_LOW"
    LOW = "LOW"
    MODERATE = "MODERATE"
    HIGH = "HIGH"
    VERY_HIGH = "VERY_HIGH"


@dataclass(frozen=True)
class RiskThresholds:
    """The volatility, percent a year, from which on a portfolio has the next level. ValueError unless they ascend."""

    low: float = 5.0
    moderate: float = 10.0
    high: float = 20.0
    very_high: float = 30.0

    def __post_init__(self) -> None:
        if not 0.0 < self.low < self.moderate < self.high < self.very_high:
            raise ValueError(f"thresholds must ascend from above zero: {self}")


DEFAULT = RiskThresholds()


def risk_level(volatility: float | None, thresholds: RiskThresholds = DEFAULT) -> RiskLevel | None:
    """The level of a ``volatility`` in percent a year: below 5 VERY_LOW, 10 LOW, 20 MODERATE, 30 HIGH, else VERY_HIGH.

    On a threshold it is the higher one. None for None.
    """
    if volatility is None:
        return None
    bounds = (thresholds.low, thresholds.moderate, thresholds.high, thresholds.very_high)
    return list(RiskLevel)[sum(volatility >= bound for bound in bounds)]
