"""What was really traded: a plan's actions, with what the broker's note says instead."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Any

from market.models import Instrument
from market.regions import REGIONS
from portfolio.calc.accounting import Problem
from portfolio.models import RebalancingEvent, Transaction
from portfolio.services.errors import PortfolioError
from portfolio.services.figures import decimal_of, stored
from portfolio.services.rebalancing_state import Move

FIGURES = ("quantity", "price", "fee", "tax")
FIELDS = ("asset", *FIGURES, "date")


@dataclass(frozen=True)
class Trade:
    """To be booked; money is in ``currency``, the asset's. ``date`` is None until it is known."""

    asset: str
    instrument: int
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    tax: Decimal
    currency: str
    date: dt.date | None = None

    @property
    def move(self) -> Move:
        """What it does to shares and cash."""
        amount = stored(self.quantity * self.price, ROUND_HALF_EVEN)
        costs = self.fee + self.tax
        if self.side == Transaction.Kind.BUY:
            return Move(self.asset, self.quantity, self.currency, amount + costs)
        return Move(self.asset, -self.quantity, self.currency, costs - amount)


def planned_trade(action: Mapping[str, Any]) -> Trade:
    """An action of a plan as it would be booked. Fractions of shares are rounded down, so that cash pays for them."""
    rate = action["rate"]
    fee, tax = (stored(action[name] / rate, ROUND_DOWN) for name in ("commission", "tax"))
    quantity, price = stored(action["quantity"], ROUND_DOWN), stored(action["price"], ROUND_HALF_EVEN)
    return Trade(
        action["asset"], action["instrument"], action["side"], quantity, price, fee, tax, action["currency"]
    )  # fmt: skip


def trades_of(
    *, event: RebalancingEvent, fills: Sequence[Mapping[str, Any]] | None, held: Mapping[str, float]
) -> list[Trade]:  # fmt: skip
    """The trades to book: each action of the plan on its day (``as_of``) and at its price, unless a fill of that
    ``asset`` has another ``quantity`` (0: not traded), ``price``, ``fee``, ``tax`` (in the asset's currency) or
    ``date``.

    ``held``: shares by asset. PortfolioError tells every wrong fill by row (from 0), field and reason.
    """
    planned = {action["asset"]: replace(planned_trade(action), date=event.as_of) for action in event.actions}
    reading = _Reading(event, planned, held)
    found = dict(planned)
    seen: set[str] = set()
    for row, fill in enumerate(fills or ()):
        asset = str(fill.get("asset"))
        if asset not in planned or asset in seen:
            reason = "is filled twice" if asset in seen else "is not in the plan"
            reading.problems.append(Problem(row, "asset", f"{asset[:60]} {reason}"))
            continue
        seen.add(asset)
        found[asset] = reading.filled(row, fill, planned[asset])
    reading.refuse()
    oversold = [one for one in found.values() if one.side == Transaction.Kind.SELL and _too_much(one, held)]
    if oversold:
        one = oversold[0]
        wanted = f"{one.quantity.normalize():f}"
        raise PortfolioError(f"quantity: {one.asset}: {wanted} to sell, only {held.get(one.asset, 0.0):.10g} held")
    traded = [one for one in found.values() if one.quantity > 0]
    if not traded:
        raise PortfolioError("fills: nothing was traded: cancel the proposal, or say that it failed")
    missing = {one.instrument for one in traded} - set(Instrument.objects.in_bulk([one.instrument for one in traded]))
    if missing:
        raise PortfolioError(f"asset: instrument {min(missing)} of the plan was deleted")
    return traded


def _too_much(trade: Trade, held: Mapping[str, float]) -> bool:
    return float(trade.quantity) > held.get(trade.asset, 0.0) * (1 + 1e-9)


class _Reading:
    def __init__(self, event: RebalancingEvent, planned: Mapping[str, Trade], held: Mapping[str, float]) -> None:
        self.event, self.planned, self.held = event, planned, held
        self.problems: list[Problem] = []

    def filled(self, row: int, fill: Mapping[str, Any], trade: Trade) -> Trade:
        """``trade`` with what ``fill`` says of it."""
        for name in fill:
            if name not in FIELDS:
                self.problems.append(Problem(row, str(name), f"unknown field; known are {', '.join(FIELDS)}"))
        figures = {name: self._figure(row, name, fill[name]) for name in FIGURES if fill.get(name) is not None}
        known: dict[str, Any] = {name: figure for name, figure in figures.items() if figure is not None}
        if known.get("quantity") == 0:
            known |= {"fee": Decimal(0), "tax": Decimal(0)}
        day = self._date(row, fill["date"]) if fill.get("date") is not None else trade.date
        return replace(trade, **known, date=day)

    def refuse(self) -> None:
        if self.problems:
            first = min(self.problems)
            more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
            raise PortfolioError(f"fills: {first}{more}", sorted(self.problems))

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

    def _date(self, row: int, value: Any) -> dt.date | None:
        try:
            day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
        except ValueError:
            self.problems.append(Problem(row, "date", f"{str(value)[:60]!r} is not a date: write it as YYYY-MM-DD"))
            return None
        today = max(region.today() for region in REGIONS.values())
        if not self.event.as_of <= day <= today:
            self.problems.append(Problem(row, "date", f"{day} is not from the plan's day {self.event.as_of} to today"))
        return day
