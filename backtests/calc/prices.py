"""The market a backtest runs through."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from backtests.calc.errors import InputError


def _no_events() -> "Events":
    return Events(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class Events:
    """Corporate actions of one kind, in any order: ``session`` int [E] of the ex-date, ``instrument`` int [E],
    ``figure`` float [E]: new shares per old one of a split, cash per share of a dividend.
    """

    session: np.ndarray
    instrument: np.ndarray
    figure: np.ndarray

    @cached_property
    def _by_session(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.session, kind="stable")
        return order, self.session[order]

    def within(self, first: int, last: int) -> np.ndarray:
        """Places of the events of the sessions ``first`` to ``last``, by session, else as they came."""
        order, session = self._by_session
        return order[np.searchsorted(session, first) : np.searchsorted(session, last, side="right")]

    def check(self, name: str, sessions: int, instruments: int) -> None:
        """InputError unless all are within the market and every figure is above 0."""
        if not len(self.session) == len(self.instrument) == len(self.figure):
            raise InputError(f"{name}: sessions, instruments and figures are not equally many")
        for part, most in (("session", sessions), ("instrument", instruments)):
            found = getattr(self, part)
            if len(found) and not (found.min() >= 0 and found.max() < most):
                raise InputError(f"{name}: {part} {found.min()} or {found.max()} is outside 0 to {most - 1}")
        if not (np.isfinite(self.figure) & (self.figure > 0)).all():
            raise InputError(f"{name}: every figure must be above 0")


@dataclass(frozen=True)
class Prices:
    """A market over T sessions of its exchange.

    ``dates`` datetime64[D] [T] ascending; ``tickers`` [N], all different; raw ``open``, ``close`` and ``volume``
    float64 [T, N]: no close, no bar; a volume of 0 is a bar without trade, an unknown one (NaN) is no obstacle.
    ``ends`` int [N]: the last session on which a name is listed, T where it is not delisted; later bars do not count.
    ``market_value`` float64 [T, N] or None. Rows before ``start`` are history, nothing is done on them. ``calendar``
    datetime64[D]: all sessions of the exchange, reaching back before the first (None: ``dates``).
    """

    dates: np.ndarray
    tickers: np.ndarray
    open: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    ends: np.ndarray
    splits: Events = field(default_factory=_no_events)
    dividends: Events = field(default_factory=_no_events)
    market_value: np.ndarray | None = None
    calendar: np.ndarray | None = None
    start: int = 0

    def __post_init__(self) -> None:
        self._check_axes()
        self._check_figures()
        self.splits.check("splits", self.sessions, self.instruments)
        self.dividends.check("dividends", self.sessions, self.instruments)

    @property
    def sessions(self) -> int:
        return len(self.dates)

    @property
    def instruments(self) -> int:
        return len(self.tickers)

    @cached_property
    def rank(self) -> np.ndarray:
        """Place of each instrument in the order of tickers: int64 [N]."""
        rank = np.empty(self.instruments, np.int64)
        rank[self.by_rank] = np.arange(self.instruments)
        return rank

    @cached_property
    def by_rank(self) -> np.ndarray:
        """Instruments in the order of their tickers: int64 [N]."""
        return np.argsort(np.asarray(self.tickers).astype(str), kind="stable")

    @cached_property
    def days(self) -> np.ndarray:
        """Dates as days since 1970-01-01: int64 [T]."""
        return self.dates.astype("datetime64[D]").astype(np.int64)

    def tradable(self, session: int) -> np.ndarray:
        """Names that trade on ``session``: bool [N]."""
        has_bar = np.isfinite(self.close[session]) & (self.volume[session] != 0)
        return np.asarray(has_bar & (self.ends >= session))

    def _check_axes(self) -> None:
        if not np.issubdtype(self.dates.dtype, np.datetime64):
            raise InputError(f"dates: must be datetime64, not {self.dates.dtype}")
        if not self.sessions or not (np.diff(self.days) > 0).all():
            raise InputError("dates: at least one, ascending, none twice")
        names = np.asarray(self.tickers).astype(str)[self.by_rank]
        if (names[1:] == names[:-1]).any():
            raise InputError(f"tickers: {names[1:][names[1:] == names[:-1]][0]} is there twice")
        if not 0 <= self.start < self.sessions:
            raise InputError(f"start: {self.start} is outside 0 to {self.sessions - 1}")
        if self.ends.shape != (self.instruments,) or not np.issubdtype(self.ends.dtype, np.integer):
            raise InputError(f"ends: one whole number per ticker expected, found {self.ends.dtype} {self.ends.shape}")

    def _check_figures(self) -> None:
        shape = (self.sessions, self.instruments)
        for name in ("open", "close", "volume", "market_value"):
            found = getattr(self, name)
            if found is None:
                continue
            if found.shape != shape or found.dtype != np.float64:
                raise InputError(f"{name}: float64 {shape} expected, found {found.dtype} {found.shape}")
            self._refuse_odd(name, found, zero=name in ("volume", "market_value"))

    def _refuse_odd(self, name: str, found: np.ndarray, *, zero: bool) -> None:
        """InputError for a figure that is infinite, below 0, or 0 unless ``zero`` is one; the extremes are asked first,
        which is several times as fast as asking each.
        """
        low, high = (pick.reduce(found, axis=None, initial=np.nan) for pick in (np.fmin, np.fmax))
        if not (low < 0 or (low == 0 and not zero) or high == np.inf):
            return
        row, column = np.argwhere((found < 0 if zero else found <= 0) | (found == np.inf))[0]
        where = f"{self.tickers[column]} on {self.dates[row]}"
        raise InputError(f"{name}: {found[row, column]} of {where}: NaN says that there is none")
