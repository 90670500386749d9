"""Statistics of the last window of each column: float [L, N] in, float [N] out. What a factor asks of one session.

``rolling`` answers the same questions for every window at once; a test holds the two together.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

ZERO = 1e-12  # what is no larger counts as zero: denominators, and deviations as a part of the numbers they are of


def window_sum(window: np.ndarray) -> np.ndarray:
    """Sum over the rows of float [L, N]; NaN where a row is NaN. float [N].

    Rows are added one after the other for every column alike: NumPy's own choice of summation order depends on the
    memory layout, and a single instrument would come out different in the last bit from the same one among others.
    """
    if window.shape[1] == 1 and len(window):
        return np.asarray(np.add.accumulate(window, axis=0)[-1])
    total: np.ndarray = np.add.reduce(np.ascontiguousarray(window), axis=0)
    return total


def not_ahead(skip: int) -> int:
    """``skip`` itself; ValueError below 0, which would be a bar after the session."""
    if skip < 0:
        raise ValueError(f"skip {skip} looks {-skip} bars ahead of the session")
    return skip


@dataclass(frozen=True)
class Window(ABC):
    """``length`` bars, up to each session's last one or to ``skip`` bars before it.

    Every statistic takes a series, float [L, N], and gives a figure, float [n], over the valid numbers in the window;
    columns with fewer bars than ``length`` are NaN above their first.
    """

    length: int
    skip: int = 0

    def __post_init__(self) -> None:
        not_ahead(self.skip)

    @abstractmethod
    def sum(self, series: np.ndarray) -> np.ndarray:
        """0 where nothing is valid."""

    @abstractmethod
    def count(self, series: np.ndarray) -> np.ndarray:
        """How many numbers are valid. int [n]."""

    def mean(self, series: np.ndarray) -> np.ndarray:
        """NaN where nothing is valid, as are those below."""
        count = self.count(series)
        return np.where(count > 0, self.sum(series) / np.maximum(count, 1), np.nan)

    @abstractmethod
    def std(self, series: np.ndarray) -> np.ndarray:
        """ddof 1; NaN for fewer than two numbers."""

    @abstractmethod
    def max(self, series: np.ndarray) -> np.ndarray:
        """The largest."""

    @abstractmethod
    def min(self, series: np.ndarray) -> np.ndarray:
        """The smallest."""

    @abstractmethod
    def drawdown(self, series: np.ndarray) -> np.ndarray:
        """The deepest fall from the running maximum, as a positive fraction."""

    @abstractmethod
    def mean_of_lowest(self, series: np.ndarray, one_in: int) -> np.ndarray:
        """Mean of the ceil(n / one_in) lowest of the n valid numbers."""

    @abstractmethod
    def wilder_rsi(self, close: np.ndarray, period: int) -> np.ndarray:
        """Wilder's relative strength index, 0-100, its averages begun anew in the window.

        The first averages are the means of the first ``period`` changes, then (period - 1 parts of the previous + the
        current) / period. No losses: 100; no change at all: 50; fewer than ``period`` changes: NaN. Source: Wilder, New
        Concepts in Technical Trading Systems (1978).
        """


class LastWindow(Window):
    """The window of one session: the last rows of each column."""

    def of(self, series: np.ndarray) -> np.ndarray:
        """The rows themselves, [<= length, N]."""
        end = max(len(series) - self.skip, 0)
        return series[max(end - self.length, 0) : end]

    def sum(self, series: np.ndarray) -> np.ndarray:
        rows = self.of(series)
        return window_sum(np.where(np.isnan(rows), 0.0, rows))

    def count(self, series: np.ndarray) -> np.ndarray:
        found: np.ndarray = (~np.isnan(self.of(series))).sum(axis=0)
        return found

    def std(self, series: np.ndarray) -> np.ndarray:
        rows = self.of(series)
        valid = ~np.isnan(rows)
        count = valid.sum(axis=0)
        mean = window_sum(np.where(valid, rows, 0.0)) / np.maximum(count, 1)
        squares = window_sum(np.where(valid, (rows - mean) ** 2, 0.0))
        return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)

    def max(self, series: np.ndarray) -> np.ndarray:
        return self._extreme(np.fmax, series)

    def min(self, series: np.ndarray) -> np.ndarray:
        return self._extreme(np.fmin, series)

    def _extreme(self, pick: np.ufunc, series: np.ndarray) -> np.ndarray:
        rows = self.of(series)
        return np.asarray(pick.reduce(rows, axis=0)) if len(rows) else np.full(series.shape[1], np.nan)

    def drawdown(self, series: np.ndarray) -> np.ndarray:
        rows = self.of(series)
        fall = rows / np.fmax.accumulate(rows, axis=0) - 1.0
        return -self._extreme(np.fmin, fall) + 0.0  # -0.0 reads as 0

    def mean_of_lowest(self, series: np.ndarray, one_in: int) -> np.ndarray:
        rows = self.of(series)
        worst = -(-self.count(series) // one_in)
        most = int(worst.max(initial=0))
        if not most:
            return np.full(series.shape[1], np.nan)
        lowest = np.partition(rows, min(most, len(rows)) - 1, axis=0)[:most]  # NaN sort last
        return mean_of_first(np.sort(lowest, axis=0), worst)

    def wilder_rsi(self, close: np.ndarray, period: int) -> np.ndarray:
        return wilder_rsi(self.of(close), period)


def mean_of_first(ascending: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Mean of the first ``count`` rows of each column of float [K, ...]; NaN for none."""
    place = np.arange(len(ascending)).reshape(-1, *[1] * count.ndim)
    used = np.where(place < count, ascending, 0.0)
    total = window_sum(used.reshape(len(used), -1)).reshape(count.shape)
    return total / np.where(count > 0, count, np.nan)


def wilder_rsi(close: np.ndarray, period: int) -> np.ndarray:
    """The index at the last row of close [L, N]; each column starts at its own first bar."""
    if len(close) <= period or not close.size:
        return np.full(close.shape[1], np.nan)
    change = close[1:] - close[:-1]
    start = np.isnan(change).sum(axis=0)  # NaN only above the first bar
    change = np.where(np.isnan(change), 0.0, change)
    gain, loss = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    average_gain, average_loss = np.zeros(close.shape[1]), np.zeros(close.shape[1])
    uniform = (start == start[:1]).all()
    for row in range(len(change)):
        seen = row - start + 1
        if uniform and seen[0] > period:
            average_gain += (gain[row] - average_gain) / period
            average_loss += (loss[row] - average_loss) / period
            continue
        weight = np.where(seen > period, 1.0 / period, 1.0 / np.maximum(seen, 1))  # running mean while it fills
        average_gain += (gain[row] - average_gain) * weight
        average_loss += (loss[row] - average_loss) * weight
    return np.where(len(change) - start >= period, strength(average_gain, average_loss), np.nan)


def strength(gain: np.ndarray, loss: np.ndarray) -> np.ndarray:
    """100 x gain / (gain + loss); 50 where both are 0. The fraction first, so that no loss is 100 to the last bit."""
    total = gain + loss
    return np.where(total > 0, 100.0 * (gain / np.where(total > 0, total, 1.0)), 50.0)


def market_fit(close: np.ndarray, index: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """OLS with intercept of each column's returns on the index's: (beta, std of residuals ddof 1, number of returns).

    close, index: [L, N], both NaN above a column's first common bar. NaN where the index does not vary.
    """
    own, market = close[1:] / close[:-1] - 1.0, index[1:] / index[:-1] - 1.0
    valid = ~(np.isnan(own) | np.isnan(market))
    count = valid.sum(axis=0)
    n = np.maximum(count, 1)
    own, market = np.where(valid, own, 0.0), np.where(valid, market, 0.0)
    own = np.where(valid, own - window_sum(own) / n, 0.0)
    market = np.where(valid, market - window_sum(market) / n, 0.0)
    spread = window_sum(market * market)
    beta = np.where(spread > ZERO**2 * n, window_sum(own * market) / np.where(spread > 0, spread, 1.0), np.nan)
    residual = own - beta * market
    return beta, np.sqrt(window_sum(residual * residual) / np.maximum(count - 1, 1)), count
