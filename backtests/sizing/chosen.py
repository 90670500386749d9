"""What a sizing rule sees, and what it says."""

from dataclasses import dataclass

import numpy as np

from backtests.calc.prices import Prices
from backtests.calc.signals import Signals

REACH = 20  # sessions before the window in which a close is looked for that its first return starts from


@dataclass(frozen=True)
class Sized:
    """``weights`` float [k], above 0 and of sum 1 over the names that get one, NaN for the others; all NaN where
    nobody does. ``note``: what a person should know, such as a fallback.
    """

    weights: np.ndarray
    note: str = ""


@dataclass(frozen=True)
class Chosen:
    """The ``names`` int [k] chosen on ``session``, best first, with what is known of them at its close."""

    prices: Prices
    signals: Signals
    session: int
    names: np.ndarray

    def market_value(self) -> np.ndarray:
        """float64 [k], NaN where it is not known."""
        found = self.prices.market_value
        return np.full(len(self.names), np.nan) if found is None else found[self.session, self.names]

    def score(self) -> np.ndarray:
        """The strategy's composite: float [k]."""
        return np.asarray(self.signals.weighing[self.session, self.names], dtype=np.float64)

    def returns(self, count: int) -> np.ndarray:
        """Total returns of the last ``count`` sessions, fractions, float64 [at most count, k].

        Splits and dividends are added back. A session without a bar counts as no change; NaN before the first bar, and
        where the last bar is more than 20 sessions before the first return.
        """
        first = max(self.session - count - REACH, 0)
        close = self.prices.close[first : self.session + 1, self.names]
        rows = np.where(np.isfinite(close), np.arange(len(close))[:, None], -1)
        rows = np.maximum.accumulate(rows, axis=0)
        carried = np.take_along_axis(close, np.maximum(rows, 0), axis=0)
        ratio, paid = self._between(first)
        # Shares that one share of the first row has become; a close from before a split is put into today's shares.
        units = np.cumprod(ratio, axis=0)
        units = units / np.take_along_axis(units, np.maximum(rows, 0), axis=0)
        value = np.where(rows >= 0, carried / units, np.nan)
        return np.asarray((value[1:] + paid[1:]) * ratio[1:] / value[:-1] - 1.0)[-count:]

    def _between(self, first: int) -> tuple[np.ndarray, np.ndarray]:
        """(split ratio, dividend per share) of each session from ``first`` on: float64 [sessions, k]."""
        shape = (self.session + 1 - first, len(self.names))
        ratio, paid = np.ones(shape), np.zeros(shape)
        place = np.full(self.prices.instruments, -1)
        place[self.names] = np.arange(len(self.names))
        for events, into, add in ((self.prices.splits, ratio, np.multiply), (self.prices.dividends, paid, np.add)):
            here = events.within(first, self.session)
            here = here[place[events.instrument[here]] >= 0]
            add.at(into, (events.session[here] - first, place[events.instrument[here]]), events.figure[here])
        return ratio, paid


def shared(sizes: np.ndarray, note: str = "") -> Sized:
    """Weights in proportion to ``sizes`` [k]; a name without a size above 0 gets none."""
    there = np.isfinite(sizes) & (sizes > 0)
    total = sizes[there].sum()
    return Sized(np.where(there, sizes / total if total > 0 else np.nan, np.nan), note)
