"""What is held, what is wanted, and whether the two can be compared at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

CASH = "CASH"
WHOLE = 100.0  # percent
CENT = 0.005  # of a currency: cash below zero by no more is rounding
NEAR = 1e-4  # percent points: targets that miss 100 by no more were rounded, not forgotten


class BookError(ValueError):
    """A portfolio or its targets that cannot be used; the message begins with the field."""


@dataclass(frozen=True)
class Band:
    """What is wanted of one asset, in percent of the portfolio: ``target``, allowed ``minimum`` and ``maximum`` (None:
    none), ``threshold`` in percent points of drift (None: none).
    """

    target: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    threshold: float | None = None

    @property
    def lower(self) -> float:
        """The least weight that is no breach."""
        drifted = 0.0 if self.threshold is None else self.target - self.threshold
        return max(drifted, 0.0 if self.minimum is None else self.minimum)

    @property
    def upper(self) -> float:
        """The greatest weight that is no breach."""
        drifted = WHOLE if self.threshold is None else self.target + self.threshold
        return min(drifted, WHOLE if self.maximum is None else self.maximum)


@dataclass(frozen=True)
class Position:
    """One asset, held or wanted. ``price`` and ``average_cost`` in the portfolio's currency, None where unknown;
    ``lot`` is the smallest number of shares traded, 0 for fractions of any size.
    """

    asset: str
    quantity: float = 0.0
    price: float | None = None
    average_cost: float | None = None
    band: Band = Band()
    lot: float = 1.0


@dataclass(frozen=True)
class Book:
    """A portfolio to be compared with its targets: positions and ``cash``, which is an asset with a band of its own
    and below zero where it is owed. Where no target is above zero, nothing is wanted: there is no drift, and no plan.

    BookError when other targets do not sum to 100, a band cannot be met, a figure of a position is negative or missing
    where it is needed.
    """

    positions: Sequence[Position]
    cash: float = 0.0
    cash_band: Band = Band()

    def __post_init__(self) -> None:
        names = [one.asset for one in self.positions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or CASH in names:
            raise BookError(f"asset: {', '.join(twice) or CASH} is there twice")
        if not np.isfinite(self.cash):
            raise BookError(f"cash: must be a number, not {self.cash}")
        for one in self.positions:
            _check_position(one)
        for name, band in self.bands:
            _check_band(name, band)
        total = sum(band.target for _, band in self.bands)
        if self.is_aimed and abs(total - WHOLE) > NEAR * (1.0 + 1e-6):  # 99.9999 as a sum of floats
            raise BookError(f"target: the targets sum to {total:g}, not 100 (cash is {self.cash_band.target:g} of it)")

    @property
    def is_aimed(self) -> bool:
        """Whether anything is wanted."""
        return any(band.target > 0 for _, band in self.bands)

    @property
    def bands(self) -> list[tuple[str, Band]]:
        """Name and band of every asset, cash last."""
        return [*((one.asset, one.band) for one in self.positions), (CASH, self.cash_band)]

    @cached_property
    def quantity(self) -> np.ndarray:
        """Shares, float64 [N]."""
        return np.array([one.quantity for one in self.positions], dtype=np.float64)

    @cached_property
    def price(self) -> np.ndarray:
        """Prices, float64 [N], NaN where there is none (only of what is not held)."""
        return np.array([np.nan if one.price is None else one.price for one in self.positions], dtype=np.float64)

    @cached_property
    def values(self) -> np.ndarray:
        """Quantity x price of each asset, 0 of what is not held, then cash: float64 [N + 1]."""
        return np.r_[np.where(self.quantity > 0, self.quantity * self.price, 0.0), self.cash]

    @cached_property
    def targets(self) -> np.ndarray:
        """Percent, cash last: float64 [N + 1]."""
        return np.array([band.target for _, band in self.bands])

    @property
    def value(self) -> float:
        """What everything is worth together."""
        return float(self.values.sum())


def weights_of(values: np.ndarray) -> np.ndarray:
    """``values`` [N + 1] in percent of their sum; all zero for a portfolio that is worth nothing."""
    total = values.sum()
    return np.asarray(WHOLE * values / total if total > 0 else np.zeros_like(values))


def _check_position(one: Position) -> None:
    if not np.isfinite(one.quantity) or one.quantity < 0:
        raise BookError(f"quantity: {one.asset} has {one.quantity}; short positions are not rebalanced")
    if one.price is None and one.quantity > 0:
        raise BookError(f"price: {one.asset} is held and has none, so the portfolio's value is not known")
    if one.price is not None and not (np.isfinite(one.price) and one.price > 0):
        raise BookError(f"price: {one.asset} has {one.price}; it must be above zero")
    if not np.isfinite(one.lot) or one.lot < 0:
        raise BookError(f"lot: {one.asset} has {one.lot}; it must be zero (fractions) or more")
    if one.average_cost is not None and not (np.isfinite(one.average_cost) and one.average_cost >= 0):
        raise BookError(f"average_cost: {one.asset} has {one.average_cost}; it must not be negative")


def _check_band(name: str, band: Band) -> None:
    for field in ("target", "minimum", "maximum", "threshold"):
        figure = getattr(band, field)
        if figure is not None and not 0.0 <= figure <= WHOLE:
            raise BookError(f"{field}: {name} has {figure}; it must be from 0 to 100")
    least = 0.0 if band.minimum is None else band.minimum
    most = WHOLE if band.maximum is None else band.maximum
    if least > most:
        raise BookError(f"minimum: {name} has a minimum of {least:g} above its maximum of {most:g}")
    if not least <= band.target <= most:
        raise BookError(f"target: {name} has {band.target:g}, outside its minimum {least:g} and maximum {most:g}")
