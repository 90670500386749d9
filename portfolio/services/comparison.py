"""What is held beside what is wanted, as the calculations of rebalancing take it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import F, Max

from market.models import Instrument
from portfolio.calc.rebalancing import Band, Book, BookError, DriftAnalysis, Position, drift_analysis
from portfolio.models import Portfolio, PortfolioAllocation, Transaction
from portfolio.services.errors import PortfolioError
from portfolio.services.findings import OLD
from portfolio.services.markets import PRICE_LASTS, rates_on
from portfolio.services.standing import Standing, standing_of
from portfolio.store.prices import last_closes

NO_TARGETS = "targets: the portfolio has none that is active"


@dataclass(frozen=True)
class Asset:
    """One that is held or wanted. ``price`` is in its own currency, ``rate`` the base currency for one unit of that;
    None where there is no close.
    """

    instrument: Instrument
    quantity: float
    price: float | None
    price_date: dt.date | None
    rate: float
    average_cost: float | None  # per share, base currency
    allocation: PortfolioAllocation | None

    @property
    def name(self) -> str:
        return str(self.instrument)

    @property
    def base_price(self) -> float | None:
        """Of a share, in the base currency."""
        return None if self.price is None else self.price * self.rate


@dataclass(frozen=True)
class Comparison:
    """A portfolio on a day with its active targets; ``rates``: base currency for one unit of each currency in it."""

    portfolio: Portfolio
    standing: Standing
    assets: tuple[Asset, ...]
    cash_allocation: PortfolioAllocation | None
    rates: dict[str, float]
    book: Book

    @cached_property
    def drift(self) -> DriftAnalysis:
        return drift_analysis(self.book)

    @property
    def allocations(self) -> list[PortfolioAllocation]:
        """The active targets."""
        every = [*(asset.allocation for asset in self.assets), self.cash_allocation]
        return [one for one in every if one is not None]

    @property
    def is_newest(self) -> bool:
        """Whether it is of the last valued session."""
        return self.standing.as_of == self.portfolio.valued_to

    @property
    def old_prices(self) -> list[str]:
        """A note on each asset whose price is more than a week older than the session."""
        notes = []
        for one in self.assets:
            if one.price is not None and (one.price_date is None or self.standing.as_of - one.price_date > OLD):
                since = f"of {one.price_date}" if one.price_date else "from before the first session"
                notes.append(f"{one.name}: its price is {since}")
        return notes


def comparison_of(*, portfolio: Portfolio, as_of: dt.date | None = None) -> Comparison:
    """Holdings and cash as of a day (None: the newest) beside the active targets.

    Assets with a target that are not held have their newest close, at most a year old; those held without a target
    have one of 0, and so has cash. Without any active target there are weights alone. PortfolioError for what cannot be
    compared.
    """
    active = list(portfolio.allocations.filter(is_active=True).select_related("instrument"))
    standing = standing_of(portfolio=portfolio, as_of=as_of)
    wanted = {one.instrument_id: one for one in active}
    cash_allocation = wanted.pop(None, None)
    held_ids = {held.instrument.pk for held in standing.held}
    unheld = [(one.instrument, one) for pk, one in wanted.items() if one.instrument is not None and pk not in held_ids]
    currencies = {instrument.currency for instrument, _ in unheld} - set(standing.rates)
    rates = standing.rates | _rates(portfolio.base_currency, sorted(currencies), standing.as_of)
    assets = (*_held(standing, wanted), *_unheld(unheld, rates, standing.as_of))
    book = _book(portfolio, assets, standing.cash_value, cash_allocation)
    return Comparison(portfolio, standing, assets, cash_allocation, rates, book)


def aimed_comparison(*, portfolio: Portfolio, as_of: dt.date | None = None) -> Comparison:
    """``comparison_of`` for plans: PortfolioError without any active target, too."""
    found = comparison_of(portfolio=portfolio, as_of=as_of)
    if not found.allocations:
        raise PortfolioError(NO_TARGETS)
    return found


def unvalued_note(portfolio_id: int) -> str | None:
    """That there are transactions behind the last valued session, which no holding or cash contains yet; None where
    there are none.
    """
    rows = Transaction.objects.filter(portfolio=portfolio_id, date__gt=F("portfolio__valued_to"))
    newest = rows.aggregate(newest=Max("date"))["newest"]
    return newest and f"transactions of {newest} are not valued yet: load the bars up to then"


def _rates(base: str, currencies: Sequence[str], day: dt.date) -> dict[str, float]:
    found = rates_on(base, currencies, np.array([day], dtype="datetime64[D]"))[0].tolist()
    for currency, rate in zip(currencies, found, strict=True):
        if not np.isfinite(rate):
            raise PortfolioError(f"currency: no exchange rate {currency}/{base} for {day}")
    return dict(zip(currencies, found, strict=True))


def _held(standing: Standing, wanted: dict[int | None, PortfolioAllocation]) -> list[Asset]:
    return [
        Asset(
            held.instrument, held.quantity, held.price, held.price_date, held.rate, held.cost_average / held.quantity,
            wanted.get(held.instrument.pk),
        )
        for held in standing.held
    ]  # fmt: skip


def _unheld(
    wanted: Sequence[tuple[Instrument, PortfolioAllocation]], rates: dict[str, float], day: dt.date
) -> list[Asset]:  # fmt: skip
    closes = last_closes([instrument.pk for instrument, _ in wanted], day + dt.timedelta(days=1))
    found = []
    for instrument, allocation in wanted:
        price_date, price = closes.get(instrument.pk, (None, None))
        gone = instrument.delisted_on is not None and instrument.delisted_on < day
        if price_date is None or gone or day - price_date > PRICE_LASTS:
            price_date, price = None, None
        found.append(Asset(instrument, 0.0, price, price_date, rates[instrument.currency], None, allocation))
    return found


def _book(
    portfolio: Portfolio, assets: Sequence[Asset], cash: float, cash_allocation: PortfolioAllocation | None
) -> Book:  # fmt: skip
    positions = [
        Position(one.name, one.quantity, one.base_price, one.average_cost, _band(one.allocation), portfolio.lot)
        for one in assets
    ]
    try:
        return Book(positions, cash, _band(cash_allocation))
    except BookError as error:
        raise PortfolioError(str(error)) from error


def _band(allocation: PortfolioAllocation | None) -> Band:
    if allocation is None:
        return Band()
    limits = (allocation.minimum, allocation.maximum, allocation.threshold)
    return Band(float(allocation.target), *(None if limit is None else float(limit) for limit in limits))
