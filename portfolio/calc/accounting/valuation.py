"""A portfolio's value day by day, from the beginning or from any stored state on.

Quantities and cash after each transaction are booked one after the other and then filled forward, prices and rates
too; so a run that goes on from a state does the same operations in the same order, and gives the same bits.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from portfolio.calc.accounting.carry import Carried, carried, divide_carried, latest
from portfolio.calc.accounting.checks import problems_of
from portfolio.calc.accounting.day_order import day_order
from portfolio.calc.accounting.days import Days
from portfolio.calc.accounting.errors import AccountingError, MissingPrice, MissingRate, TransactionErrors
from portfolio.calc.accounting.flows import flows_of
from portfolio.calc.accounting.market import Market
from portfolio.calc.accounting.positions import Positions, positions_of
from portfolio.calc.accounting.state import State
from portfolio.calc.accounting.transactions import Kind, Transactions

RATE_LASTS = 5  # sessions that an exchange rate is carried on: holidays of the one place but not the other
ROUNDING = 1e-5  # units of a currency: no money, but what adding and taking away leaves


class Valuation(NamedTuple):
    """``states`` after the days asked for, the last session's always among them; ``positions`` with their trail."""

    days: Days
    positions: Positions
    states: dict[np.datetime64, State]

    @property
    def final(self) -> State:
        return self.states[max(self.states)]


def valuation(transactions: Transactions, market: Market, *, keep: Sequence[np.datetime64] = ()) -> Valuation:
    """Value ``transactions`` over all sessions of ``market``, as ``valuation_from`` before everything."""
    empty = State.empty(assets=len(market.assets), currencies=len(market.currencies))
    return valuation_from(empty, transactions, market, keep=keep)


def valuation_from(
    state: State, transactions: Transactions, market: Market, *, keep: Sequence[np.datetime64] = ()
) -> Valuation:
    """Go on from ``state``: sessions of ``market`` and transactions after its day, equal to a full run's to the last
    bit. Earlier ones may be there, or not: they are not looked at. A transaction counts on the first session on or
    after its date; those after the last session wait. ``keep``: days, each
    standing for the last session on or before it, after which a state is wanted.

    TransactionErrors for what cannot be; MissingPrice, MissingRate where something held has no price or no rate.
    """
    state = state.widened(assets=len(market.assets), currencies=len(market.currencies))
    run = _Run(state, transactions, market.after(state.day))
    return run.result(keep)


class _Run:
    def __init__(self, state: State, transactions: Transactions, market: Market) -> None:
        if not market.sessions:
            raise AccountingError("there is no session after the state to value")
        found = problems_of(transactions, assets=len(market.assets), currencies=len(market.currencies))
        if found:
            raise TransactionErrors(found)
        self.state, self.market = state, market
        order = day_order(transactions)
        date = transactions.date[order]
        self.rows = order[(date <= market.dates[-1]) & (True if state.day is None else date > state.day)]
        self.booked = transactions.take(self.rows)
        self.session = np.searchsorted(market.dates, self.booked.date)
        self.rates = carried(market.in_base, state.rate, state.rate_age)
        outdated = self.rates.age > RATE_LASTS
        self.rates.figure[outdated], self.rates.age[outdated] = np.nan, -1
        self.prices = self._prices()

    def result(self, keep: Sequence[np.datetime64]) -> Valuation:
        dates = self.market.dates
        kept = sorted({int(np.searchsorted(dates, day, side="right")) - 1 for day in keep} - {-1} | {len(dates) - 1})
        positions = self._positions([int(dates[at].astype(np.int64)) for at in kept])
        days = self._days(positions)
        states = {dates[at]: self._state_after(at, positions, days) for at in kept}
        return Valuation(days, positions, states)

    def _prices(self) -> Carried:
        prices = carried(self.market.close, self.state.price, self.state.price_age)
        for row in np.flatnonzero(self.booked.kind == Kind.SPLIT).tolist():
            place = {"session": int(self.session[row]), "column": int(self.booked.asset[row])}
            divide_carried(prices, **place, ratio=float(self.booked.quantity[row]))
        return prices

    def _positions(self, keep: list[int]) -> Positions:
        t = self.booked
        of_asset = t.currency.copy()
        of_asset[t.asset >= 0] = self.market.currency_of[t.asset[t.asset >= 0]]
        self._need_rates(self.session, t.currency)
        self._need_rates(self.session, of_asset)
        rate, rate_of_asset = self.rates.figure[self.session, t.currency], self.rates.figure[self.session, of_asset]
        paid = np.where(t.kind == Kind.SELL, t.cash, t.gross + t.costs)
        local = np.where(of_asset == t.currency, paid, paid * rate / rate_of_asset)
        money = np.column_stack([local, paid * rate])
        start, names = self.state.holdings, self.market.assets
        return positions_of(t, money, start=start, rows=self.rows, names=names, keep=keep)

    def _days(self, positions: Positions) -> Days:
        market, rate = self.market, self.rates.figure
        quantity, cash = self._quantity(positions.entries), self._cash()
        rate_of_asset = rate[:, market.currency_of]
        self._need(quantity, cash)
        close = self.prices.figure * rate_of_asset
        # Row by row in memory, so that rows are summed in the same order however many there are.
        holdings = np.ascontiguousarray(np.where(quantity > 0, quantity * close, 0.0))
        cash_value = np.ascontiguousarray(np.where(np.abs(cash) > ROUNDING, cash * rate, 0.0))
        opening_holdings, opening_cash = self._opening()
        flows = flows_of(
            self.booked, self.session, rate[self.session, self.booked.currency], close, len(market.currencies)
        )
        before, cash_before = np.vstack([opening_holdings, holdings[:-1]]), np.vstack([opening_cash, cash_value[:-1]])
        gain = np.column_stack([
            holdings - before - flows.bought + flows.received, cash_value - cash_before - flows.moved, flows.other
        ])  # fmt: skip
        return Days(
            dates=market.dates, quantity=quantity, price=self.prices.figure, price_age=self.prices.age, cash=cash,
            rate=rate, rate_age=self.rates.age, holdings=holdings, cash_value=cash_value,
            value=holdings.sum(axis=1) + cash_value.sum(axis=1), inflow=flows.inflow, outflow=flows.outflow,
            income=flows.income, fees=flows.fees, taxes=flows.taxes, bought=flows.bought, received=flows.received,
            gain=gain, opening_holdings=opening_holdings, opening_cash_value=opening_cash,
        )  # fmt: skip

    def _opening(self) -> tuple[np.ndarray, np.ndarray]:
        """Holdings [N] and cash [C] in the base currency at the end of the state's day."""
        state, quantity = self.state, self.state.quantities()
        close = state.price * state.rate[self.market.currency_of]
        holdings = np.where(quantity > 0, quantity * close, 0.0)
        return holdings, np.where(np.abs(state.cash) > ROUNDING, state.cash * state.rate, 0.0)

    def _quantity(self, entries: np.ndarray) -> np.ndarray:
        shape = self.market.close.shape
        cells = np.searchsorted(self.market.dates, entries["date"]) * shape[1] + entries["asset"]
        table = latest(cells, entries["quantity"], shape)
        return carried(table, self.state.quantities(), self.state.price_age).figure

    def _cash(self) -> np.ndarray:
        columns, shape = [], self.market.rates.shape
        for currency in range(shape[1]):
            rows = np.flatnonzero(self.booked.currency == currency)
            after = np.cumsum(np.r_[self.state.cash[currency], self.booked.cash[rows]])[1:]
            columns.append(latest(self.session[rows], after, (shape[0], 1)))
        return carried(np.hstack(columns), self.state.cash, self.state.rate_age).figure

    def _need_rates(self, sessions: np.ndarray, currencies: np.ndarray) -> None:
        missing = np.isnan(self.rates.figure[sessions, currencies])
        if missing.any():
            first = int(np.argmax(missing))
            names = self.market.currencies
            pair = f"{names[currencies[first]]}/{names[self.market.base]}"
            raise MissingRate(pair, self.market.dates[sessions[first]])

    def _need(self, quantity: np.ndarray, cash: np.ndarray) -> None:
        unpriced = np.argwhere((quantity > 0) & np.isnan(self.prices.figure))
        if len(unpriced):
            session, asset = unpriced[0]
            raise MissingPrice(self.market.assets[asset], self.market.dates[session])
        transfers = np.flatnonzero(self.booked.in_kind)
        held, asset = np.nonzero(quantity > 0)
        self._need_rates(held, self.market.currency_of[asset])
        self._need_rates(*np.nonzero(np.abs(cash) > ROUNDING))
        for row in transfers[np.isnan(self.prices.figure[self.session[transfers], self.booked.asset[transfers]])]:
            raise MissingPrice(self.market.assets[self.booked.asset[row]], self.booked.date[row])

    def _state_after(self, at: int, positions: Positions, days: Days) -> State:
        day = self.market.dates[at]
        return State(
            day, positions.kept[int(day.astype(np.int64))], days.cash[at].copy(), days.price[at].copy(),
            days.price_age[at].copy(), days.rate[at].copy(), days.rate_age[at].copy(),
        )  # fmt: skip
