"""Figures of funds by day, the flows that follow from them, and the figures on a fund's own row."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from django.db import connection, transaction

from etfs.calc.flows import net_flows
from etfs.calc.tracking import average_last, premium_discount, tracking_error
from etfs.models import ETF, ETFDailyStat
from etfs.services.funds import fund_get_or_create
from etfs.sources.base import DayStat
from etfs.store.locks import fund_lock
from etfs.store.stats import Days, days_read, flows_write, stats_merge
from market.regions import Region

WINDOWS = (20, 60, 120, 250)
AVERAGED = 20
READ = WINDOWS[-1] + 60  # rows, so that some days without an index level do not empty the longest window


def stats_upsert(*, region: Region, source: str, stats: Sequence[DayStat]) -> int:
    """Insert or complete days, in one transaction; returns how many changed. Net flows from the first changed day on
    and the figures of the funds are made anew. FundError for a fund that is no ETF.
    """
    tickers = sorted({row.ticker for row in stats})
    with transaction.atomic(), connection.cursor() as cursor:
        funds = {ticker: fund_get_or_create(region=region, ticker=ticker)[0] for ticker in tickers}
        for fund in sorted(funds.values(), key=lambda one: one.pk):
            fund_lock(cursor, fund.pk)
        changed = stats_merge(cursor, source, [(funds[row.ticker].pk, row) for row in stats])
        for fund in funds.values():
            if fund.pk in changed:
                flows_update(etf_id=fund.pk, since=changed[fund.pk][0])
                figures_update(fund=fund)
    return sum(count for _, count in changed.values())


def flows_update(*, etf_id: int, since: dt.date | None = None) -> None:
    """Net flows from ``since`` on (from the first day without one), from the fund's own days."""
    with connection.cursor() as cursor:
        days = days_read(cursor, etf_id, since=since)
        flows_write(cursor, etf_id, days.dates, _flows(days))


def _flows(days: Days) -> np.ndarray:
    found = days.figures
    return net_flows(found["shares_outstanding"], found["nav"], found["total_assets"], days.split_ratio).amount


def figures_update(*, fund: ETF) -> None:
    """Tracking errors, premium, average trading, assets and listed shares as of the fund's newest day."""
    with connection.cursor() as cursor:
        days = days_read(cursor, fund.pk, last=READ)
    if not len(days.dates):
        return
    found = days.figures
    nav = found["nav"] * np.cumprod(days.split_ratio)  # a split is no return
    # An inverse or leveraged fund does not follow its index as it is: the difference would be no error.
    index = found["index_level"] if fund.leverage_ratio == 1 and not fund.is_inverse else np.full(len(nav), np.nan)
    for window in WINDOWS:
        error = tracking_error(nav, found["distribution"], index, window=window, shift=int(fund.foreign_index))
        setattr(fund, f"tracking_error_{window}d", _known(error))
    fund.premium_discount = _known(premium_discount(found["close"], found["nav"])[-1])
    fund.average_volume_20d = _known(average_last(found["volume"], AVERAGED))
    fund.average_value_20d = _known(average_last(found["trading_value"], AVERAGED))
    fund.figures_as_of = days.dates[-1].item()
    _newest(fund)
    fund.save()


def _newest(fund: ETF) -> None:
    """Assets and shares: the newest day that has them."""
    of_fund = ETFDailyStat.objects.of(fund.pk)
    assets: Decimal | None = of_fund.filter(total_assets__isnull=False).values_list("total_assets", flat=True).first()
    shares: Decimal | None = (
        of_fund.filter(shares_outstanding__isnull=False).values_list("shares_outstanding", flat=True).first()
    )
    fund.total_assets = fund.total_assets if assets is None else assets
    fund.listed_shares = fund.listed_shares if shares is None else shares


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
