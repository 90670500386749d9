"""What a strategy says about every session of a market."""

from dataclasses import dataclass

import numpy as np

from backtests.calc.errors import InputError
from backtests.calc.prices import Prices
from backtests.calc.rules import Exit, Rules


@dataclass(frozen=True)
class Signals:
    """Known at the close of each session: ``order`` float [T, N], more is bought first, NaN is not bought;
    ``candidates`` bool [T, N]: all buy conditions and the universe filter are met; ``sells``: a bool [T, N] for each
    factor sell condition, which a rule of kind FACTOR names by its place; ``composite`` float [T, N]: what SCORE weighs
    by, ``order`` where it is None.
    """

    order: np.ndarray
    candidates: np.ndarray
    sells: tuple[np.ndarray, ...] = ()
    composite: np.ndarray | None = None

    @property
    def weighing(self) -> np.ndarray:
        return self.order if self.composite is None else self.composite


def check_together(prices: Prices, signals: Signals, rules: Rules) -> None:
    """InputError where the three do not fit each other."""
    shape = (prices.sessions, prices.instruments)
    flags = {f"sells[{place}]": found for place, found in enumerate(signals.sells)}
    for name, found in {"candidates": signals.candidates, **flags}.items():
        if found.shape != shape or found.dtype != np.bool_:
            raise InputError(f"{name}: bool {shape} expected, found {found.dtype} {found.shape}")
    for name, figures in {"order": signals.order, "composite": signals.weighing}.items():
        if figures.shape != shape or not np.issubdtype(figures.dtype, np.floating):
            raise InputError(f"{name}: floats {shape} expected, found {figures.dtype} {figures.shape}")
    for rule in rules.sell_rules:
        if rule.kind is Exit.FACTOR and not 0 <= rule.signal < len(signals.sells):
            raise InputError(f"sell_rules: FACTOR names signal {rule.signal} of {len(signals.sells)}")
    lots = np.shape(rules.lot_size)
    if lots not in ((), (prices.instruments,)):
        raise InputError(f"lot_size: one number, or one for each of {prices.instruments} tickers, found {lots}")
    if rules.sizing == "MARKET_CAP" and prices.market_value is None:
        raise InputError("market_value: sizing MARKET_CAP needs it")
