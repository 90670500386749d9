"""Asking sources over the network: which funds are due, several at once, every answer kept, failures told apart."""

import datetime as dt
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import transaction
from django_q.tasks import async_task

from etfs.models import ETF, CollectItem, CollectRun, Tier
from etfs.services.answers import answer_store, failed_item
from etfs.services.collect_config import CollectConfig, config_read, configured_regions
from etfs.services.compositions import Importer
from etfs.services.runs import EtfError, OnItem, region_get_or_error, run_carry_out
from etfs.sources.base import Ask, Kind, NetworkSource, Raw, SourceProblem
from etfs.sources.http import Client
from etfs.sources.registry import source_get, source_names
from factors.services.jobs import carried_out
from factors.services.progress import Progress, silent

AHEAD = 2  # answers per worker that may wait to be stored
DAYS = {Tier.DAILY: 1, Tier.WEEKLY: 7, Tier.QUARTERLY: 91}
_REACHED = (
    CollectItem.Outcome.STORED, CollectItem.Outcome.UNCHANGED, CollectItem.Outcome.KEPT, CollectItem.Outcome.FLAGGED,
)  # fmt: skip


def collect_create(
    *, region: str, source: str = "", symbols: Sequence[str] = (), kind: str = Kind.HOLDINGS, force: bool = False
) -> CollectRun:
    """A queued collection of one source and region; EtfError, which names field and reason, for what cannot be asked.

    ``source`` '': the one the configuration names for the region. ``symbols`` empty: those of the configuration, else
    every fund of the region; of them those that are due (``force``: all).
    """
    place = region_get_or_error(region)
    config = config_read(place.code)
    name = source or config.source
    if not name:
        known = [one for one in source_names(base=NetworkSource) if _serves(source_get(one), place.code)]
        raise EtfError(f"source: the configuration names none for {place.code}; use one of {', '.join(known)}")
    found = network_source_get(name, kind)
    if not _serves(found, place.code):
        raise EtfError(f"source: {name} is for {', '.join(found.regions)}, not {place.code}")
    wanted = [word.strip().upper() for word in symbols if word.strip()]
    return CollectRun.objects.create(source=name, kind=kind, region=place.code, tickers=wanted, force=force)


def collect_enqueue(**asked: Any) -> CollectRun:
    """Create a collection and hand it to the background workers; arguments and errors as ``collect_create``."""
    with transaction.atomic():
        run = collect_create(**asked)
        async_task("etfs.tasks.run_collect", run.pk, task_name=f"collect {run.source} {run.region} #{run.pk}")
    return run


def collect_execute(*, run_id: int, progress: Progress = silent, on_item: OnItem | None = None) -> CollectRun:
    """Carry out a queued collection: the row says how it went, its items what became of each fund.

    A fund that cannot be had keeps its last good data. ``NotQueued`` when it has been carried out already.
    """
    run = CollectRun.objects.get(pk=run_id)
    with carried_out(run):
        config = config_read(run.region)
        region = region_get_or_error(run.region)
        source = network_source_get(run.source, run.kind)
        tickers = run.tickers or config.etf_symbols or _all_funds(run.region)
        due = tickers if run.force or run.tickers else due_of(source=source, region=run.region, tickers=tickers)
        importer = Importer(region, source.name, run.force, config.max_holdings)
        asks = [Ask(Kind(run.kind), region, ticker) for ticker in due]
        run_carry_out(run, _answers(source, asks, importer, config), len(asks), progress, on_item)
    return run


def collect_due() -> list[int]:
    """Queue a collection for every region the configuration names a source for; the runs."""
    return [collect_enqueue(region=code).pk for code in configured_regions()]


def network_source_get(name: str, kind: str) -> NetworkSource:
    """The network source of that name; EtfError names those there are."""
    try:
        found = source_get(name, Kind(kind))
    except ValueError as error:
        raise EtfError(f"source: {error}") from error
    if not isinstance(found, NetworkSource):
        names = ", ".join(source_names(base=NetworkSource))
        raise EtfError(f"source: {name} reads files (load_etfs); sources of the network are {names}")
    return found


def due_of(*, source: NetworkSource, region: str, tickers: Sequence[str]) -> list[str]:
    """Those of ``tickers`` whose last answer is older than their tier allows; funds nobody knows yet are due."""
    reached = CollectItem.objects.filter(run__source=source.name, run__region=region, outcome__in=_REACHED)
    reached = reached.filter(ticker__in=tickers).order_by("ticker", "-created_at").distinct("ticker")
    last = dict(reached.values_list("ticker", "created_at"))
    funds = {fund.instrument.ticker: fund for fund in ETF.objects.filter(region=region).select_related("instrument")}
    now, due = dt.datetime.now(tz=dt.UTC), []
    for ticker in tickers:
        tier = Tier.QUARTERLY if source.is_quarterly else tier_of(funds.get(ticker))
        # An hour's grace: a daily task that begins some minutes early must not skip a day.
        if ticker not in last or now - last[ticker] >= dt.timedelta(days=DAYS[tier], hours=-1):
            due.append(ticker)
    return due


def tier_of(fund: ETF | None) -> Tier:
    """How often a fund is collected: as set by hand, else daily from the threshold of assets on
    (``settings.ETF_LARGE_KRW``)."""
    if fund is None:
        return Tier.DAILY
    if fund.collect_tier != Tier.AUTO:
        return Tier(fund.collect_tier)
    won = float(fund.total_assets or 0) * settings.ETF_KRW_PER.get(fund.instrument.currency, 0.0)
    large = settings.ETF_LARGE_KRW.get(fund.region, settings.ETF_LARGE_KRW["*"])
    return Tier.DAILY if won >= large else Tier.WEEKLY


def _serves(source: Any, region: str) -> bool:
    return not source.regions or region in source.regions


def _all_funds(region: str) -> list[str]:
    return list(ETF.objects.listed_in(region).values_list("instrument__ticker", flat=True))


def _answers(
    source: NetworkSource, asks: Sequence[Ask], importer: Importer, config: CollectConfig
) -> Iterator[list[CollectItem]]:
    """Fetched by several threads, stored by this one in the order asked; few answers wait in memory at a time."""
    clients = threading.local()

    def fetch(ask: Ask) -> Raw:
        if not hasattr(clients, "own"):
            clients.own = Client(source)
        return source.fetch(ask, clients.own)

    waiting: deque[tuple[Ask, Future[Raw]]] = deque()
    left = iter(asks)
    with ThreadPoolExecutor(config.max_workers, thread_name_prefix=f"collect-{source.name}") as pool:
        try:
            while True:
                while len(waiting) < AHEAD * config.max_workers and (ask := next(left, None)) is not None:
                    waiting.append((ask, pool.submit(fetch, ask)))
                if not waiting:
                    return
                yield _stored(source, *waiting.popleft(), importer)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _stored(source: NetworkSource, ask: Ask, answer: Future[Raw], importer: Importer) -> list[CollectItem]:
    name = f"{source.name} {ask.ticker}"
    try:
        items = answer_store(source=source, raw=answer.result(), ask=ask, importer=importer)
    except SourceProblem as problem:
        return [failed_item(name, ask.ticker, problem.error_type, str(problem))]
    for item in items:
        item.ticker = item.ticker or ask.ticker
    return items
