"""What a combiner may learn from."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

NOT_YET = np.iinfo(np.int32).max  # the closing day of a target window that has not closed


@dataclass(frozen=True)
class Samples:
    """Past cross-sections and what became of them: D sessions, F factors, N instruments.

    ``days`` int32 [D] ascending; ``closed`` int32 [D], never descending, the session on which the target's window ended
    (``NOT_YET`` where it has not); ``features`` float32 [F, D, N], scores; ``target`` float32 [D, N], the rank of the
    forward return among the day's instruments, NaN where there is none. Days are counted from 1970-01-01.
    """

    days: np.ndarray
    closed: np.ndarray
    features: np.ndarray
    target: np.ndarray

    def at(self, places: np.ndarray | slice) -> "Samples":
        """Those of some sessions (a bool or int array over D, which copies, or a slice, which does not)."""
        return Samples(self.days[places], self.closed[places], self.features[:, places], self.target[places])

    def closed_before(self, day: int) -> "Samples":
        """Those whose target was complete on a session before ``day``: what may be learnt from at its open."""
        return self.at(slice(int(np.searchsorted(self.closed, day))))

    def since(self, day: int) -> "Samples":
        return self.at(slice(int(np.searchsorted(self.days, day)), None))

    def sorted_by(self, tickers: np.ndarray) -> "Samples":
        """Instruments in the order of their tickers: what is learnt must not depend on how they came."""
        order = np.argsort(tickers.astype(str), kind="stable")
        if (order == np.arange(len(order))).all():
            return self
        return replace(self, features=self.features[:, :, order], target=self.target[:, order])


def no_samples(factors: int) -> Samples:
    none = np.zeros(0, dtype=np.int32)
    return Samples(none, none, np.zeros((factors, 0, 0), np.float32), np.zeros((0, 0), np.float32))


@dataclass(frozen=True)
class History:
    """Daily factor returns, and past cross-sections for those who learn from them.

    ``names`` of the factors [F]; ``return_days`` int32 [R] ascending, the exchange's sessions; ``returns`` float64
    [F, R], fractions, NaN where there is none; ``tickers`` object [N] of the samples' instruments.
    """

    names: tuple[str, ...]
    return_days: np.ndarray
    returns: np.ndarray
    tickers: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=object))
    samples: Samples | None = None

    def returns_until(self, day: int, sessions: int) -> np.ndarray:
        """Factor returns of the last ``sessions`` sessions up to and including ``day``: float64 [F, at most that]."""
        end = int(np.searchsorted(self.return_days, day, side="right"))
        return self.returns[:, max(0, end - sessions) : end]

    def samples_before(self, day: int) -> Samples:
        """Samples whose window closed before ``day``, instruments by ticker."""
        return self._in_order.closed_before(day)

    @cached_property
    def _in_order(self) -> Samples:
        """All samples, sorted once for all days."""
        found = self.samples or no_samples(len(self.names))
        return found.sorted_by(self.tickers) if len(found.days) else found
