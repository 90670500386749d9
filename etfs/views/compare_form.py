"""Which funds are compared, with what weights, as of which day: read from the address."""

import datetime as dt
import math
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from etfs.models import ETF
from etfs.services import Ambiguous, EtfError, NotFound, etfs_get
from etfs.services.given import different_check

MOST = 10


@dataclass(frozen=True)
class Compared:
    """``funds`` with a weight each; ``error``: why there are none, or why their weights are even."""

    funds: list[ETF]
    weights: list[float]
    error: str = ""

    @property
    def symbols(self) -> list[str]:
        return [str(fund.instrument) for fund in self.funds]


def compared(query: QueryDict) -> Compared:
    """Of ``?funds=KR:069500,US:SPY&weights=60,40``; both may be said several times instead."""
    symbols = _words(query, "funds")
    if not symbols:
        return Compared([], [])
    try:
        funds = etfs_get(symbols)
        different_check("funds", [str(fund.instrument) for fund in funds], 1, MOST)
    except (NotFound, Ambiguous, EtfError) as error:
        return Compared([], [], str(error))
    even = [round(100 / len(funds), 2)] * len(funds)
    words = _words(query, "weights")
    if len(words) != len(funds):  # a fund was added or taken away
        return Compared(funds, even)
    weights = [_number(word) for word in words]
    if not all(0 <= weight <= 1e9 for weight in weights) or not sum(weights) > 0:
        return Compared(funds, even, gettext("Weights: numbers from 0 on, not all of them 0. The mix is even."))
    return Compared(funds, weights)


def _words(query: QueryDict, name: str) -> list[str]:
    return [word.strip() for text in query.getlist(name) for word in text.split(",") if word.strip()]


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan


def others_of(found: Compared, as_of: dt.date | None) -> list[dict[str, str]]:
    """Each fund with the address of the comparison without it."""
    day = f"&as_of={as_of}" if as_of else ""
    return [
        {"symbol": symbol, "without": "?funds=" + ",".join(one for one in found.symbols if one != symbol) + day}
        for symbol in found.symbols
    ]
