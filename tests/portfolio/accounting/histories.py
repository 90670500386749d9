"""Made-up histories that can have happened, for hypothesis."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from portfolio.calc.accounting import Kind, Market, Row
from tests.portfolio.accounting.books import sessions

SESSIONS, ASSETS, CURRENCIES = 14, 3, 2
NAN = float("nan")
CHOICES = [Kind.BUY, Kind.BUY, Kind.SELL, Kind.SELL, Kind.SPLIT, Kind.DIVIDEND, Kind.FEE, Kind.TAX, Kind.DEPOSIT,
           Kind.WITHDRAWAL, "in", "out", "exchange"]  # fmt: skip
ORDER = ["in", Kind.DEPOSIT, Kind.WITHDRAWAL, "exchange", Kind.DIVIDEND, Kind.FEE, Kind.TAX, Kind.BUY, Kind.SELL, "out"]


@dataclass
class History:
    rows: list[Row]
    market: Market


def some_market(seed: int, *, currencies: int = CURRENCIES) -> Market:
    """Prices and rates with gaps (none on the first session)."""
    rng = np.random.default_rng(seed)
    close = np.round(rng.uniform(5, 50, ASSETS) * np.exp(np.cumsum(rng.normal(0, 0.03, (SESSIONS, ASSETS)), axis=0)), 2)
    close[1:][rng.random((SESSIONS - 1, ASSETS)) < 0.2] = NAN
    rates = np.round(1.2 * np.exp(np.cumsum(rng.normal(0, 0.01, (SESSIONS, currencies)), axis=0)), 4)
    rates[2::4] = NAN
    names = ("EUR", "USD")[:currencies]
    return Market(
        np.array(sessions(SESSIONS), "datetime64[D]"), ("A", "B", "C"), close,
        np.arange(ASSETS) % currencies, names, rates, 0,
    )  # fmt: skip


@st.composite
def histories(draw, *, currencies: int = CURRENCIES, out: bool = True, length: int = 30) -> History:
    """Enough cash from the start; never more shares sold than there are, by day, whatever the order within it."""
    market = some_market(draw(st.integers(0, 1000)), currencies=currencies)
    kinds = [kind for kind in CHOICES if (out or kind != "out") and (currencies > 1 or kind != "exchange")]
    wanted = draw(st.lists(
        st.tuples(st.integers(0, 18), st.sampled_from(kinds), st.integers(0, ASSETS - 1), st.integers(1, 40),
                  st.integers(0, currencies - 1)), min_size=1, max_size=length,
    ))  # fmt: skip
    start = market.dates[0]
    rows = [Row(Kind.DEPOSIT, start, amount=100_000, currency=currency) for currency in range(currencies)]
    held = [0.0] * ASSETS
    # Splits come first on a day and transfers out last, so that what is held is known when each is made up.
    wanted.sort(key=lambda one: (one[0], one[1] != Kind.SPLIT, ORDER.index(one[1]) if one[1] in ORDER else -1))
    for offset, kind, asset, size, currency in wanted:
        rows += _rows(kind, start + offset, asset, size, currency, held=held)
    return History([row._replace(sequence=number, id=number) for number, row in enumerate(rows)], market)


def _rows(kind, date, asset: int, size: int, currency: int, *, held: list[float]) -> list[Row]:
    about = {"date": date, "currency": currency}
    if kind == Kind.BUY:
        held[asset] += size / 4
        return [Row(Kind.BUY, asset=asset, quantity=size / 4, price=10 + size / 8, fee=0.5, **about)]
    if kind == "in":
        held[asset] += size
        return [Row(Kind.TRANSFER, asset=asset, quantity=size, price=8, fee=0.25, **about)]
    if kind == Kind.SPLIT:
        ratio = [2, 0.5, 3, 1.5][size % 4]
        held[asset] *= ratio
        return [Row(Kind.SPLIT, asset=asset, quantity=ratio, **about)]
    if kind in (Kind.SELL, "out"):
        gone = held[asset] * [0.25, 0.5, 1][size % 3]
        held[asset] -= gone
        if not gone:
            return []
        if kind == "out":
            return [Row(Kind.TRANSFER, asset=asset, quantity=-gone, **about)]
        return [Row(Kind.SELL, asset=asset, quantity=gone, price=12 + size / 8, fee=0.5, tax=0.25, **about)]
    if kind == "exchange":
        return [Row(Kind.TRANSFER, date, amount=-size, currency=0), Row(Kind.TRANSFER, date, amount=size, currency=1)]
    if kind in (Kind.DEPOSIT, Kind.WITHDRAWAL):
        return [Row(kind, amount=size * 100, fee=0.5, **about)]
    owner = asset if size % 2 else -1
    return [Row(kind, asset=owner, amount=size, tax=0.5 if kind == Kind.DIVIDEND else None, **about)]
