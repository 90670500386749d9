"""Figures of funds by day, the flows that follow from them, and the figures on a fund's own row."""

import datetime as dt
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction

from etfs.calc.flows import net_flows
from etfs.calc.tracking import AVERAGED, average_last, premium_discount, tracking_error
from etfs.models import ETF, ETFDailyStat
from etfs.services.funds import FundError, fund_get_or_create
from etfs.services.ranks import ranked_before
from etfs.sources.base import DayStat
from etfs.store.assets import assets_on
from etfs.store.locks import fund_lock
from etfs.store.splits import KINDS
from etfs.store.stats import FIGURES, Days, days_read, flows_write, stats_merge
from market.regions import Region

WINDOWS = (20, 60, 120, 250)
TOLD = ("total_assets", "listed_shares")  # a source may also tell them without a day
FIGURE_COLUMNS = (
    *(f"tracking_error_{window}d" for window in WINDOWS), "premium_discount", "average_volume_20d", "average_value_20d",
    *TOLD, "figures_as_of",
)  # fmt: skip
RECENT = 5  # rows: a premium is of the newest with both close and NAV; an older one says nothing of today
READ = WINDOWS[-1] + 60  # rows, so that some days without an index level do not empty the longest window


def stats_upsert(*, region: Region, source: str, stats: Sequence[DayStat]) -> int:
    """Insert or complete days, in one transaction; returns how many changed. Net flows from the first changed day on
    and the figures of the funds are made anew. On days of a source that ``settings.ETF_SOURCE_RANKS`` names before this
    one, it only fills gaps. FundError for a fund that is no ETF, and for two figures of one fund and day.
    """
    stats = _one_per_day(stats)
    tickers = sorted({row.ticker for row in stats})
    with transaction.atomic(), connection.cursor() as cursor:
        funds = {ticker: fund_get_or_create(region=region, ticker=ticker)[0] for ticker in tickers}
        for fund in sorted(funds.values(), key=lambda one: one.pk):
            fund_lock(cursor, fund.pk)
        changed = stats_merge(cursor, source, [(funds[row.ticker].pk, row) for row in stats], ranked_before(source))
        for fund in funds.values():
            if fund.pk in changed:
                flows_update(etf_id=fund.pk, since=changed[fund.pk][0])
                figures_update(fund=fund)
    return sum(count for _, count in changed.values())


def _one_per_day(stats: Sequence[DayStat]) -> list[DayStat]:
    """Rows of one fund and day complete each other; FundError where they contradict each other."""
    found: dict[tuple[str, dt.date], DayStat] = {}
    for row in stats:
        first = found.setdefault((row.ticker, row.date), row)
        if first is not row:
            found[row.ticker, row.date] = _completed(first, row)
    return list(found.values())


def _completed(first: DayStat, row: DayStat) -> DayStat:
    for name in FIGURES:
        one, other = getattr(first, name), getattr(row, name)
        if one is not None and other is not None and one != other:
            rows = f"rows {first.row_number} and {row.row_number}"
            raise FundError(f"{rows}, {name}: {one} and {other} for {row.ticker} on {row.date}")
        if one is None and other is not None:
            first = replace(first, **{name: other})
    return first


def flows_update(*, etf_id: int, since: dt.date | None = None) -> None:
    """Net flows of the days from ``since`` on (all: None), from the fund's own figures and splits."""
    with connection.cursor() as cursor:
        days = days_read(cursor, etf_id, since=since)
        new = slice(0 if since is None else int(np.searchsorted(days.dates, np.datetime64(since))), None)
        flows_write(cursor, etf_id, days.dates[new], _flows(days)[new])


def _flows(days: Days) -> np.ndarray:
    found = days.figures
    return net_flows(
        found["shares_outstanding"], found["nav"], found["total_assets"], days.split_ratio, days.dates
    ).amount


def splits_follow() -> int:
    """Flows and figures of all funds that split, made anew, each in its own transaction; how many funds.

    A split is often known days after the figures of its ex-date: until then the new shares look like money.
    """
    funds = list(ETF.objects.filter(instrument__actions__kind__in=KINDS).distinct().order_by("pk"))
    for fund in funds:
        with transaction.atomic(), connection.cursor() as cursor:
            fund_lock(cursor, fund.pk)
            fund.refresh_from_db()
            flows_update(etf_id=fund.pk)
            figures_update(fund=fund)
    return len(funds)


def figures_update(*, fund: ETF) -> None:
    """Tracking errors, premium, average trading, assets and listed shares as of the fund's newest day. Assets and
    shares that no day has stay as they were told."""
    for name, value in figures_on(fund=fund).items():
        if value is not None or name not in TOLD:
            setattr(fund, name, value)
    fund.save()


def fund_as_known(*, fund: ETF, as_of: dt.date) -> ETF:
    """A copy of ``fund``, not to be saved, with its figures as they were known on a day: None where they were not."""
    known = copy(fund)
    figures = figures_on(fund=fund, day=as_of)
    for name in FIGURE_COLUMNS:
        setattr(known, name, figures.get(name))
    known.total_assets = assets_on(as_of, [fund.pk]).get(fund.pk)
    return known


def figures_on(*, fund: ETF, day: dt.date | None = None) -> dict[str, Any]:
    """``FIGURE_COLUMNS`` of the fund from its daily figures up to ``day`` (None: all); empty where there are none."""
    with connection.cursor() as cursor:
        days = days_read(cursor, fund.pk, last=READ, until=day)
    if not len(days.dates):
        return {}
    found = days.figures
    units = np.cumprod(days.split_ratio)  # of today for one of the first day: a split is no return
    nav, distribution = found["nav"] * units, found["distribution"] * units
    # An inverse or leveraged fund does not follow its index as it is: the difference would be no error.
    index = found["index_level"] if fund.leverage_ratio == 1 and not fund.is_inverse else np.full(len(nav), np.nan)
    errors = {
        f"tracking_error_{window}d": _known(
            tracking_error(nav, distribution, index, window=window, shift=int(fund.foreign_index))
        )
        for window in WINDOWS
    }
    premiums = premium_discount(found["close"], found["nav"])[-RECENT:]
    return errors | {
        "premium_discount": next((float(one) for one in premiums[::-1] if np.isfinite(one)), None),
        "average_volume_20d": _known(average_last(found["volume"], AVERAGED)),
        "average_value_20d": _known(average_last(found["trading_value"], AVERAGED)),
        "total_assets": _newest(fund, "total_assets", day), "listed_shares": _newest(fund, "shares_outstanding", day),
        "figures_as_of": days.dates[-1].item(),
    }  # fmt: skip


def _newest(fund: ETF, figure: str, day: dt.date | None) -> Decimal | None:
    """The figure of the newest day that has it, up to ``day``."""
    has_it = ETFDailyStat.objects.of(fund.pk).filter(**{f"{figure}__isnull": False})
    until = has_it if day is None else has_it.filter(date__lte=day)
    value: Decimal | None = until.values_list(figure, flat=True).first()
    return value


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
