"""An instrument's bars over a range, as charts draw them."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from market.calc.months import day_months_before
from market.calc.reports import Splits, shares_multiplier
from market.calc.weekly import Bars, weekly
from market.models import CorporateAction, Instrument, PriceBar
from market.store.reports_read import SPLITS

RANGES = {"1M": 1, "6M": 6, "YTD": None, "1Y": 12, "3Y": 36, "5Y": 60, "MAX": None}  # months
MOST_DAILY = 800  # bars; a longer range is shown by the week
_COLUMNS = ("date", "open", "high", "low", "close", "volume", "adjustment_factor", "close_is_adjusted")


@dataclass(frozen=True)
class PriceSeries:
    """``bars`` in the instrument's currency, ``is_weekly`` where they are weeks. ``is_adjusted``: to the last bar;
    ``has_raw``: the prices as traded are known. ``splits``: (ex-date, new shares per old one) inside the range.
    """

    bars: Bars
    is_weekly: bool
    is_adjusted: bool
    has_raw: bool
    splits: list[tuple[dt.date, float]]


def price_series(*, instrument: Instrument, span: str, adjusted: bool = True) -> PriceSeries:
    """The bars of ``span`` (one of ``RANGES``) up to the newest one."""
    rows = PriceBar.objects.of(instrument.pk)
    newest = rows.values_list("date", flat=True).first()
    start = _start(span, newest) if newest else None
    table = list(rows.between(start, None).order_by("date").values_list(*_COLUMNS))
    days = np.array([row[0] for row in table], dtype="datetime64[D]")
    figures = np.array([row[1:] for row in table], dtype=float).reshape(len(table), len(_COLUMNS) - 1).T
    open_, high, low, close, volume, factor, given = figures
    splits = _splits(instrument.pk, days)
    has_raw = not given.any()
    if adjusted and len(days):
        open_, high, low, close = (price * (factor / factor[-1]) for price in (open_, high, low, close))
        volume = np.where(given == 1.0, volume, volume * _multiplier(days, splits))
    bars = Bars(days, open_, high, low, close, volume)
    is_weekly = len(days) > MOST_DAILY
    return PriceSeries(weekly(bars) if is_weekly else bars, is_weekly, adjusted or not has_raw, has_raw, splits)


def _start(span: str, newest: dt.date) -> dt.date | None:
    if span == "YTD":
        return dt.date(newest.year, 1, 1)
    months = RANGES[span]
    return None if months is None else day_months_before(newest, months)


def _splits(instrument_id: int, days: np.ndarray) -> list[tuple[dt.date, float]]:
    if not len(days):
        return []
    found = CorporateAction.objects.filter(
        instrument=instrument_id, kind__in=SPLITS, ex_date__gt=days[0].item(), ex_date__lte=days[-1].item()
    )
    rows = found.order_by("ex_date").values_list("ex_date", "ratio")
    return [(day, ratio) for day, ratio in rows if ratio is not None]


def _multiplier(days: np.ndarray, splits: list[tuple[dt.date, float]]) -> np.ndarray:
    """Shares of the last bar for one of each bar. float [T]."""
    ex_days = np.array([day for day, _ in splits], dtype="datetime64[D]").astype(np.int32)
    ratios = np.array([ratio for _, ratio in splits], dtype=float)
    known = Splits(np.zeros(len(splits), dtype=np.int32), ex_days, ratios)
    return shares_multiplier(days.astype(np.int32)[:, None], known)[:, 0]
