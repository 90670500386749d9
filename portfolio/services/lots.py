"""The lots of an asset: those that are open, and what became of those that were closed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from market.models import Instrument
from portfolio.calc.accounting import Kind
from portfolio.calc.accounting.lots import Lot
from portfolio.calc.accounting.state import State
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.running import run_of
from portfolio.services.starting import start_after
from portfolio.store.books import sessions_read

EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Lots:
    """First in, first out. ``opened``: lots that are held, the oldest first; ``closed``: lots, or parts of them, that
    a sale or transfer ended, the newest first. Money in the asset's currency and (``_base``) in the portfolio's.
    """

    instrument: Instrument
    as_of: dt.date
    opened: list[dict[str, Any]]
    closed: list[dict[str, Any]]


def lots_of(*, portfolio: Portfolio, instrument_id: int, as_of: dt.date | None = None) -> Lots:
    """At the end of the last session, or the last on or before ``as_of``, by the transactions of now.
    PortfolioNotFound for an asset that the books do not have by then, PortfolioError without a value.
    """
    sessions = sessions_read(portfolio.pk, as_of or dt.date.max)
    if not len(sessions):
        raise PortfolioError("date: the portfolio has no value yet")
    begun = start_after(portfolio, None, sessions[-1].item())
    if instrument_id not in begun.book.instruments:
        raise PortfolioNotFound(f"nothing of asset #{instrument_id} in this portfolio")
    run = run_of(begun.book, begun.state, begun.market)
    place = begun.book.instruments.index(instrument_id)
    rate_place = int(begun.market.currency_of[place])
    closings = run.positions.closings
    names = closings.dtype.names or ()
    closed = [dict(zip(names, row, strict=True)) for row in closings[closings["asset"] == place].tolist()]
    holding = run.final.holdings.get(place)
    return Lots(
        begun.columns.instruments[place], sessions[-1].item(),
        [_opened(lot, run.final, place, rate_place) for lot in (holding.lots if holding else ())],
        [row | {"kind": Kind(row["kind"]).name} for row in reversed(closed)],
    )  # fmt: skip


def _opened(lot: Lot, state: State, place: int, rate_place: int) -> dict[str, Any]:
    price, rate = float(state.price[place]), float(state.rate[rate_place])
    value = lot.quantity * price
    return {
        "id": lot.id, "opened": EPOCH + dt.timedelta(days=lot.day), "quantity": lot.quantity,
        "cost_each": lot.cost.local / lot.quantity, "cost": lot.cost.local, "cost_base": lot.cost.base,
        "value": value, "value_base": value * rate, "gain": value - lot.cost.local,
        "gain_base": value * rate - lot.cost.base,
    }  # fmt: skip
