"""What is known of a fund at a glance: facts, newest composition. For pages and commands."""

import datetime as dt
from typing import Any

from etfs.models import ETF, Snapshot
from etfs.services.compositions_read import CompositionView, composition_get
from etfs.services.errors import Ambiguous, NotFound
from etfs.services.lookup import day_or_today, etf_get

_LEFT_OUT = ("instrument", "region", "created_at", "updated_at")


def fund_facts(*, fund: ETF) -> dict[str, Any]:
    """A fund's columns by name, with symbol, name and currency of its instrument."""
    names = [field.name for field in fund._meta.concrete_fields if field.name not in _LEFT_OUT]
    what = {"symbol": str(fund.instrument), "name": fund.instrument.name, "currency": fund.instrument.currency}
    return what | {name: getattr(fund, name) for name in names}


def newest_or_none(*, fund: ETF, as_of: dt.date | None = None, limit: int | None = None) -> CompositionView | None:
    """``composition_get``, or None for a fund of which no composition is known by then."""
    try:
        return composition_get(fund=fund, as_of=as_of, limit=limit)
    except NotFound:
        return None


def newest_day(*, symbol: str) -> dt.date | None:
    """The day of a fund's newest served composition; None for no fund, several or one without."""
    try:
        snapshot = Snapshot.objects.latest_of(etf_get(symbol).pk, day_or_today(None))
    except (NotFound, Ambiguous):
        return None
    return snapshot.as_of_date if snapshot else None
