"""What a backtest did: rows of trades, corporate actions, orders that came to nothing, and a snapshot per session."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np


class Side(IntEnum):
    SELL = -1
    ADJUST = 0  # an order to a target weight, of which the fill decides whether it buys or sells
    BUY = 1


class Reason(IntEnum):
    """Why a trade was made: ENTRY a chosen name in mode ``fill``; TARGET towards its weight, DROPPED no longer chosen,
    in mode ``target``; DELISTED; then the sell conditions, in ``rule`` the place of the one that applied.
    """

    ENTRY = 0
    TARGET = 1
    DROPPED = 2
    DELISTED = 3
    STOP_LOSS = 4
    TAKE_PROFIT = 5
    HOLD_DAYS = 6
    FACTOR = 7
    TRAILING_STOP = 8


class Ending(IntEnum):
    """Why an order, or the rest of one, came to nothing: LAPSED at the next rebalance; DELISTED; VOLUME_CAP; TOO_SMALL,
    the money does not pay one lot; NO_WEIGHT, the sizing rule gave none; SOLD, a sell condition fired first; END, still
    waiting when the prices end.
    """

    LAPSED = 0
    DELISTED = 1
    VOLUME_CAP = 2
    TOO_SMALL = 3
    NO_WEIGHT = 4
    SOLD = 5
    END = 6


class Action(IntEnum):
    SPLIT = 0
    DIVIDEND = 1


# profit, profit_rate: of sales, 0 of buys; hold_days: calendar days since the first buy; average_price: after the
# trade, 0 where nothing is left; rule: place of the sell condition, -1 where none applied.
TRADE = np.dtype([
    ("session", "<i4"), ("signal_session", "<i4"), ("instrument", "<i4"), ("side", "i1"), ("reason", "i1"),
    ("rule", "<i2"), ("quantity", "<f8"), ("price", "<f8"), ("execution_price", "<f8"), ("commission", "<f8"),
    ("tax", "<f8"), ("cash_flow", "<f8"), ("profit", "<f8"), ("profit_rate", "<f8"), ("hold_days", "<i4"),
    ("average_price", "<f8"),
])  # fmt: skip
# figure: ratio of a split, cash per share of a dividend; quantity: after a split, that paid of a dividend.
EVENT = np.dtype([
    ("session", "<i4"), ("instrument", "<i4"), ("action", "i1"), ("figure", "<f8"), ("quantity", "<f8"),
    ("cash_flow", "<f8"),
])  # fmt: skip
# quantity: what was cancelled where that is known (the rest of a capped order), else 0.
CANCELLED = np.dtype([
    ("session", "<i4"), ("signal_session", "<i4"), ("instrument", "<i4"), ("side", "i1"), ("ending", "i1"),
    ("quantity", "<f8"),
])  # fmt: skip
# turnover: half of what was bought and sold, percent of the value at the session's close.
SNAPSHOT = np.dtype([
    ("session", "<i4"), ("cash", "<f8"), ("holdings", "<f8"), ("value", "<f8"), ("positions", "<i4"),
    ("turnover", "<f8"),
])  # fmt: skip
# cost: paid for what is left, with commission; close: the last known one; peak: highest close since the first buy;
# profit: value - cost; weight: percent of the portfolio.
HOLDING = np.dtype([
    ("instrument", "<i4"), ("quantity", "<f8"), ("average_price", "<f8"), ("cost", "<f8"), ("close", "<f8"),
    ("value", "<f8"), ("weight", "<f8"), ("profit", "<f8"), ("profit_rate", "<f8"), ("peak", "<f8"),
    ("first_session", "<i4"), ("hold_days", "<i4"),
])  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """Structured arrays of the types above, in the order in which things happened; ``holdings`` by ticker.

    Cash: the initial capital, then for each session the cash flows of ``events`` and after them those of ``trades``,
    added one by one, give ``snapshots["cash"]`` exactly. ``rebalances``: the sessions on which buys were chosen,
    ``unmet`` those of them on which nobody met the buy conditions.
    """

    trades: np.ndarray
    events: np.ndarray
    cancelled: np.ndarray
    snapshots: np.ndarray
    holdings: np.ndarray
    rebalances: np.ndarray
    warnings: tuple[str, ...]
    unmet: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


class Book:
    """Where rows are written while the simulation runs."""

    def __init__(self) -> None:
        self.trades: list[tuple[float, ...]] = []
        self.events: list[tuple[float, ...]] = []
        self.cancelled: list[tuple[float, ...]] = []
        self.snapshots: list[tuple[float, ...]] = []
        self.notes: dict[str, list[int]] = {}
        self.traded = 0.0  # on this session, bought and sold

    def note(self, text: str, session: int) -> None:
        """Something a person should know, told once with its sessions."""
        at = self.notes.setdefault(text, [])
        if not at or at[-1] != session:
            at.append(session)

    def cancel(
        self, session: int, instrument: int, side: Side, ending: Ending, *, signal: int, shares: float = 0.0
    ) -> None:
        self.cancelled.append((session, signal, instrument, side, ending, shares))

    def snapshot(self, session: int, cash: float, holdings: float, positions: int) -> None:
        value = cash + holdings
        turnover = 100.0 * (self.traded / 2.0) / value if value > 0 else 0.0
        self.snapshots.append((session, cash, holdings, value, positions, turnover))
        self.traded = 0.0

    def warnings(self, dates: np.ndarray) -> tuple[str, ...]:
        return tuple(
            f"{text} ({len(at)} {'session' if len(at) == 1 else 'sessions'}, first {dates[at[0]]})"
            for text, at in self.notes.items()
        )
