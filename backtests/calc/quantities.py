"""How many shares: lots, caps, and never more than there is money for."""

import math
from dataclasses import dataclass

import numpy as np

from backtests.calc.rules import Rules

ROUNDING = 1e-9  # 9.9999999999 lots are ten: what is missing is rounding, and cash is looked at again below
DUST = 1e-9  # of what is wanted: less is not traded, it is what rounding left of the cash, or of a difference


@dataclass(frozen=True)
class Costs:
    """Fractions of an amount, made of the percentages of ``Rules``."""

    commission: float
    tax: float
    slippage: float

    @classmethod
    def of(cls, rules: Rules) -> "Costs":
        return cls(rules.commission / 100.0, rules.tax / 100.0, rules.slippage / 100.0)

    def buying(self, price: float) -> float:
        """Execution price of a buy."""
        return price * (1.0 + self.slippage)

    def selling(self, price: float) -> float:
        """Execution price of a sale."""
        return price * (1.0 - self.slippage)


@dataclass(frozen=True)
class Lots:
    """``size`` float [N] of a board lot of each instrument; ``fractional``: no rounding at all."""

    size: np.ndarray
    fractional: bool

    def whole(self, instrument: int, shares: float) -> float:
        """``shares`` in whole lots, downwards."""
        if self.fractional:
            return max(shares, 0.0)
        lot = self.size.item(instrument)
        return max(math.floor(shares / lot + ROUNDING), 0) * lot

    def less(self, instrument: int, shares: float) -> float:
        """The next smaller quantity; where a lot is less than what numbers of that size can tell, the next number."""
        fewer = shares if self.fractional else max(shares - self.size.item(instrument), 0.0)
        return fewer if fewer < shares else math.nextafter(shares, 0.0)

    def affordable(self, instrument: int, wanted: float, price: float, costs: Costs, cash: float) -> float:
        """At most ``wanted`` shares, in whole lots, that ``cash`` pays at execution ``price`` with the commission; 0
        where that would be dust.
        """
        shares = self.whole(instrument, min(wanted, cash / (price * (1.0 + costs.commission))))
        while shares > 0 and spent(shares, price, costs) > cash:
            shares = self.less(instrument, shares)
        return shares if shares > DUST * wanted else 0.0


def spent(shares: float, price: float, costs: Costs) -> float:
    """What a buy at execution ``price`` takes out of the cash."""
    amount = shares * price
    return amount + amount * costs.commission
