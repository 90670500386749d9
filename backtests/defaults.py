"""What a backtest assumes where its configuration says nothing, by region."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Defaults:
    """Percent: ``commission`` on both sides, ``tax`` on sales, ``slippage``. ``capital`` in the region's currency."""

    capital: float
    commission: float
    tax: float
    lot: float
    slippage: float = 0.1


RISK_FREE = 2.0  # percent a year
NORMALISATION = "zscore"
DEFAULTS = {
    "KR": Defaults(capital=100_000_000, commission=0.015, tax=0.23, lot=1),
    "US": Defaults(capital=100_000, commission=0.005, tax=0.0028, lot=1),  # the tax: the SEC's fee
    "CN": Defaults(capital=1_000_000, commission=0.025, tax=0.05, lot=100),
    "HK": Defaults(capital=1_000_000, commission=0.13, tax=0.0, lot=100),  # stamp duty of both sides in the commission
    "JP": Defaults(capital=10_000_000, commission=0.05, tax=0.0, lot=100),
    "VN": Defaults(capital=1_000_000_000, commission=0.15, tax=0.1, lot=100),
}
