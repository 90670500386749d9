"""Small markets and histories for these tests."""

import numpy as np

from portfolio.calc.accounting import Market, Row, Transactions, Valuation, valuation

NAN = float("nan")


def market(closes: dict[str, list[float]], dates: list[str], *, currency_of=None, rates=None, base=0) -> Market:
    """``closes`` by asset; ``rates`` by currency, the base currency's left out: USD alone by default."""
    currencies = ("USD", *(rates or {}))
    columns = [[1.0] * len(dates), *(rates or {}).values()]
    return Market(
        dates=np.array(dates, "datetime64[D]"), assets=tuple(closes),
        close=np.array(list(closes.values()), float).reshape(len(closes), len(dates)).T,
        currency_of=np.array(currency_of or [0] * len(closes), dtype=int), currencies=currencies,
        rates=np.array(columns, float).T, base=base,
    )  # fmt: skip


def sessions(count: int) -> list[str]:
    """Weekdays from Monday, 1 January 2024."""
    return [str(day) for day in np.busday_offset("2024-01-01", np.arange(count))]


def value(rows: list[Row], of: Market, **kwargs) -> Valuation:
    return valuation(Transactions.of(rows), of, **kwargs)
