"""A plan: what exactly to trade, what it costs, and what it leads to."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.rebalancing.book import CASH, WHOLE, Book, weights_of
from portfolio.calc.rebalancing.costs import Bill, Costs, Till
from portfolio.calc.rebalancing.drift import ABOVE_MAXIMUM, drift_analysis
from portfolio.calc.rebalancing.goals import BAND, FULL, goals_of
from portfolio.calc.rebalancing.quantities import Trader

BUY, SELL = "BUY", "SELL"
LEAST_GAIN = 1e-9  # percent points by which a plan must lower the summed absolute drift


@dataclass(frozen=True)
class PlannedTrade:
    """One order. Money in the portfolio's currency; ``value`` is positive for both sides."""

    asset: str
    side: str
    quantity: float
    price: float
    value: float
    commission: float
    tax: float


@dataclass(frozen=True)
class Plan:
    """Trades in the order to do them, sales first. ``turnover``: half of what is bought and sold, percent of the value
    before. ``before`` and ``after``: percent by asset, cash last, ``after`` of what is left when costs are paid.
    ``reason`` says why nothing is proposed (then there are no trades), ``notes`` what keeps an asset off its goal.
    """

    mode: str
    trades: tuple[PlannedTrade, ...]
    turnover: float
    commission: float
    tax: float
    before: dict[str, float]
    after: dict[str, float]
    drift_before: float
    drift_after: float
    cash_before: float
    cash_after: float
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def cost(self) -> float:
        """Commission and tax."""
        return self.commission + self.tax


def rebalancing_plan(
    book: Book, *, mode: str = FULL, costs: Costs | None = None, minimum_trade: float = 0.0, deposit: float = 0.0
) -> Plan:
    """The plan of ``mode`` for ``book`` with ``deposit`` paid in first (it is part of ``before``).

    full: whole lots within one of every target; band: only what breaks a limit, to the nearer edge of its band;
    cash_only: buys what lags most, sells nothing. No trade is worth less than ``minimum_trade``, and cash is not negative
    after costs. BookError for what cannot be used. FORMULAS.md section 8.
    """
    if not (np.isfinite(deposit) and deposit >= 0) or not (np.isfinite(minimum_trade) and minimum_trade >= 0):
        raise ValueError("deposit and minimum_trade must be numbers that are not negative")
    book = Book(book.positions, book.cash + deposit, book.cash_band)
    goals, till = goals_of(book, mode), Till(book, costs or Costs())
    still = np.zeros(len(book.positions))
    if book.value <= 0:
        return _plan(book, mode, still, till, reason="the portfolio is worth nothing")
    shares = Trader(book, goals, till, minimum_trade).trades()
    plan = _plan(book, mode, shares, till, notes=_notes(book, mode, goals.weight, shares, till, minimum_trade))
    if not plan.trades:
        return _plan(book, mode, still, till, reason=_why_none(book, mode), notes=plan.notes)
    if plan.drift_after > plan.drift_before - LEAST_GAIN:
        fall = f"from {plan.drift_before:.4f} to {plan.drift_after:.4f} percent points"
        return _plan(book, mode, still, till, reason=f"the trades would not lower the summed drift: {fall}")
    return plan


def _plan(
    book: Book, mode: str, shares: np.ndarray, till: Till, reason: str | None = None, notes: tuple[str, ...] = ()
) -> Plan:
    bill = till.bill(shares)
    cash = max(bill.cash, 0.0)  # a rounding of the last bit at most
    names = [name for name, _ in book.bands]
    before, after = weights_of(book.values), weights_of(_values_after(book, shares, till, cash))
    return Plan(
        mode=mode,
        trades=_orders(book, shares, bill),
        turnover=float(WHOLE * np.abs(bill.value).sum() / 2.0 / book.value) if book.value > 0 else 0.0,
        commission=float(bill.commission.sum()),
        tax=float(bill.tax.sum()),
        before=dict(zip(names, before.tolist(), strict=True)),
        after=dict(zip(names, after.tolist(), strict=True)),
        drift_before=float(np.abs(before - book.targets).sum()),
        drift_after=float(np.abs(after - book.targets).sum()),
        cash_before=book.cash,
        cash_after=cash,
        reason=reason,
        notes=notes,
    )


def _values_after(book: Book, shares: np.ndarray, till: Till, cash: float) -> np.ndarray:
    return np.r_[(book.quantity + shares) * till.price, cash]


def _orders(book: Book, shares: np.ndarray, bill: Bill) -> tuple[PlannedTrade, ...]:
    order = np.argsort(bill.value, kind="stable")
    return tuple(
        PlannedTrade(
            asset=book.positions[i].asset,
            side=BUY if shares[i] > 0 else SELL,
            quantity=abs(float(shares[i])),
            price=float(book.price[i]),
            value=abs(float(bill.value[i])),
            commission=float(bill.commission[i]),
            tax=float(bill.tax[i]),
        )
        for i in order.tolist()
        if shares[i]
    )


def _notes(
    book: Book, mode: str, goal: np.ndarray, shares: np.ndarray, till: Till, least: float
) -> tuple[str, ...]:
    """Why assets that were to be traded stay more than a lot off their goal."""
    bill = till.bill(shares)
    off = _values_after(book, shares, till, bill.cash) - goal / WHOLE * (book.value - bill.paid)
    found = []
    for i, one in enumerate(book.positions):
        size = one.lot * till.price[i] * (1.0 + 1e-9) + 1e-9 * book.value
        if (one.price is not None and abs(off[i]) <= size) or (mode == BAND and not shares[i]):
            continue
        away = f"{one.asset}: {abs(off[i]):.2f} {'below' if off[i] < 0 else 'above'} its goal"
        found.append(f"{away}, {_cause(one.price, shares[i], off[i], least)}")
    cash = drift_analysis(book).rows[-1]
    if mode == BAND and cash.breach:
        side = "above" if cash.breach == ABOVE_MAXIMUM or (cash.drift or 0.0) > 0 else "below"
        found.append(f"{CASH}: {side} its band, which only full and cash_only plans act on")
    return tuple(found)


def _cause(price: float | None, traded: float, off: float, least: float) -> str:
    if price is None:
        return "since it has no price"
    if not traded and 0 < abs(off) < least:
        return f"since the trade would be below the minimum of {least:g}"
    return "since cash does not reach" if off < 0 else "since it is not sold"


def _why_none(book: Book, mode: str) -> str:
    if mode == BAND and not any(row.breach for row in drift_analysis(book).rows[:-1]):
        return "no asset is outside its band"
    return "no trade is large enough and paid for"
