"""A fund in a few figures: its price, what it holds in short, the money that came and went."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery

from etfs.models import ETF, ETFDailyStat, Snapshot
from etfs.services.compositions_read import composition_get
from etfs.services.errors import NotFound
from etfs.services.fund_list import with_assets
from etfs.store.splits import splits_known
from market.models import PriceBar

SESSIONS = 20


@dataclass(frozen=True)
class Quote:
    """The newest close, as of ``date``; ``change`` from the close before it, which a split in between has divided.
    ``source``: ``daily`` figures of the fund, else the ``bars`` of its instrument. None: not known."""

    date: dt.date | None = None
    price: float | None = None
    change: float | None = None
    change_percent: float | None = None
    volume: float | None = None
    source: str = ""


@dataclass(frozen=True)
class FundSummary:
    """``figures``: of the latest composition ``snapshot`` (None: there is none). ``net_flow``: of the last 20 days.
    ``assets``: those told of the fund, else what that composition is worth; ``assets_as_of``: their day, None where
    they were told without one. ``premium_day``: that of the fund's premium."""

    fund: ETF
    quote: Quote
    snapshot: Snapshot | None
    figures: dict[str, float | None]
    net_flow: float | None
    assets: Decimal | None
    assets_as_of: dt.date | None
    premium_day: dt.date | None


def summary_get(*, fund: ETF) -> FundSummary:
    """What there is to know of a fund at a glance, as of today."""
    try:
        composition = composition_get(fund=fund, limit=0)
        snapshot, figures = composition.snapshot, composition.figures
    except NotFound:
        snapshot, figures = None, {}
    told = ETFDailyStat.objects.filter(etf=OuterRef("pk"), total_assets__isnull=False).order_by("-date")
    known: Any = with_assets(ETF.objects.filter(pk=fund.pk)).with_premium_day().annotate(
        told_on=Subquery(told.values("date")[:1])
    ).get()  # fmt: skip # ``assets_day`` in the same query
    is_worth = fund.total_assets is None and known.assets is not None
    return FundSummary(
        fund, quote_get(fund=fund), snapshot, figures, _net_flow(fund), known.assets,
        snapshot.as_of_date if is_worth and snapshot else known.told_on, known.premium_day,
    )  # fmt: skip


def assets_day(*, fund: ETF, as_of: dt.date | None = None) -> dt.date | None:
    """The newest day (up to ``as_of``) of which the fund's assets are known; None: of none."""
    days = ETFDailyStat.objects.of(fund.pk).filter(total_assets__isnull=False)
    until = days if as_of is None else days.filter(date__lte=as_of)
    found: dt.date | None = until.values_list("date", flat=True).first()
    return found


def quote_get(*, fund: ETF) -> Quote:
    """The fund's newest close: of its daily figures, or where those have none, of its price bars."""
    days = list(ETFDailyStat.objects.of(fund.pk).filter(close__isnull=False)[:2])
    if days:
        return _quote(fund, days, "daily")
    return _quote(fund, list(PriceBar.objects.of(fund.pk)[:2]), "bars")


def _quote(fund: ETF, days: Sequence[ETFDailyStat | PriceBar], source: str) -> Quote:
    """Of the newest day and the one before."""
    if not days:
        return Quote()
    last, price = days[0], Decimal(str(days[0].close))
    volume = None if last.volume is None else float(last.volume)
    if len(days) == 1:
        return Quote(last.date, float(price), volume=volume, source=source)
    before = Decimal(str(days[1].close))
    if not getattr(last, "close_is_adjusted", False):
        before /= _split_ratio(fund, days[1].date, last.date)
    change = price - before
    percent = float(100 * change / before) if before else None
    return Quote(last.date, float(price), float(change), percent, volume, source)


def _split_ratio(fund: ETF, start: dt.date, end: dt.date) -> Decimal:
    """New shares per old one of the splits after ``start``, up to ``end``."""
    splits = splits_known([fund.pk], after=start, until=end)
    return math.prod((Decimal(str(ratio)) for _, _, ratio in splits), start=Decimal(1))


def _net_flow(fund: ETF) -> float | None:
    """Sum of the flows of the fund's last 20 days; None where no day has one."""
    days = ETFDailyStat.objects.of(fund.pk).values_list("net_flow", flat=True)[:SESSIONS]
    known = [flow for flow in days if flow is not None]
    return sum(known) if known else None
