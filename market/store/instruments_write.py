"""Instruments by ticker: looked up in one query, created or updated in bulk."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from market.models import Instrument

DESCRIPTIVE = ("name", "asset_type", "exchange", "currency", "sector", "isin", "company", "listed_on", "delisted_on")


@dataclass(frozen=True)
class NewInstrument:
    """What is known about an instrument a price or report file mentions for the first time."""

    ticker: str
    asset_type: str
    currency: str
    name: str = ""
    exchange: str = ""


def instrument_ids(cursor: CursorWrapper, region: str) -> dict[str, int]:
    """Ticker -> id of every instrument of the region."""
    cursor.execute("SELECT ticker, id FROM market_instrument WHERE region = %s", [region])
    return dict(cursor.fetchall())


def instruments_create(region: str, wanted: Sequence[NewInstrument]) -> dict[str, int]:
    """Insert the instruments (none may exist yet); ticker -> id."""
    rows = [
        Instrument(
            region=region, ticker=new.ticker, asset_type=new.asset_type, currency=new.currency,
            name=new.name[:200], exchange=new.exchange[:32],
        )
        for new in wanted
    ]  # fmt: skip
    return {row.ticker: row.pk for row in Instrument.objects.bulk_create(rows, batch_size=2000)}


def instruments_upsert(region: str, rows: Sequence[Mapping[str, str | dt.date]]) -> tuple[int, int, int]:
    """Insert or update by ticker: (inserted, updated, unchanged).

    Each row holds what the file says of it. ``new_asset_type`` and ``new_currency`` only count for a new instrument.
    """
    known = {item.ticker: item for item in Instrument.objects.in_region(region)}
    new, changed, unchanged = [], [], 0
    for row in rows:
        said = {key: value for key, value in row.items() if not key.startswith("new_")}
        item = known.get(str(row["ticker"]))
        if item is None:
            first = {key.removeprefix("new_"): value for key, value in row.items() if key.startswith("new_")}
            new.append(Instrument(region=region, **(first | said)))
        elif any(getattr(item, key) != value for key, value in said.items()):
            for key, value in said.items():
                setattr(item, key, value)
            item.updated_at = timezone.now()
            changed.append(item)
        else:
            unchanged += 1
    Instrument.objects.bulk_create(new, batch_size=2000)
    Instrument.objects.bulk_update(changed, [*DESCRIPTIVE, "updated_at"], batch_size=2000)
    return len(new), len(changed), unchanged
