"""The stored record of a portfolio: daily values and returns, as statistics take them."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from market.models import Instrument
from portfolio.calc.accounting.performance import Worth
from portfolio.calc.statistics import Track
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import asset_closes
from portfolio.store.books import Daily, daily_read

TEN_DAYS = dt.timedelta(days=10)


@dataclass(frozen=True)
class Record:
    """Sessions of a portfolio, ascending. ``daily``: the stored columns; ``before``: the session before the first,
    whose value the period starts from (of the first row: the day before, with nothing); ``opening``: that value.
    """

    portfolio: Portfolio
    daily: Daily
    before: np.datetime64
    opening: float

    @property
    def dates(self) -> np.ndarray:
        return self.daily.date

    @property
    def returns(self) -> np.ndarray:
        """Daily, flows removed, fractions: float64 [T], 0 in the ``gaps``."""
        return np.nan_to_num(self.daily.daily_return / 100.0)

    @property
    def gaps(self) -> np.ndarray:
        """Sessions that no return leads to (``session_returns``): the chain goes on behind them. datetime64[D]."""
        return self.dates[np.isnan(self.daily.daily_return)]

    @property
    def worth(self) -> Worth:
        """Values and flows, from ``opening`` on."""
        return Worth(self.dates, self.daily.value, self.daily.inflow, self.daily.outflow, self.opening, self.before)

    @cached_property
    def index(self) -> np.ndarray:
        """1, then the chain of returns: float64 [T + 1]."""
        return np.cumprod(np.r_[1.0, 1.0 + self.returns])

    def track(self, benchmark: Instrument | None = None) -> Track:
        """As statistics take it, against a benchmark in the portfolio's currency. PortfolioError where no return leads
        to any session.
        """
        if len(self.gaps) == len(self.dates):
            raise PortfolioError(
                f"portfolio: no return leads to {self.gaps[0]} or any later session: cash was below zero, or there was"
                " none; book the DEPOSIT that paid for the first purchase"
            )
        dates = np.r_[self.before, self.dates]
        levels = None if benchmark is None else self.levels([benchmark])[:, 0]
        return Track(self.index, dates, levels, self.portfolio.risk_free_rate / 100.0)

    def levels(self, instruments: list[Instrument]) -> np.ndarray:
        """Adjusted closes in the portfolio's currency on ``before`` and each session: float64 [T + 1, N], NaN without a
        bar. On ``before`` the newest of the ten days up to it.
        """
        dates = np.r_[self.before, self.dates]
        closes = asset_closes(
            instruments=instruments, base_currency=self.portfolio.base_currency,
            start=dt.date.fromisoformat(str(self.before)) - TEN_DAYS, end=self.dates[-1].item(),
        )  # fmt: skip
        found = closes.at(dates)
        earlier = closes.close[: np.searchsorted(closes.dates, self.before, side="right")]
        for column in np.flatnonzero(np.isnan(found[0])).tolist():
            known = earlier[np.isfinite(earlier[:, column]), column]
            found[0, column] = known[-1] if len(known) else np.nan
        return found


def record_of(*, portfolio: Portfolio, start: dt.date | None = None, end: dt.date | None = None) -> Record:
    """Sessions from ``start`` to ``end``, both included. PortfolioError where there is none."""
    if start and end and start > end:
        raise PortfolioError(f"start: {start} is after the end ({end})")
    daily = daily_read(portfolio.pk, until=None if end is None else np.datetime64(end))
    first = 0 if start is None else int(np.searchsorted(daily.date, np.datetime64(start)))
    if first == len(daily.date):
        raise PortfolioError(f"portfolio: it has no value yet{' in this period' if len(daily.date) else ''}")
    before = daily.date[first - 1] if first else daily.date[0] - np.timedelta64(1, "D")
    return Record(portfolio, daily.rows(slice(first, None)), before, float(daily.value[first - 1]) if first else 0.0)
