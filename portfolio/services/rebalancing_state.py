"""A portfolio before or after trades, as events keep it: plain JSON."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from portfolio.calc.rebalancing import CASH, WHOLE, BookError, cash_exchanges
from portfolio.services.comparison import Comparison
from portfolio.services.errors import PortfolioError
from portfolio.services.standing import Standing


class Move(NamedTuple):
    """One trade: ``quantity`` above 0 bought, ``paid`` in ``currency`` with fee and tax, below 0 received."""

    asset: str
    quantity: Decimal
    currency: str
    paid: Decimal


def compared_state(comparison: Comparison) -> dict[str, Any]:
    """The state that a comparison found: value, ``cash`` by currency, ``rates`` to the base currency, and of every
    asset (cash last) quantity, price, value, weight, target and drift. Weights and drifts are None in a portfolio that
    is worth nothing.
    """
    holdings = [
        _holding(one.name, one.quantity, one.price, one.instrument.currency, one.rate) for one in comparison.assets
    ]
    targets = {name: band.target for name, band in comparison.book.bands}
    return _state(str(comparison.standing.as_of), holdings, comparison.standing.cash, comparison.rates, targets)


def standing_state(standing: Standing, like: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a portfolio as it stands now; assets that are wanted, and their targets, as in the state ``like``."""
    now = {
        str(one.instrument): _holding(
            str(one.instrument), one.quantity, one.price, one.instrument.currency, one.rate
        )
        for one in standing.held
    }  # fmt: skip
    wanted = {row["asset"]: row for row in like["assets"] if row["asset"] != CASH}
    unheld = [row | {"quantity": 0.0, "value": 0.0} for name, row in wanted.items() if name not in now]
    targets = {row["asset"]: row["target"] for row in like["assets"]}
    rates = like["rates"] | standing.rates
    return _state(str(standing.as_of), [*now.values(), *unheld], standing.cash, rates, targets)


def moved_state(state: Mapping[str, Any], moves: Iterable[Move], *, deposit: Decimal, base: str) -> dict[str, Any]:
    """``state`` after a deposit and trades, at its prices; PortfolioError where the cash does not suffice."""
    rows = {row["asset"]: dict(row) for row in state["assets"] if row["asset"] != CASH}
    cash = exact(state["cash"])
    cash[base] = cash.get(base, Decimal(0)) + deposit
    for move in moves:
        row = rows[move.asset]
        rows[move.asset] = _holding(
            move.asset, row["quantity"] + float(move.quantity), row["price"], row["currency"], row["rate"]
        )
        cash[move.currency] = cash.get(move.currency, Decimal(0)) - move.paid
    moved = exchanges(cash, state["rates"], base)
    left = {name: float(amount + moved.get(name, Decimal(0))) for name, amount in cash.items()}
    targets = {row["asset"]: row["target"] for row in state["assets"]}
    return _state(state["as_of"], rows.values(), left, state["rates"], targets)


def exchanges(cash: Mapping[str, Decimal], rates: Mapping[str, float], base: str) -> dict[str, Decimal]:
    """What to exchange so that no currency of ``cash`` is below zero; PortfolioError where it does not suffice."""
    try:
        return cash_exchanges(cash=cash, rates=exact({name: rates[name] for name in cash}), base=base)
    except BookError as error:
        raise PortfolioError(str(error)) from error


def exact(figures: Mapping[str, float]) -> dict[str, Decimal]:
    """As they are written."""
    return {name: Decimal(str(figure)) for name, figure in figures.items()}


def _holding(asset: str, quantity: float, price: float | None, currency: str, rate: float) -> dict[str, Any]:
    value = quantity * price * rate if quantity and price else 0.0
    return {
        "asset": asset, "quantity": quantity, "price": price, "currency": currency, "rate": rate, "value": value
    }  # fmt: skip


def _state(
    as_of: str, holdings: Iterable[Mapping[str, Any]], cash: Mapping[str, float], rates: Mapping[str, float],
    targets: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    cash_value = sum(amount * rates[currency] for currency, amount in cash.items())
    every: list[dict[str, Any]] = [*map(dict, holdings), {"asset": CASH, "value": cash_value}]
    total = sum(row["value"] for row in every)
    for row in every:
        weight = WHOLE * row["value"] / total if total > 0 else None
        target = targets.get(row["asset"], 0.0)
        row |= {"weight": weight, "target": target, "drift": None if weight is None else weight - target}
    return {
        "as_of": as_of, "value": total, "cash": dict(cash), "rates": dict(rates), "cash_value": cash_value,
        "total_drift": sum(abs(row["drift"]) for row in every) if total > 0 else None, "assets": every,
    }  # fmt: skip
