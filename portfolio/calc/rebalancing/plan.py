"""A plan: what exactly to trade, what it costs, and what it leads to."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.rebalancing.attempt import Attempt, notes_on
from portfolio.calc.rebalancing.book import CENT, WHOLE, Book, BookError, weights_of
from portfolio.calc.rebalancing.costs import Costs, Till
from portfolio.calc.rebalancing.goals import FULL, goals_of
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
    cash_only: buys what lags most, sells nothing. No trade is worth less than ``minimum_trade``, and cash is not
    negative after costs. Cash that is owed, deposit included, by no more than ``CENT`` counts as none. BookError for
    what cannot be used: more owed than that, nothing wanted. FORMULAS.md section 8.
    """
    if not (np.isfinite(deposit) and deposit >= 0) or not (np.isfinite(minimum_trade) and minimum_trade >= 0):
        raise ValueError("deposit and minimum_trade must be numbers that are not negative")
    book = _with_deposit(book, deposit)
    goals, till = goals_of(book, mode), Till(book, costs or Costs())
    nothing = Attempt(book, till, np.zeros(len(book.positions)))
    if book.value <= 0:
        return _plan(mode, nothing, reason="the portfolio is worth nothing")
    attempt = Attempt(book, till, Trader(book, goals, till, minimum_trade).trades())
    notes = notes_on(attempt, goals, minimum_trade)
    if not attempt.shares.any():
        broken = goals.sells.any() or goals.buys.any()
        why = "no trade is large enough and paid for" if broken else "no asset is outside its band"
        return _plan(mode, nothing, reason=why, notes=notes)
    plan = _plan(mode, attempt, notes=notes)
    if plan.drift_after > plan.drift_before - LEAST_GAIN:
        fall = f"from {plan.drift_before:.4f} to {plan.drift_after:.4f} percent points"
        return _plan(mode, nothing, reason=f"the trades would not lower the summed drift: {fall}", notes=notes)
    return plan


def _with_deposit(book: Book, deposit: float) -> Book:
    if not book.is_aimed:
        raise BookError("target: there is none")
    cash = book.cash + deposit
    if cash < -CENT:
        raise BookError(f"cash: {-cash:.2f} is owed: plans need cash that is not below zero")
    return Book(book.positions, max(cash, 0.0), book.cash_band)


def _plan(mode: str, attempt: Attempt, *, reason: str | None = None, notes: tuple[str, ...] = ()) -> Plan:
    book, bill = attempt.book, attempt.bill
    names = [name for name, _ in book.bands]
    before, after = weights_of(book.values), weights_of(attempt.values)
    return Plan(
        mode=mode,
        trades=_orders(attempt),
        turnover=float(WHOLE * np.abs(bill.value).sum() / 2.0 / book.value) if book.value > 0 else 0.0,
        commission=float(bill.commission.sum()),
        tax=float(bill.tax.sum()),
        before=dict(zip(names, before.tolist(), strict=True)),
        after=dict(zip(names, after.tolist(), strict=True)),
        drift_before=float(np.abs(before - book.targets).sum()),
        drift_after=float(np.abs(after - book.targets).sum()),
        cash_before=book.cash,
        cash_after=attempt.cash,
        reason=reason,
        notes=notes,
    )


def _orders(attempt: Attempt) -> tuple[PlannedTrade, ...]:
    book, bill, shares = attempt.book, attempt.bill, attempt.shares
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
        for i in np.argsort(bill.value, kind="stable").tolist()
        if shares[i]
    )
