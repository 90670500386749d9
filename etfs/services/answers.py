"""One answer of a source: its bytes kept, taken apart, and everything in it stored. Files and the network end here."""

import datetime as dt
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from etfs.models import CollectItem, Payload
from etfs.services.compositions import Importer, composition_store
from etfs.services.funds import FundError, funds_upsert
from etfs.services.stats import stats_upsert
from etfs.sources.base import Ask, DayStat, EtfSource, FundFacts, Kind, Parsed, Raw, SourceProblem
from etfs.store.payloads import payload_keep
from market.sources.base import BadRow
from market.texts import counted

logger = logging.getLogger(__name__)
Outcome = CollectItem.Outcome
SHOWN = 3
SHOWN_LENGTH = 300  # characters of what a bug says


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
    items: list[CollectItem] = []
    with failure_kept(items, raw.name, ask.ticker, payload=payload):
        _parsed_store(source, source.parse(raw, ask), importer, payload, items)
        if not items:
            raise SourceProblem(f"{raw.name}: nothing in it", "empty")
    spent = (time.perf_counter() - began) / len(items)
    for item in items:
        item.seconds = spent
    return items


@contextmanager
def failure_kept(
    items: list[CollectItem], name: str, ticker: str, *, day: dt.date | None = None, payload: Payload | None = None
) -> Iterator[None]:
    """What is raised inside becomes an item of ``items``: one answer that fails must not lose the others of a run.

    That holds for bugs too, of whatever kind: they are ``internal``, named by their type, and logged with traceback.
    """
    try:
        yield
    except SourceProblem as problem:
        items.append(failed_item(name, ticker, problem.error_type, str(problem), payload))
    except Exception as error:  # the only place: a bug met by one fund must not end the night's run
        if not connection.is_usable():  # the database is gone or the transaction lost: no other answer can be stored
            raise
        logger.exception("%s %s: a bug, the run goes on", name, ticker)
        said = (str(error).splitlines() or [""])[0][:SHOWN_LENGTH]
        items.append(failed_item(name, ticker, "internal", f"{type(error).__name__}: {said}", payload))
    else:
        return
    items[-1].as_of_date = day


def failed_item(name: str, ticker: str, error_type: str, message: str, payload: Payload | None = None) -> CollectItem:
    """An answer that never came, or that nobody can read. It has a name of its own: the message does not repeat it."""
    message = message.replace(f"{name}: ", "") if name else message
    return CollectItem(
        payload=payload, name=name[:255], ticker=ticker, outcome=Outcome.FAILED, error_type=error_type, message=message
    )


def _parsed_store(
    source: EtfSource, parsed: Parsed, importer: Importer, payload: Payload, items: list[CollectItem]
) -> None:
    if parsed.bad_rows:
        items.append(_unreadable(parsed.bad_rows, payload))
    if parsed.funds:
        items.append(_funds_store(source, parsed.funds, importer, payload))
        items[-1].kind = Kind.FUNDS.value
    for number, found in enumerate(parsed.compositions, 1):
        with failure_kept(items, payload.name, found.fund, day=found.as_of_date, payload=payload):
            items.append(composition_store(importer, found, payload))
        items[-1].kind = Kind.HOLDINGS.value
        if len(parsed.compositions) > 1:
            importer.progress(f"{payload.name} {found.fund} {found.as_of_date}", number, len(parsed.compositions))
    if parsed.stats:
        items.append(_stats_store(source, parsed.stats, importer, payload))
        items[-1].kind = Kind.STATS.value


def _unreadable(rows: Sequence[BadRow], payload: Payload) -> CollectItem:
    shown = "; ".join(row.told for row in rows[:SHOWN])
    item = CollectItem(
        payload=payload, name=payload.name, outcome=Outcome.REFUSED, error_type="refused", rows=len(rows)
    )
    item.message = f"{counted(len(rows), 'row')} cannot be read: {shown}"
    item.bad_rows = [
        {"row": row.row_number, "column": row.column, "reason": row.reason, "message": row.message}
        for row in rows[: settings.ETF_KEPT_BAD_ROWS]
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
    item.message = f"{counted(len(funds), 'fund')}: {created:,} new, {changed:,} changed"
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
    item.message = f"{counted(len(stats), 'day')}, {changed:,} new or changed"
    return item


def _only(tickers: Sequence[str]) -> str:
    """The fund, where all rows are of one."""
    found = set(tickers)
    return found.pop() if len(found) == 1 else ""
