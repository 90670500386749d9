"""What several figures of a run share, each computed once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backtests.calc.ledger import Reason, Side
from backtests.calc.outcomes.closed import lost, won
from backtests.calc.run import Run
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR


@dataclass(frozen=True)
class Facts:
    """A run, and what figures are made from. Money in currency, rates in percent, days of the calendar."""

    run: Run

    @cached_property
    def trades(self) -> np.ndarray:
        return self.run.ledger.trades

    @cached_property
    def snapshots(self) -> np.ndarray:
        return self.run.ledger.snapshots

    @cached_property
    def sells(self) -> np.ndarray:
        return self.run.sells

    @cached_property
    def buys(self) -> int:
        return int(np.count_nonzero(self.trades["side"] == Side.BUY))

    @cached_property
    def won(self) -> np.ndarray:
        """bool, one for each of ``sells``."""
        return won(self.sells)

    @cached_property
    def lost(self) -> np.ndarray:
        """bool, one for each of ``sells``."""
        return lost(self.sells)

    @cached_property
    def wins(self) -> np.ndarray:
        """The closed trades that were won: rows of trades."""
        return self.sells[self.won]

    @cached_property
    def losses(self) -> np.ndarray:
        """The closed trades that were lost: rows of trades."""
        return self.sells[self.lost]

    @cached_property
    def invested(self) -> np.ndarray:
        """Percent of the value that is in stocks, of every session that ends with a value above 0: float64."""
        rows = self.snapshots[self.snapshots["value"] > 0]
        return np.asarray(100.0 * rows["holdings"] / rows["value"])

    @cached_property
    def market_trades(self) -> np.ndarray:
        """The trades made on the market: all but the closing of delisted positions."""
        return np.asarray(self.trades[self.trades["reason"] != Reason.DELISTED])

    @cached_property
    def slippage(self) -> float:
        """|execution price - price| x quantity; what a delisting took is a loss and no cost of trading."""
        rows = self.market_trades
        return float(np.abs(rows["execution_price"] - rows["price"]) @ rows["quantity"])

    @cached_property
    def costs(self) -> float:
        """Commission, tax and slippage."""
        return float(self.trades["commission"].sum() + self.trades["tax"].sum()) + self.slippage

    @property
    def a_year(self) -> float:
        """What a sum over all sessions is multiplied by to be one of a year."""
        return SESSIONS_A_YEAR / len(self.snapshots)


def mean(figures: np.ndarray) -> float | None:
    return float(figures.mean()) if len(figures) else None


def share(part: float, whole: float) -> float | None:
    """100 x part / whole, percent; None of nothing."""
    return 100.0 * part / whole if whole else None


def gain_to_loss(gain: float | None, loss: float | None) -> float | None:
    """gain / -loss, where losses are negative; None where one is not there or the loss is 0."""
    return None if gain is None or not loss else gain / -loss


def highest(figures: np.ndarray) -> float | None:
    return float(figures.max()) if len(figures) else None


def longest(true: np.ndarray) -> int:
    """The most that stand one after the other in bool [k]."""
    edges = np.flatnonzero(np.diff(np.r_[False, true, False]))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def lowest(figures: np.ndarray) -> float | None:
    return float(figures.min()) if len(figures) else None
