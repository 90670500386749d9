"""What is held at the end of a session, row by row as a table shows it: assets, then cash."""

from typing import Any

from portfolio.services.standing import Held, Standing
from portfolio.services.summary import position
from portfolio.store.prices import day_changes

PERCENT = 100.0


def holding_rows(*, standing: Standing) -> list[dict[str, Any]]:
    """``position`` of each asset with its ``asset`` (the instrument) and ``day_change``: percent in its own currency,
    None without a bar on the session; then a row for each currency of cash. ``gain_percent``: on average cost,
    ``gain_fifo_percent``: on the cost of the lots.
    """
    changes = day_changes([one.instrument.pk for one in standing.held], standing.as_of)
    rows = [_held(one, changes.get(one.instrument.pk)) for one in standing.held]
    return rows + [_cash(standing, currency, amount) for currency, amount in standing.cash.items()]


def _held(one: Held, change: float | None) -> dict[str, Any]:
    gain = PERCENT * one.unrealised_fifo / one.cost_fifo if one.cost_fifo > 0 else None
    return position(one) | {
        "asset": one.instrument, "kind": one.instrument.asset_type,
        "day_change": None if change is None else PERCENT * change, "gain_fifo_percent": gain,
    }  # fmt: skip


def _cash(standing: Standing, currency: str, amount: float) -> dict[str, Any]:
    value = amount * standing.rates[currency]
    weight = PERCENT * value / standing.value if standing.value > 0 else None
    return {
        "asset": None, "instrument": "", "name": "", "kind": "CASH", "currency": currency, "quantity": amount,
        "price": None, "price_date": standing.as_of, "rate": standing.rates[currency], "value": value,
        "weight": weight,
    }  # fmt: skip
