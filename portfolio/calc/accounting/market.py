"""Prices and exchange rates of a portfolio's assets."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from portfolio.calc.accounting.errors import AccountingError


@dataclass(frozen=True, eq=False)
class Market:
    """T sessions, N assets, C currencies.

    ``dates`` datetime64[D] [T] ascending; ``close`` float64 [T, N] **raw** closes in the asset's currency, NaN without
    a bar; ``currency_of`` int [N]; ``rates`` float64 [T, C]: units of the base currency for one unit, NaN where there
    is none, the column ``base`` is not read. ``assets`` [N] and ``currencies`` [C] are names.
    """

    dates: np.ndarray
    assets: tuple[str, ...]
    close: np.ndarray
    currency_of: np.ndarray
    currencies: tuple[str, ...]
    rates: np.ndarray
    base: int = 0

    def __post_init__(self) -> None:
        sizes = {
            "close": (self.sessions, len(self.assets)),
            "rates": (self.sessions, len(self.currencies)),
            "currency_of": (len(self.assets),),
        }
        for name, shape in sizes.items():
            if getattr(self, name).shape != shape:
                raise AccountingError(f"{name}: expected shape {shape}, found {getattr(self, name).shape}")
        if self.dates.dtype != np.dtype("datetime64[D]"):
            raise AccountingError(f"dates: must be datetime64[D], not {self.dates.dtype}")
        if (np.diff(self.dates.astype(np.int64)) <= 0).any():
            raise AccountingError("dates: must ascend, none twice")
        if len(self.assets) and not 0 <= self.currency_of.min() <= self.currency_of.max() < len(self.currencies):
            raise AccountingError("currency_of: names a currency that is not there")
        self._check_positive("close", self.assets)
        self._check_positive("rates", self.currencies)

    def _check_positive(self, name: str, columns: tuple[str, ...]) -> None:
        figures = getattr(self, name)
        wrong = (figures <= 0) | np.isinf(figures)
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise AccountingError(
                f"{name}: {columns[column]} on {self.dates[row]} is {figures[row, column]:g}; it must be above 0"
            )

    @property
    def sessions(self) -> int:
        return len(self.dates)

    @cached_property
    def in_base(self) -> np.ndarray:
        """``rates`` with the base currency at 1: float64 [T, C]."""
        found = np.array(self.rates, dtype=np.float64)
        found[:, self.base] = 1.0
        return found

    def first(self, sessions: int) -> "Market":
        """So many sessions from the beginning."""
        return Market(
            self.dates[:sessions], self.assets, self.close[:sessions], self.currency_of, self.currencies,
            self.rates[:sessions], self.base,
        )  # fmt: skip

    def after(self, day: np.datetime64 | None) -> "Market":
        """The sessions after ``day``, all for None."""
        if day is None:
            return self
        first = int(np.searchsorted(self.dates, day, side="right"))
        return Market(
            self.dates[first:], self.assets, self.close[first:], self.currency_of, self.currencies, self.rates[first:],
            self.base,
        )  # fmt: skip
