"""Funds and their compositions in a few lines, stored as collectors store them.

held = fund("KR", "069500", assets=5e12)
composition(held, "2024-06-28", {"005930": 60, "000660": 39, "cash": 1})
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from etfs.models import ETF, CollectItem, ETFDailyStat, Payload, Snapshot
from etfs.services.compositions import Importer, composition_store
from etfs.sources.base import Composition, Line, LineKind
from market.models import Instrument
from market.regions import region_get

CASH = "cash"
Weight = float | int | str | Decimal | None


def stock(region: str, ticker: str, **facts: Any) -> Instrument:
    """A listed stock, the one there is or a new one."""
    defaults = {"name": f"Stock {ticker}", "currency": region_get(region).currency} | facts
    return Instrument.objects.get_or_create(region=region, ticker=ticker, defaults=defaults)[0]


def fund(region: str, ticker: str, *, assets: Weight = None, name: str = "", **facts: Any) -> ETF:
    """A fund with its instrument; ``facts`` are columns of ETF (``category``, ``is_inverse`` ...)."""
    instrument = Instrument.objects.create(
        region=region, ticker=ticker, name=name or f"Fund {ticker}", currency=region_get(region).currency,
        asset_type=Instrument.AssetType.ETF,
    )  # fmt: skip
    return ETF.objects.create(instrument=instrument, region=region, total_assets=_number(assets), **facts)


def line(ticker: str, weight: Weight, row_number: int = 1, **facts: Any) -> Line:
    """A line of a composition: a stock, or cash where the ticker is ``cash``; ``facts`` are fields of Line."""
    numbers = {key: _number(facts.pop(key)) for key in ("shares", "market_value") if key in facts}
    if ticker == CASH:
        facts = {"kind": LineKind.CASH, "name": "Cash"} | facts
        return Line(row_number=row_number, weight=_number(weight), **numbers, **facts)
    facts = {"kind": LineKind.STOCK, "ticker": ticker, "name": f"Stock {ticker}"} | facts
    return Line(row_number=row_number, weight=_number(weight), **numbers, **facts)


def composition(
    of: ETF, day: dt.date | str, lines: Mapping[str, Weight] | Sequence[Line], *, source: str = "csv",
    payload: Payload | None = None, expected_lines: int | None = None, currency: str = "", force: bool = False,
    known: bool = True,
) -> Snapshot:  # fmt: skip
    """Store a composition through ``composition_store``; its snapshot. ValueError says why it was not stored.

    ``lines``: ticker -> percent (``cash`` is cash), or lines made with ``line``. ``known``: its stocks are made
    instruments of the fund's region, so that they resolve.
    """
    wanted = list(lines) if not isinstance(lines, Mapping) else [
        line(ticker, weight, number) for number, (ticker, weight) in enumerate(lines.items(), 1)
    ]  # fmt: skip
    if known:
        for one in wanted:
            if one.kind == LineKind.STOCK and one.ticker:
                stock(one.listing or of.region, one.ticker)
    found = Composition(
        fund=of.instrument.ticker, as_of_date=_day(day), lines=tuple(wanted),
        currency=currency or of.instrument.currency, expected_lines=expected_lines,
    )  # fmt: skip
    item = composition_store(Importer(region_get(of.region), source, force), found, payload)
    if item.outcome not in (CollectItem.Outcome.STORED, CollectItem.Outcome.FLAGGED):
        raise ValueError(f"{item.outcome}: {item.message}")
    return Snapshot.objects.get(etf=of, as_of_date=found.as_of_date)


def daily(of: ETF, day: dt.date | str, **figures: Weight) -> ETFDailyStat:
    """A day of a fund as it is (flows are not worked out): nav, total_assets, shares_outstanding, net_flow ..."""
    flow = figures.pop("net_flow", None)
    numbers = {name: _number(value) for name, value in figures.items()}
    return ETFDailyStat.objects.create(
        etf=of, date=_day(day), net_flow=None if flow is None else float(flow), source="csv", **numbers
    )


def _number(value: Weight) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(day: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(day) if isinstance(day, str) else day
