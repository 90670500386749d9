"""Cash and positions, and what one trade does to them."""

from bisect import insort
from dataclasses import dataclass

import numpy as np

from backtests.calc.ledger import HOLDING, Book, Reason, Side
from backtests.calc.prices import Prices
from backtests.calc.quantities import Costs, spent
from backtests.calc.rules import Rules


@dataclass(frozen=True)
class Why:
    """What led to a trade."""

    signal: int
    reason: Reason
    rule: int = -1


class Account:
    """``quantity``, ``average`` price, ``cost`` with commission, ``peak`` close, ``last`` price and ``first`` session,
    each [N]: of the held names alone they mean something. ``held`` int64: those names by ticker.
    """

    def __init__(self, prices: Prices, rules: Rules, book: Book) -> None:
        self.prices, self.book, self.costs = prices, book, Costs.of(rules)
        self.cash = float(rules.initial_capital)
        self.quantity, self.average, self.cost, self.peak, self.last = np.zeros((5, prices.instruments))
        self.first = np.zeros(prices.instruments, np.int64)
        self._ranks: list[int] = []
        self.held = np.zeros(0, np.int64)

    def buy(self, session: int, instrument: int, *, shares: float, price: float, why: Why) -> None:
        """Buy at the raw ``price``; ``shares`` must be affordable."""
        execution = self.costs.buying(price)
        amount, flow = shares * execution, -spent(shares, execution, self.costs)
        before = self.quantity.item(instrument)
        if before == 0.0:
            self._open(session, instrument)
        after = before + shares
        average = (before * self.average.item(instrument) + amount) / after
        self.quantity[instrument], self.average[instrument] = after, average
        self.cost[instrument] -= flow
        self.last[instrument] = price
        self.cash += flow
        self.book.traded += amount
        self.book.trades.append((
            session, why.signal, instrument, Side.BUY, why.reason, why.rule, shares, price, execution,
            amount * self.costs.commission, 0.0, flow, 0.0, 0.0, self.hold_days(session, instrument), average,
        ))  # fmt: skip

    def sell(self, session: int, instrument: int, *, shares: float, price: float, why: Why) -> None:
        """Sell at the raw ``price``."""
        self._sold(session, instrument, shares=shares, price=price, costs=self.costs, why=why)

    def settle(self, session: int, instrument: int, factor: float) -> None:
        """Close the position of a delisted name at its last price x ``factor``, without costs."""
        shares, price = self.quantity.item(instrument), self.last.item(instrument)
        only_return = Costs(commission=0.0, tax=0.0, slippage=1.0 - factor)
        why = Why(session, Reason.DELISTED)
        self._sold(session, instrument, shares=shares, price=price, costs=only_return, why=why)

    def _sold(self, session: int, instrument: int, *, shares: float, price: float, costs: Costs, why: Why) -> None:
        before = self.quantity.item(instrument)
        execution = costs.selling(price)
        amount = shares * execution
        commission, tax = amount * costs.commission, amount * costs.tax
        flow = amount - commission - tax
        paid = self.cost.item(instrument) * (shares / before)
        left = before - shares
        average = self.average.item(instrument) if left > 0 else 0.0
        self.quantity[instrument] = left
        self.cost[instrument] -= paid
        self.cash += flow
        self.book.traded += amount
        self.book.trades.append((
            session, why.signal, instrument, Side.SELL, why.reason, why.rule, shares, price, execution, commission, tax,
            flow, flow - paid, 100.0 * (flow - paid) / paid, self.hold_days(session, instrument), average,
        ))  # fmt: skip
        if left <= 0:
            self._ranks.remove(self.prices.rank.item(instrument))
            self._names_changed()

    def _open(self, session: int, instrument: int) -> None:
        self.average[instrument] = self.cost[instrument] = self.peak[instrument] = 0.0
        self.first[instrument] = session
        insort(self._ranks, self.prices.rank.item(instrument))
        self._names_changed()

    def _names_changed(self) -> None:
        self.held = self.prices.by_rank[np.array(self._ranks, np.int64)]

    def hold_days(self, session: int, instrument: int) -> int:
        """Calendar days since the first buy."""
        days = self.prices.days
        return int(days.item(session) - days.item(self.first.item(instrument)))

    def mark(self, session: int) -> None:
        """Take the closes of the session; a name without one keeps its last price."""
        close = self.prices.close[session, self.held]
        there = np.isfinite(close)
        names, close = (self.held, close) if there.all() else (self.held[there], close[there])
        self.last[names] = close
        self.peak[names] = np.maximum(self.peak[names], close)

    def holdings_value(self) -> float:
        return float((self.quantity[self.held] * self.last[self.held]).sum())

    def holdings(self, session: int) -> np.ndarray:
        """Final holdings, by ticker: HOLDING [held]."""
        at = self.held
        found = np.zeros(len(at), HOLDING)
        total = self.cash + self.holdings_value()
        columns = {
            "quantity": self.quantity, "average_price": self.average, "cost": self.cost, "close": self.last,
            "peak": self.peak, "first_session": self.first,
        }  # fmt: skip
        found["instrument"] = at
        for name, column in columns.items():
            found[name] = column[at]
        found["value"] = found["quantity"] * found["close"]
        found["weight"] = 100.0 * found["value"] / total if total > 0 else 0.0
        found["profit"] = found["value"] - found["cost"]
        found["profit_rate"] = 100.0 * found["profit"] / found["cost"]
        found["hold_days"] = self.prices.days[session] - self.prices.days[self.first[at]]
        return found
