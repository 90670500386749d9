"""How a strategy trades."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from backtests.calc.errors import InputError
from backtests.calc.schedule import Frequency


class Fill(StrEnum):
    """At which price an order of session t is filled. SAME_CLOSE decides with a close and trades at it: look-ahead."""

    NEXT_OPEN = "next_open"
    NEXT_CLOSE = "next_close"
    SAME_CLOSE = "same_close"


class Mode(StrEnum):
    """FILL keeps holdings until a sell condition and fills free slots; TARGET trades to target weights."""

    FILL = "fill"
    TARGET = "target"


class Exit(StrEnum):
    """Kinds of sell conditions."""

    STOP_LOSS = "STOP_LOSS"
    TAKE_PROFIT = "TAKE_PROFIT"
    HOLD_DAYS = "HOLD_DAYS"
    FACTOR = "FACTOR"
    TRAILING_STOP = "TRAILING_STOP"


@dataclass(frozen=True)
class SellRule:
    """A sell condition. ``threshold``: percent, for HOLD_DAYS calendar days; FACTOR has none, ``signal`` says which of
    ``Signals.sells`` it is.
    """

    kind: Exit
    threshold: float = 0.0
    signal: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", _choice("sell_rules", self.kind, Exit))
        if self.kind is not Exit.FACTOR and not 0 < self.threshold < math.inf:
            raise InputError(f"sell_rules: {self.kind} needs a threshold above 0, not {self.threshold}")


@dataclass(frozen=True)
class Rules:
    """Everything a person sets. Percent: ``cash_buffer``, ``commission`` (both sides), ``tax`` (sells), ``slippage``,
    ``volume_cap`` (of the session's volume; None: no cap), ``delisting_return``. ``sell_rules``: the first that applies
    is the reason. ``lot_size``: shares, one number or float [N]; ``fractional``: quantities are not rounded.
    ``every``: sessions, of the frequency EVERY_N.
    """

    fill: Fill = Fill.NEXT_OPEN
    mode: Mode = Mode.FILL
    sizing: str = "EQUAL_WEIGHT"
    max_positions: int = 20
    cash_buffer: float = 5.0
    commission: float = 0.015
    tax: float = 0.23
    slippage: float = 0.1
    lot_size: float | np.ndarray = 1.0
    fractional: bool = False
    volume_cap: float | None = None
    sell_rules: tuple[SellRule, ...] = ()
    frequency: Frequency = Frequency.MONTHLY
    every: int = 1
    rebalance_on_start: bool = True
    delisting_return: float = 0.0
    initial_capital: float = 100_000_000.0

    def __post_init__(self) -> None:
        self._check_choices()
        self._check_percentages()
        if not 0 < self.initial_capital < math.inf:
            raise InputError(f"initial_capital: must be above 0, not {self.initial_capital}")
        lots = np.asarray(self.lot_size, dtype=np.float64)
        if not (np.isfinite(lots) & (lots > 0)).all():
            raise InputError("lot_size: must be above 0")

    def _check_choices(self) -> None:
        for name, kind in (("fill", Fill), ("mode", Mode), ("frequency", Frequency)):
            object.__setattr__(self, name, _choice(name, getattr(self, name), kind))
        for name in ("max_positions", "every"):
            if getattr(self, name) != int(getattr(self, name)) or getattr(self, name) < 1:
                raise InputError(f"{name}: must be a whole number from 1, not {getattr(self, name)}")

    def _check_percentages(self) -> None:
        for name in ("cash_buffer", "commission", "tax", "slippage"):
            if not 0 <= getattr(self, name) < 100:
                raise InputError(f"{name}: must be from 0 to below 100 percent, not {getattr(self, name)}")
        if self.commission + self.tax >= 100:
            raise InputError(f"tax: with the commission it takes {self.commission + self.tax} percent of a sale")
        if self.volume_cap is not None and not 0 < self.volume_cap <= 100:
            raise InputError(f"volume_cap: must be above 0 and at most 100 percent, not {self.volume_cap}")
        if not -100 <= self.delisting_return < math.inf:
            raise InputError(f"delisting_return: must be from -100 percent, not {self.delisting_return}")


def _choice(name: str, value: object, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError as error:
        raise InputError(f"{name}: must be one of {', '.join(kind)}, not {value!r}") from error
