"""A finished simulation with all that it was made from: what statistics, contribution and diagnosis look at."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backtests.calc.ledger import Ledger
from backtests.calc.prices import Prices
from backtests.calc.rules import Rules
from portfolio.calc.statistics import Track


@dataclass(frozen=True)
class Run:
    """S sessions from ``prices.start`` on. ``before``: the session before the first, which the initial capital is of.

    ``benchmark`` float64 [S + 1]: levels, that of ``before`` first, NaN where there is none; None without a benchmark.
    ``entry_scores`` float64 [C, K]: the score of each buy condition's factor for each of the ledger's K trades, on the
    session of its signal; NaN where there is none. ``conditions``: the C buy conditions as a person reads them.
    ``risk_free``: a year's rate as a fraction.
    """

    prices: Prices
    rules: Rules
    ledger: Ledger
    before: np.datetime64
    benchmark: np.ndarray | None = None
    conditions: tuple[str, ...] = ()
    entry_scores: np.ndarray | None = None
    risk_free: float = 0.02

    @cached_property
    def dates(self) -> np.ndarray:
        """``before``, then every session: datetime64[D] [S + 1]."""
        sessions = self.prices.dates[self.prices.start :].astype("datetime64[D]")
        return np.concatenate([[self.before.astype("datetime64[D]")], sessions])

    @cached_property
    def values(self) -> np.ndarray:
        """The initial capital, then the value at the close of every session: float64 [S + 1]."""
        return np.concatenate([[self.rules.initial_capital], self.ledger.snapshots["value"]])

    @cached_property
    def track(self) -> Track:
        return Track(self.values, self.dates, self.benchmark, self.risk_free)

    @cached_property
    def sells(self) -> np.ndarray:
        """The trades that sold, with profit and reason: rows of ``ledger.trades``."""
        return self.ledger.trades[self.ledger.trades["side"] < 0]
