"""What checks look at, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from backtests.calc.outcomes.facts import Facts
from backtests.calc.positions import Positions, positions_of
from backtests.calc.run import Run


class Severity(StrEnum):
    """NOTE: know it when reading the figures. WARNING: the figures may mislead. SERIOUS: do not rely on them as is."""

    NOTE = "NOTE"
    WARNING = "WARNING"
    SERIOUS = "SERIOUS"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return (Severity.SERIOUS, Severity.WARNING, Severity.NOTE).index(self)


class SectorUse(StrEnum):
    """What a configuration asks the sectors of stocks for."""

    UNIVERSE = "universe"
    NEUTRALISE = "neutralise"


@dataclass(frozen=True)
class Finding:
    """``code``: the name of the check. ``message``: one or two sentences for a person. ``evidence``: the figures behind
    it as plain JSON (str, int, finite float, bool, None, lists and dicts of them); percentages are percent.
    """

    code: str
    severity: Severity
    title: str
    message: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """A finished backtest and what was known beside it.

    ``statistics``: by the names of ``portfolio.calc.statistics``, of ``run.track``; checks read ``sharpe_ratio``,
    ``probabilistic_sharpe_ratio``, ``annualized_return``, ``max_drawdown``, ``longest_drawdown_duration``,
    ``skewness``, ``kurtosis``, ``worst_day``, ``benchmark_return`` and ``excess_return``; others may be there.
    ``trials`` float64 [k]: annualised Sharpe ratios of all variants tried in the same search, this one included, NaN
    where a variant has none; empty without a search. ``adjusted`` bool [N]: the raw price is not known, so quantities,
    lots and volumes are not real; None: all raw. ``asked_benchmark``: a benchmark was asked for. ``price_index``: it is
    an index whose levels leave dividends out. ``coverage``: by buy condition the share of the universe that has its
    figure, percent, over all rebalances. ``sector_uses``: what the configuration, or its strategy, needs sectors
    for.
    """

    run: Run
    statistics: Mapping[str, float | None]
    trials: np.ndarray = field(default_factory=lambda: np.zeros(0))
    adjusted: np.ndarray | None = None
    asked_benchmark: bool = False
    price_index: bool = False
    coverage: Mapping[str, float] = field(default_factory=dict)
    sector_uses: frozenset[SectorUse] = frozenset()

    @property
    def capital(self) -> float:
        return float(self.run.rules.initial_capital)

    @property
    def sessions(self) -> int:
        """S: how many sessions were simulated."""
        return len(self.run.ledger.snapshots)

    @cached_property
    def gain(self) -> float:
        """Value at the end less the initial capital."""
        return float(self.run.values[-1] - self.run.values[0])

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.run)

    @property
    def market_trades(self) -> np.ndarray:
        """The trades made on the market: all but the closing of delisted positions."""
        return self.facts.market_trades

    @cached_property
    def traded_amount(self) -> float:
        """Bought and sold on the market, at execution prices."""
        return float((self.market_trades["quantity"] * self.market_trades["execution_price"]).sum())

    @property
    def costs(self) -> float:
        """Commission, tax, and what slippage took."""
        return self.facts.costs

    @cached_property
    def traded_names(self) -> np.ndarray:
        """Instruments with a trade, by ticker: int64 [H]."""
        names = np.unique(self.run.ledger.trades["instrument"]).astype(np.int64)
        return names[np.argsort(self.run.prices.rank[names])]

    @cached_property
    def positions(self) -> Positions:
        return positions_of(self.run)

    def ticker(self, instrument: int) -> str:
        return str(self.run.prices.tickers[instrument])

    def day(self, session: int) -> str:
        """ISO date of a row of the prices."""
        return str(self.run.prices.dates[session].astype("datetime64[D]"))
