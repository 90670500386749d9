"""Asking sources over the network: which funds are due, every answer kept, failures told apart."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task, schedule

from etfs.models import ETF, CollectItem, CollectRun, Tier
from etfs.services.answers import answer_store, failure_kept
from etfs.services.collect_config import config_read
from etfs.services.compositions import Importer
from etfs.services.errors import EtfError
from etfs.services.fetching import Answer, answers_fetch
from etfs.services.runs import OnItem, region_get_or_error, run_carry_out, tickers_clean
from etfs.services.won import krw_per, large_krw
from etfs.sources.base import Ask, Kind, NetworkSource
from etfs.sources.registry import source_get, source_names
from etfs.store.locks import SourceBusy, collect_lock
from factors.models import JobState
from factors.services.jobs import carried_out
from factors.services.progress import Progress, silent
from factors.store import RunInProgress
from market.regions import REGIONS

AGAIN_AFTER = dt.timedelta(minutes=1)  # a queued collection whose source is busy
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
    wanted = tickers_clean("symbols", symbols)
    return CollectRun.objects.create(source=name, kind=kind, region=place.code, tickers=wanted, force=force)


def collect_enqueue(**asked: Any) -> CollectRun:
    """Create a collection and hand it to the background workers; arguments and errors as ``collect_create``."""
    with transaction.atomic():
        run = collect_create(**asked)
        async_task("etfs.tasks.run_collect", run.pk, task_name=f"collect {run.source} {run.region} #{run.pk}")
    return run


def collect_execute(*, run_id: int, progress: Progress = silent, on_item: OnItem | None = None) -> CollectRun:
    """Carry out a queued collection: the row says how it went, its items what became of each fund.

    A fund that cannot be had keeps its last good data. ``NotQueued`` when it has been carried out already;
    ``RunInProgress``, and the run is cancelled, while another one asks the source, for whatever region and kind.
    """
    run = CollectRun.objects.get(pk=run_id)
    try:
        with collect_lock(run), carried_out(run):
            _execute(run, progress, on_item)
    except RunInProgress as error:
        waiting = CollectRun.objects.filter(pk=run.pk, state=JobState.QUEUED)
        waiting.update(state=JobState.CANCELLED, message=str(error), finished_at=timezone.now())
        raise
    return run


def collect_execute_queued(*, run_id: int) -> CollectRun:
    """As ``collect_execute``, for the background workers: while another collection asks the source the run stays
    queued, and is taken up again in a minute."""
    run = CollectRun.objects.get(pk=run_id)
    try:
        with collect_lock(run), carried_out(run):
            _execute(run, silent, None)
    except SourceBusy:
        schedule(
            "etfs.tasks.run_collect", run.pk, name=f"collect {run.source} {run.region} #{run.pk}",
            schedule_type=Schedule.ONCE, repeats=-1, next_run=timezone.now() + AGAIN_AFTER,
        )  # fmt: skip
    return run


def _execute(run: CollectRun, progress: Progress, on_item: OnItem | None) -> None:
    config, region = config_read(run.region), region_get_or_error(run.region)
    source = network_source_get(run.source, run.kind)
    tickers = run.tickers or config.etf_symbols or _all_funds(run.region)
    asked = Kind(run.kind)
    if not run.force and not run.tickers:
        tickers = due_of(source=source, region=run.region, tickers=tickers, kind=asked)
    reached = set(run.items.filter(outcome__in=_REACHED).values_list("ticker", flat=True))
    tickers = [ticker for ticker in tickers if ticker not in reached]  # of an attempt before, whose process ended
    importer = Importer(region, source.name, run.force, config.max_holdings)
    asks = [Ask(asked, region, ticker) for ticker in tickers]
    with closing(answers_fetch(source, asks, config.max_workers)) as answers:
        run_carry_out(run, _stored(source, answers, importer), len(asks), progress, on_item)


def collect_cancel(*, run_id: int) -> bool:
    """Stop a collection that waits or works (after its present answer; what is stored stays); False when there is
    nothing to stop."""
    going = CollectRun.objects.filter(pk=run_id, state__in=[JobState.QUEUED, JobState.RUNNING])
    return bool(going.update(state=JobState.CANCELLED, finished_at=timezone.now(), message="cancelled"))


def collect_due() -> list[int]:
    """Queue a collection for every region the configuration names a source for; the runs.

    What is wrong with one region stops no other; EtfError says so in the end.
    """
    runs: list[int] = []
    wrong: dict[str, list[str]] = {}
    for code in REGIONS:
        try:
            if _is_configured(code):
                runs.append(collect_enqueue(region=code).pk)
        except EtfError as error:
            wrong.setdefault(str(error), []).append(code)
    if wrong:
        told = "; ".join(f"{', '.join(codes)}: {why}" for why, codes in wrong.items())
        raise EtfError(f"{told} (other collections queued: {len(runs)})")
    return runs


def _is_configured(region: str) -> bool:
    """A source that is named for all regions means those it serves."""
    config = config_read(region)
    if not config.source or not config.is_for_all:
        return bool(config.source)
    return _serves(network_source_get(config.source, Kind.HOLDINGS), region)


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


def due_of(*, source: NetworkSource, region: str, tickers: Sequence[str], kind: Kind = Kind.HOLDINGS) -> list[str]:
    """Those of ``tickers`` whose last answer is older than their tier allows; funds nobody knows yet are due."""
    reached = CollectItem.objects.filter(
        run__source=source.name, run__region=region, run__kind=kind.value, outcome__in=_REACHED
    )
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
    won = float(fund.total_assets or 0) * krw_per(fund.instrument.currency)
    return Tier.DAILY if won >= large_krw(fund.region) else Tier.WEEKLY


def _serves(source: Any, region: str) -> bool:
    return not source.regions or region in source.regions


def _all_funds(region: str) -> list[str]:
    return list(ETF.objects.listed_in(region).values_list("instrument__ticker", flat=True))


def _stored(source: NetworkSource, answers: Iterator[Answer], importer: Importer) -> Iterator[list[CollectItem]]:
    for answer in answers:
        ask = answer.ask
        items: list[CollectItem] = []
        with failure_kept(items, f"{source.name} {ask.ticker}", ask.ticker):
            items += answer_store(source=source, raw=answer.raw(), ask=ask, importer=importer)
        for item in items:
            item.ticker = item.ticker or ask.ticker
        yield items
