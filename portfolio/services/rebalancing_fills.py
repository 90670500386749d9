"""What was really traded: a plan's actions, with what the broker's note says instead."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from market.models import Instrument
from market.regions import REGIONS
from portfolio.calc.accounting import Problem
from portfolio.calc.accounting.checks import AMOUNT_TOLERANCE
from portfolio.calc.rebalancing import coin_of
from portfolio.models import RebalancingEvent, Transaction
from portfolio.services.errors import PortfolioError
from portfolio.services.figures import decimal_of, stored
from portfolio.services.rebalancing_state import Move

FIGURES = ("quantity", "price", "fee", "tax")
FIELDS = ("asset", *FIGURES, "date")
DUST = {ROUND_FLOOR: Decimal("1e-5"), ROUND_CEILING: Decimal("-1e-5")}  # 9.9999999 is ten, rounded down as well


@dataclass(frozen=True)
class Trade:
    """To be booked; money is in ``currency``, the asset's."""

    asset: str
    instrument: int
    side: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    fee: Decimal
    tax: Decimal
    currency: str
    date: dt.date

    @property
    def move(self) -> Move:
        """What it does to shares and cash."""
        costs = self.fee + self.tax
        if self.side == Transaction.Kind.BUY:
            return Move(self.asset, self.quantity, self.currency, self.amount + costs)
        return Move(self.asset, -self.quantity, self.currency, costs - self.amount)


def money(figure: Decimal | float, currency: str, rounding: str) -> Decimal:
    """In whole coins of ``currency``."""
    return (Decimal(str(figure)) + DUST.get(rounding, 0)).quantize(coin_of(currency), rounding)


def _amount(quantity: Decimal, price: Decimal, currency: str, rounding: str) -> Decimal:
    """Quantity x price in whole coins; as it is where it is so few of them that the books would not know it again."""
    product = stored(quantity * price, ROUND_HALF_EVEN)
    rounded = money(product, currency, rounding)
    return rounded if abs(rounded - product) <= Decimal(str(AMOUNT_TOLERANCE)) * product else product


def planned_trade(action: Mapping[str, Any], on: dt.date) -> Trade:
    """An action of a plan as it would be booked ``on`` a day. Fractions of shares, and coins of what is paid, are
    rounded down and those of what comes in up, so that cash pays for all of a plan.
    """
    rate, side, currency = action["rate"], action["side"], action["currency"]
    fee, tax = (money(action[name] / rate, currency, ROUND_FLOOR) for name in ("commission", "tax"))
    quantity, price = stored(action["quantity"], ROUND_DOWN), stored(action["price"], ROUND_HALF_EVEN)
    amount = _amount(quantity, price, currency, ROUND_FLOOR if side == Transaction.Kind.BUY else ROUND_CEILING)
    return Trade(action["asset"], action["instrument"], side, quantity, price, amount, fee, tax, currency, on)


def trades_of(
    *, event: RebalancingEvent, fills: Sequence[Mapping[str, Any]] | None, held: Mapping[str, float]
) -> list[Trade]:  # fmt: skip
    """The trades to book: each action of the plan on its day (``as_of``) and at its price, unless a fill of that
    ``asset`` has another ``quantity`` (0: not traded), ``price``, ``fee``, ``tax`` (in the asset's currency) or
    ``date``. Fee and tax that are not given are the planned ones' share by quantity.

    ``held``: shares by asset. PortfolioError tells every wrong fill by row (from 1), field and reason.
    """
    planned = {action["asset"]: planned_trade(action, event.as_of) for action in event.actions}
    reading = _Reading(event)
    found = dict(planned)
    for row, fill in enumerate(fills or ()):
        asset = str(fill.get("asset"))
        if reading.is_new(row, asset, planned):
            found[asset] = reading.filled(row, fill, planned[asset])
    reading.refuse()
    traded = [one for one in found.values() if one.quantity > 0]
    _refuse_impossible(traded, held)
    return traded


def _refuse_impossible(trades: Sequence[Trade], held: Mapping[str, float]) -> None:
    if not trades:
        raise PortfolioError("fills: nothing was traded: cancel the proposal, or say that it failed")
    for one in trades:
        if one.side == Transaction.Kind.SELL and _too_much(one, held):
            wanted = f"{one.quantity.normalize():f}"
            raise PortfolioError(f"quantity: {one.asset}: {wanted} to sell, only {held.get(one.asset, 0.0):.10g} held")
    known = Instrument.objects.in_bulk([one.instrument for one in trades])
    for one in trades:
        if one.instrument not in known:
            raise PortfolioError(f"asset: {one.asset} of the plan was deleted")


def _too_much(trade: Trade, held: Mapping[str, float]) -> bool:
    return float(trade.quantity) > held.get(trade.asset, 0.0) * (1 + 1e-9)


class _Reading:
    def __init__(self, event: RebalancingEvent) -> None:
        self.event = event
        self.problems: list[Problem] = []
        self.seen: set[str] = set()

    def is_new(self, row: int, asset: str, planned: Mapping[str, Trade]) -> bool:
        """Whether ``asset`` is in the plan and has no fill yet."""
        if asset not in planned or asset in self.seen:
            reason = "is filled twice" if asset in self.seen else "is not in the plan"
            self.problems.append(Problem(row, "asset", f"{asset[:60]} {reason}"))
            return False
        self.seen.add(asset)
        return True

    def filled(self, row: int, fill: Mapping[str, Any], trade: Trade) -> Trade:
        """``trade`` with what ``fill`` says of it."""
        for name in fill:
            if name not in FIELDS:
                self.problems.append(Problem(row, str(name), f"unknown field; known are {', '.join(FIELDS)}"))
        figures = {name: self._figure(row, name, fill[name]) for name in FIGURES if fill.get(name) is not None}
        known: dict[str, Any] = {name: figure for name, figure in figures.items() if figure is not None}
        share = known.get("quantity", trade.quantity) / trade.quantity
        for name in {"fee", "tax"} - set(known):
            known[name] = money(getattr(trade, name) * share, trade.currency, ROUND_HALF_EVEN)
        if {"quantity", "price"} & set(known):
            quantity, price = (known.get(name, getattr(trade, name)) for name in ("quantity", "price"))
            known["amount"] = _amount(quantity, price, trade.currency, ROUND_HALF_EVEN)
        if fill.get("date") is not None:
            known["date"] = self._date(row, fill["date"])
        return replace(trade, **known)

    def refuse(self) -> None:
        if self.problems:
            problems = [one._replace(row=one.row + 1) for one in sorted(self.problems)]
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise PortfolioError(f"fills: {problems[0]}{more}", problems)

    def _figure(self, row: int, name: str, value: Any) -> Decimal | None:
        try:
            figure = decimal_of(value)
        except ValueError as error:
            self.problems.append(Problem(row, name, str(error)))
            return None
        if figure < 0 or (name == "price" and figure == 0):
            self.problems.append(Problem(row, name, f"must be {'above' if name == 'price' else 'at least'} 0"))
        elif figure != round(figure, 10):
            self.problems.append(Problem(row, name, "has more than 10 decimals"))
        return figure

    def _date(self, row: int, value: Any) -> dt.date:
        try:
            day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
        except ValueError:
            self.problems.append(Problem(row, "date", f"{str(value)[:60]!r} is not a date: write it as YYYY-MM-DD"))
            return self.event.as_of
        today = max(region.today() for region in REGIONS.values())
        if not self.event.as_of <= day <= today:
            self.problems.append(Problem(row, "date", f"{day} is not from the plan's day {self.event.as_of} to today"))
        return day
