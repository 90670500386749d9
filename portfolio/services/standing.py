"""What a portfolio holds and is worth at the end of a session, position by position."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from market.models import Instrument
from portfolio.calc.accounting import explain_positions
from portfolio.calc.accounting.explain import PositionRow
from portfolio.calc.accounting.state import VERSION
from portfolio.calc.accounting.valuation import ROUNDING
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.markets import empty_market
from portfolio.services.running import run_of
from portfolio.services.starting import columns_of, start_after
from portfolio.store.books import Kept, sessions_read, state_before


@dataclass(frozen=True)
class Held:
    """One asset. ``price`` (raw close of ``price_date``, None: from before
    the first session; carried over since) and ``average_price`` in its currency,
    ``rate``: base currency for one unit of it; all else in the base currency. ``weight``: percent of the portfolio's
    value, None where that is not above zero. Costs and gains by average and by lots (first in, first out).
    """

    instrument: Instrument
    quantity: float
    price: float
    price_date: dt.date | None
    rate: float
    value: float
    weight: float | None
    average_price: float
    cost_average: float
    cost_fifo: float
    unrealised_average: float
    unrealised_fifo: float
    realised_average: float
    realised_fifo: float


@dataclass(frozen=True)
class Standing:
    """``as_of``: the session. ``cash`` by currency, in that currency; ``cash_value``, ``value`` in the base currency;
    ``rates``: base currency for one unit; ``realised_``: gains on all assets that were ever held.
    """

    portfolio: Portfolio
    as_of: dt.date
    value: float
    cash: dict[str, float]
    cash_value: float
    rates: dict[str, float]
    held: tuple[Held, ...]
    realised_average: float
    realised_fifo: float


def standing_of(*, portfolio: Portfolio, as_of: dt.date | None = None) -> Standing:
    """The end of the last valued session, or of the last one on or before ``as_of``. PortfolioError where the portfolio
    has no value by then; PortfolioBusy for a past session whose transactions changed since it was valued.
    """
    sessions = sessions_read(portfolio.pk, as_of or dt.date.max)
    if not len(sessions):
        raise PortfolioError(f"date: the portfolio has no value yet{f' on {as_of}' if as_of else ''}")
    kept = _state_after(portfolio, sessions)
    return _standing(portfolio, kept, sessions)


def _state_after(portfolio: Portfolio, sessions: np.ndarray) -> Kept:
    """The state after the last of ``sessions``: stored, or found from the stored one before it."""
    last = sessions[-1]
    kept = state_before(portfolio.pk, last + 1, VERSION)
    if kept is not None and kept.state.day == last:
        return kept
    if portfolio.stale_from is not None and portfolio.stale_from <= last.item():
        raise PortfolioBusy(f"date: values from {portfolio.stale_from} on are being computed anew: ask again then")
    start = start_after(portfolio, kept, last.item())
    if not start.market.sessions:
        raise PortfolioError(f"date: nothing is known of {last}")
    run = run_of(start.book, start.state, start.market)
    return Kept(run.final, start.book.instruments, start.columns.currencies)


def _standing(portfolio: Portfolio, kept: Kept, sessions: np.ndarray) -> Standing:
    columns = columns_of(portfolio, kept.instruments, kept.currencies)
    state = kept.state
    rates = {one: float(rate) for one, rate in zip(columns.currencies, state.rate, strict=True)}
    cash = {one: float(sum_) for one, sum_ in zip(columns.currencies, state.cash, strict=True) if abs(sum_) > ROUNDING}
    cash_value = sum(amount * rates[currency] for currency, amount in cash.items())
    rows = explain_positions(state, empty_market(columns))
    value = cash_value + sum(row.value_base for row in rows)
    held = tuple(
        _held(columns.instruments[row.asset], row, rates, value, _date(sessions, int(state.price_age[row.asset])))
        for row in rows
        if row.quantity
    )
    return Standing(
        portfolio, sessions[-1].item(), value, cash, cash_value, rates, held,
        sum(row.realised_average_base for row in rows), sum(row.realised_fifo_base for row in rows),
    )  # fmt: skip


def _date(sessions: np.ndarray, age: int) -> dt.date | None:
    found: dt.date | None = sessions[-1 - age].item() if age < len(sessions) else None
    return found


def _held(
    instrument: Instrument, row: PositionRow, rates: dict[str, float], value: float, price_date: dt.date | None
) -> Held:
    return Held(
        instrument=instrument, quantity=row.quantity, price=row.price, price_date=price_date,
        rate=rates[instrument.currency], value=row.value_base,
        weight=100.0 * row.value_base / value if value > 0 else None, average_price=row.average_price,
        cost_average=row.average_cost_base, cost_fifo=row.fifo_cost_base,
        unrealised_average=row.unrealised_average_base, unrealised_fifo=row.unrealised_fifo_base,
        realised_average=row.realised_average_base, realised_fifo=row.realised_fifo_base,
    )  # fmt: skip
