"""Transactions as people write them, before they are booked."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from market.models import Instrument
from market.regions import REGIONS
from portfolio.calc.accounting import Problem
from portfolio.models import Transaction
from portfolio.services.assets import assets_get
from portfolio.services.reading import (
    EARLIEST,
    currency_read,
    day_read,
    kind_read,
    line_read,
    number_read,
    whole_read,
)

LARGEST_RATIO = Decimal(1_000_000)
NOTE = 200  # characters
FIELDS = (
    "date", "kind", "asset", "quantity", "price", "amount", "fee", "tax", "currency", "sequence", "note",
)  # fmt: skip
_READ: dict[str, Callable[[Any], Any]] = {
    "date": day_read, "kind": kind_read, **dict.fromkeys(("quantity", "price", "amount", "fee", "tax"), number_read),
    "currency": currency_read, "sequence": whole_read, "note": lambda value: line_read(value, NOTE),
}  # fmt: skip


def drafts_read(rows: Sequence[Mapping[str, Any]], *, base_currency: str) -> tuple[list[Transaction], list[Problem]]:
    """A Transaction of each row, not stored and without its portfolio; and what cannot be read, by place of the row.

    A blank currency is the asset's, else ``base_currency``. What a kind needs is told by ``book_check``.
    """
    symbols = {str(row["asset"]) for row in rows if _is_given(row.get("asset"))}
    assets = assets_get(symbols=symbols)
    problems: list[Problem] = []
    drafts = [_draft(place, row, assets, base_currency, problems) for place, row in enumerate(rows)]
    return drafts, problems


def _is_given(value: Any) -> bool:
    return value is not None and bool(str(value).strip())


def _draft(
    place: int, row: Mapping[str, Any], assets: Mapping[str, Instrument | str], base: str, problems: list[Problem]
) -> Transaction:
    found: dict[str, Any] = {}
    for field, read in _READ.items():
        try:
            found[field] = read(row.get(field))
        except ValueError as error:
            problems.append(Problem(place, field, str(error)))
    problems += [
        Problem(place, str(name)[:NOTE], f"unknown field; known are {', '.join(FIELDS)}")
        for name in row if name not in FIELDS
    ]  # fmt: skip
    asset = assets[str(row["asset"])] if _is_given(row.get("asset")) else None
    if isinstance(asset, str):
        problems.append(Problem(place, "asset", asset))
        asset = None
    for field in ("fee", "tax"):
        found[field] = found.get(field) or 0
    draft = Transaction(instrument=asset, **found)
    draft.currency = found.get("currency") or (asset.currency if asset else base)
    if "date" in found:
        problems += [Problem(place, field, reason) for field, reason in odd_fields(draft)]
    return draft


def odd_fields(draft: Transaction) -> Iterator[tuple[str, str]]:
    """(field, reason) of what no transaction can be, whichever door it comes through."""
    reason = future_reason(draft)
    if reason:
        yield "date", reason
    if draft.date < EARLIEST:
        yield "date", f"{draft.date} is before {EARLIEST}"
    if draft.instrument is not None and draft.instrument.asset_type == Instrument.AssetType.INDEX:
        yield "asset", f"{draft.instrument} is an index, which nobody can hold"
    ratio = draft.quantity
    if draft.kind == Transaction.Kind.SPLIT and ratio and not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
        yield "quantity", f"a split ratio is from {1 / LARGEST_RATIO:f} to {LARGEST_RATIO:f}"


def future_reason(draft: Transaction) -> str:
    """Why its date has not come yet, '' where it has: today is the asset's exchange's, else that of the region whose
    currency it is in.
    """
    today = today_of(draft.instrument, draft.currency)
    return f"{draft.date} is in the future: today is {today}" if draft.date > today else ""


def today_of(asset: Instrument | None, currency: str) -> dt.date:
    """The day there; UTC for a currency of no region."""
    code = asset.region if asset else next((one.code for one in REGIONS.values() if one.currency == currency), "")
    return REGIONS[code].today() if code else timezone.now().astimezone(dt.UTC).date()
