"""How a figure was computed, row by row, on demand."""

from typing import NamedTuple

import numpy as np

from portfolio.calc.accounting.contribution import worth_of
from portfolio.calc.accounting.days import Days
from portfolio.calc.accounting.market import Market
from portfolio.calc.accounting.state import State


class ValueRow(NamedTuple):
    """``quantity`` x ``price`` x ``rate`` = ``value``; of cash the price is 1. ``price_date`` is None where the price
    is older than the run; ``price_age``, ``rate_age``: sessions carried over.
    """

    name: str
    currency: str
    quantity: float
    price: float
    price_date: np.datetime64 | None
    price_age: int
    rate: float
    rate_age: int
    value: float


class ReturnRow(NamedTuple):
    """``earned`` = ``value`` / ``base`` - 1, a fraction (0 where the base is 0); ``base`` = ``before`` + ``inflow`` -
    ``outflow``. Where the withdrawals count at the end (``late``), they are added to the value instead.
    """

    date: np.datetime64
    before: float
    inflow: float
    outflow: float
    late: bool
    base: float
    value: float
    earned: float


class PositionRow(NamedTuple):
    """An asset held: costs and gains by average and by lots, in its currency and (``_base``) in the base currency."""

    asset: int
    quantity: float
    price: float
    value_base: float
    average_price: float
    average_cost: float
    average_cost_base: float
    fifo_cost: float
    fifo_cost_base: float
    unrealised_average: float
    unrealised_average_base: float
    unrealised_fifo: float
    unrealised_fifo_base: float
    realised_average: float
    realised_average_base: float
    realised_fifo: float
    realised_fifo_base: float


def explain_value(days: Days, market: Market, session: int) -> list[ValueRow]:
    """Assets held and cash of a session, whose values add up to the portfolio's; ``market`` as in the run."""
    rows = []
    for asset in np.flatnonzero(days.quantity[session] != 0).tolist():
        currency, age = int(market.currency_of[asset]), int(days.price_age[session, asset])
        rows.append(ValueRow(
            market.assets[asset], market.currencies[currency], float(days.quantity[session, asset]),
            float(days.price[session, asset]), days.dates[session - age] if age <= session else None, age,
            float(days.rate[session, currency]), int(days.rate_age[session, currency]),
            float(days.holdings[session, asset]),
        ))  # fmt: skip
    for currency in np.flatnonzero(days.cash_value[session] != 0).tolist():
        name, rate = market.currencies[currency], float(days.rate[session, currency])
        rows.append(ValueRow(
            "cash", name, float(days.cash[session, currency]), 1.0, days.dates[session], 0, rate,
            int(days.rate_age[session, currency]), float(days.cash_value[session, currency]),
        ))  # fmt: skip
    return rows


def explain_return(days: Days, session: int) -> ReturnRow:
    """What the return of a session was made of."""
    worth = worth_of(days)
    before, inflow, outflow, base, value = (
        float(column[session]) for column in (worth.before, worth.inflow, worth.outflow, worth.base, worth.value)
    )
    late = bool(worth.late[session])
    earned = (value + (outflow if late else 0.0)) / base - 1.0 if base > 0 else 0.0
    return ReturnRow(days.dates[session], before, inflow, outflow, late, base, value, earned)


def explain_positions(state: State, market: Market) -> list[PositionRow]:
    """Every asset that was ever held, with what it costs and has brought by the state's day."""
    rows = []
    for asset, held in sorted(state.holdings.items()):
        price = float(state.price[asset]) if held.quantity else 0.0
        local = held.quantity * price
        value = local * float(state.rate[market.currency_of[asset]]) if held.quantity else 0.0
        rows.append(PositionRow(
            asset, held.quantity, price, value, held.average.local / held.quantity if held.quantity else 0.0,
            *held.average, *held.fifo, local - held.average.local, value - held.average.base,
            local - held.fifo.local, value - held.fifo.base, *held.realised_average, *held.realised_fifo,
        ))  # fmt: skip
    return rows
