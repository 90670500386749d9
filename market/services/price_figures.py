"""An instrument's price in a few figures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from market.calc.months import day_months_before
from market.models import Instrument, PriceBar
from market.services.freshness import session_due, sessions_behind

BARS = 300  # enough for a year of sessions, with some to spare


@dataclass(frozen=True)
class PriceFigures:
    """As of the last bar, in the instrument's currency. Returns are fractions of adjusted closes, None where no bar is
    that old; the range of 52 weeks is adjusted to the last bar. ``market_cap`` and ``shares``: what the bar says.
    ``behind``: sessions since then whose bars are due.
    """

    as_of: dt.date
    close: float
    is_adjusted: bool
    change: float | None
    month: float | None
    year_to_date: float | None
    year: float | None
    low: float
    high: float
    volume: float | None
    value: float | None
    market_cap: float | None
    shares: float | None
    behind: int | None

    def market_value(self, *, reported_shares: float | None) -> float | None:
        """M of the line: what the bar says, else the close x the bar's share count, else x the reported one. None where
        the close that was traded at is not known.
        """
        if self.is_adjusted or self.market_cap is not None:
            return None if self.is_adjusted else self.market_cap
        shares = reported_shares if self.shares is None else self.shares
        return None if shares is None else self.close * shares


def price_figures(*, instrument: Instrument, now: dt.datetime | None = None) -> PriceFigures | None:
    """None for an instrument without a bar. One that is delisted is behind nothing after its last day."""
    bars = list(PriceBar.objects.of(instrument.pk)[:BARS])
    if not bars:
        return None
    last = bars[0]
    within = [bar for bar in bars if bar.date > day_months_before(last.date, 12)]
    due = session_due(region=instrument.region, now=now or timezone.now())
    if due and instrument.delisted_on:
        due = min(due, instrument.delisted_on)
    return PriceFigures(
        as_of=last.date, close=last.close, is_adjusted=last.close_is_adjusted,
        change=_return_since(bars, bars[1].date if len(bars) > 1 else None),
        month=_return_since(bars, day_months_before(last.date, 1)),
        year_to_date=_return_since(bars, dt.date(last.date.year - 1, 12, 31)),
        year=_return_since(bars, day_months_before(last.date, 12)),
        low=min(_adjusted(bar, _lowest(bar), last) for bar in within),
        high=max(_adjusted(bar, _highest(bar), last) for bar in within),
        volume=last.volume, value=_traded(last), market_cap=last.market_cap,
        shares=last.shares_outstanding,
        behind=sessions_behind(region=instrument.region, newest=last.date, due=due),
    )  # fmt: skip


def _return_since(bars: Sequence[PriceBar], day: dt.date | None) -> float | None:
    """From the last bar on or before ``day`` to the newest."""
    base = next((bar for bar in bars if day is not None and bar.date <= day), None)
    return bars[0].close / _adjusted(base, base.close, bars[0]) - 1.0 if base else None


def _adjusted(bar: PriceBar, price: float, last: PriceBar) -> float:
    return price * bar.adjustment_factor / last.adjustment_factor


def _lowest(bar: PriceBar) -> float:
    return bar.close if bar.low is None else min(bar.low, bar.close)


def _highest(bar: PriceBar) -> float:
    return bar.close if bar.high is None else max(bar.high, bar.close)


def _traded(bar: PriceBar) -> float | None:
    """The source's trading value, else close x volume where the close is the traded one."""
    if bar.trading_value is not None or bar.volume is None or bar.close_is_adjusted:
        return bar.trading_value
    return bar.close * bar.volume
