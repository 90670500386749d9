"""One answer of a source: its bytes kept, taken apart, and everything in it stored. Files and the network end here."""

import time
from collections.abc import Sequence

from django.db import transaction

from etfs.models import CollectItem, Payload
from etfs.services.compositions import Importer, composition_store
from etfs.services.funds import FundError, funds_upsert
from etfs.services.stats import stats_upsert
from etfs.sources.base import Ask, DayStat, EtfSource, FundFacts, Parsed, Raw, SourceProblem
from etfs.store.payloads import payload_keep
from market.sources.base import BadRow

Outcome = CollectItem.Outcome
SHOWN = 3


def answer_store(*, source: EtfSource, raw: Raw, ask: Ask, importer: Importer) -> list[CollectItem]:
    """Store what is in ``raw``; an item (not saved) for each composition, for its funds and for its days.

    The bytes are kept whatever becomes of them. Compositions are stored one by one, funds all or none, days all or
    none.
    """
    began = time.perf_counter()
    payload = payload_keep(
        source=source.name, kind=ask.kind.value, region=ask.region.code, name=raw.name, content=raw.content,
        ticker=ask.ticker, date=ask.date,
    )  # fmt: skip
    try:
        parsed = source.parse(raw, ask)
    except SourceProblem as problem:
        items = [failed_item(raw.name, ask.ticker, problem.error_type, str(problem), payload)]
    else:
        items = _parsed_store(source, parsed, importer, payload)
        if not items:
            items = [failed_item(raw.name, ask.ticker, "empty", f"{raw.name}: nothing in it", payload)]
    spent = (time.perf_counter() - began) / len(items)
    for item in items:
        item.seconds = spent
    return items


def failed_item(name: str, ticker: str, error_type: str, message: str, payload: Payload | None = None) -> CollectItem:
    """An answer that never came, or that nobody can read."""
    return CollectItem(
        payload=payload, name=name[:255], ticker=ticker, outcome=Outcome.FAILED, error_type=error_type, message=message
    )


def _parsed_store(source: EtfSource, parsed: Parsed, importer: Importer, payload: Payload) -> list[CollectItem]:
    items = []
    if parsed.bad_rows:
        items.append(_unreadable(parsed.bad_rows, payload))
    if parsed.funds:
        items.append(_funds_store(source, parsed.funds, importer, payload))
    for found in parsed.compositions:
        items.append(composition_store(importer, found, payload))
    if parsed.stats:
        items.append(_stats_store(source, parsed.stats, importer, payload))
    return items


def _unreadable(rows: Sequence[BadRow], payload: Payload) -> CollectItem:
    shown = "; ".join(f"row {row.row_number}, {row.column}: {row.message}" for row in rows[:SHOWN])
    item = CollectItem(
        payload=payload, name=payload.name, outcome=Outcome.REFUSED, error_type="refused", rows=len(rows)
    )
    item.message = f"{len(rows)} rows cannot be read: {shown}"
    item.bad_rows = [
        {"row": row.row_number, "column": row.column, "reason": row.reason, "message": row.message} for row in rows
    ]
    return item


def _funds_store(source: EtfSource, funds: Sequence[FundFacts], importer: Importer, payload: Payload) -> CollectItem:
    item = CollectItem(
        payload=payload, name=payload.name, ticker=_only([fund.ticker for fund in funds]), rows=len(funds)
    )
    try:
        created, changed = funds_upsert(region=importer.region, source=source.name, funds=funds)
    except FundError as error:
        item.outcome, item.error_type, item.message = Outcome.REFUSED, "refused", str(error)
        return item
    item.outcome = Outcome.STORED if created or changed else Outcome.UNCHANGED
    item.message = f"{len(funds):,} funds: {created:,} new, {changed:,} changed"
    return item


def _stats_store(source: EtfSource, stats: Sequence[DayStat], importer: Importer, payload: Payload) -> CollectItem:
    item = CollectItem(payload=payload, name=payload.name, ticker=_only([row.ticker for row in stats]), rows=len(stats))
    item.as_of_date = max(row.date for row in stats)
    if item.as_of_date > importer.region.today():
        item.outcome, item.error_type = Outcome.REFUSED, "refused"
        item.message = f"a day in the future: {item.as_of_date} (today is {importer.region.today()})"
        return item
    try:
        with transaction.atomic():
            changed = stats_upsert(region=importer.region, source=source.name, stats=stats)
    except FundError as error:
        item.outcome, item.error_type, item.message = Outcome.REFUSED, "refused", str(error)
        return item
    item.outcome = Outcome.STORED if changed else Outcome.UNCHANGED
    item.message = f"{len(stats):,} days, {changed:,} new or changed"
    return item


def _only(tickers: Sequence[str]) -> str:
    """The fund, where all rows are of one."""
    found = set(tickers)
    return found.pop() if len(found) == 1 else ""
