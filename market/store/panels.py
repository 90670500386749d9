"""``read_panel``: the one trip down from the tables to a factor's arrays."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from market.calc.reports import ReportGrid, ReportRows, Splits, shared_by_company, shares_multiplier, split_adjusted
from market.calc.snapshot import Snapshot
from market.calc.stacking import Stack, adjustment_to_last, stack_bars
from market.calendars import sessions_before
from market.fields import load_fields
from market.panel import LastBar, Panel
from market.store.arrow import snapshot
from market.store.bar_cache import bars_read
from market.store.bar_grid import FIELDS, BarGrid, Window
from market.store.bar_years import bars_between
from market.store.panel_parts import STOCKS, Stocks, columns_of, day_of, index_read, stocks_read, trading_value
from market.store.reports_read import HISTORY_DAYS, Reports, reports_read

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

FRESH_SESSIONS = 5
LAZY = ("open", "low")  # no factor of the library reads them; formulas may
SLACK_SESSIONS = 10  # rows read beyond the lookback, so that the next sessions only extend the cache


class NoBars(ValueError):
    """There is nothing to build a panel from."""


@dataclass
class Origin:
    """How a panel was had: ``bars`` (or "by year") and ``reports`` are warm, extended or rebuilt; seconds by stage."""

    bars: str = ""
    reports: str = ""
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What a panel is to hold, see ``read_panel``."""

    region: str
    as_of: dt.date
    lookback: int
    fields: set[str]
    asset_types: Sequence[str]
    by_year: bool


def read_panel(
    region: str, as_of: dt.date, lookback: int, fields: set[str] | None = None, *,
    asset_types: Sequence[str] = STOCKS, by_year: bool = False,
) -> tuple[Panel, Origin]:  # fmt: skip
    """Everything known of ``region`` at the close of ``as_of``, ``lookback`` own bars back, as of one moment.

    ``fields``: names of registered extra fields to load. ``asset_types``: of the instruments; common stocks unless
    said. ``by_year``: from the bars kept by year; for panels much deeper than those of factors, which would otherwise
    grow the region's cache, or throw it out, at every run. NoBars when the region has no bar in the window.
    """
    wanted = Wanted(region, as_of, lookback, fields or set(), asset_types, by_year)
    with snapshot() as arrow:  # one for all: connecting takes longer than most of its queries
        return _read(arrow, wanted)


def _read(arrow: "adbc.Connection", wanted: Wanted) -> tuple[Panel, Origin]:
    region, as_of, lookback = wanted.region, wanted.as_of, wanted.lookback
    origin, clock = Origin(), time.perf_counter()
    recent = sessions_before(region, as_of, lookback + SLACK_SESSIONS)
    first = recent[0].item() if len(recent) else as_of - dt.timedelta(days=2 * lookback)
    if wanted.by_year:
        grid, origin.bars = bars_between(arrow, Window(region, as_of, first, as_of, lookback)), "by year"
    else:
        grid, origin.bars = bars_read(arrow, region, as_of, first, lookback)
    clock = _lap(origin, "read_bars", clock)
    reports, origin.reports = reports_read(arrow, region, as_of)
    clock = _lap(origin, "read_reports", clock)
    day = day_of(as_of)
    last = int(np.searchsorted(grid.days, day, side="right"))
    if not last:
        raise NoBars(f"{region} has no bars from {first} to {as_of}: load prices first")
    stocks = stocks_read(arrow, region, grid, last, wanted.asset_types)
    recent_sessions = recent[-FRESH_SESSIONS:].astype("datetime64[D]").astype(np.int32)
    source = Source(arrow, region, as_of, grid, last, stocks, reports, recent_sessions)
    panel = _assemble(source, lookback, load_fields(wanted.fields, region, as_of, stocks.ids))
    _lap(origin, "assemble", clock)
    return panel, origin


def _lap(origin: Origin, stage: str, since: float) -> float:
    now = time.perf_counter()
    origin.timings[stage] = now - since
    return now


@dataclass(frozen=True)
class Source:
    """What a panel is assembled from; ``last``: grid rows up to the as-of date."""

    arrow: "adbc.Connection"
    region: str
    as_of: dt.date
    grid: BarGrid
    last: int
    stocks: Stocks
    reports: Reports
    recent_sessions: np.ndarray


def _assemble(source: Source, lookback: int, extra: dict[str, np.ndarray]) -> Panel:
    stocks, day = source.stocks, day_of(source.as_of)
    bars = columns_of(source.grid, stocks.columns)
    stack = stack_bars(np.isfinite(bars.fields["close"]), bars.days, source.last, lookback, bars.older)
    raw = {name: stack.take(bars.fields[name], bars.older.fields[name]) for name in FIELDS if name not in LAZY}
    adjusted = raw["close_is_adjusted"] == 1.0
    relative = adjustment_to_last(raw["adjustment_factor"])
    splits = _splits(source.reports.splits, stocks.ids, stack.days[-1])
    oldest = int(np.where(stack.days > 0, stack.days, day).min(initial=day))
    index_days, index_close = index_read(source.arrow, source.region, source.grid, source.last, oldest)
    is_quoted = stocks.active(day) & _has_fresh_bar(stack, source.recent_sessions, day)
    return Panel(
        region=source.region, as_of=np.datetime64(source.as_of, "D"), instrument_ids=stocks.ids, tickers=stocks.tickers,
        sectors=stocks.sectors, company=stocks.company,
        is_quoted=is_quoted, in_universe=is_quoted & _has_traded(raw, stack),
        days=stack.days, n_bars=stack.n_bars,
        close=raw["close"] * relative,
        high=np.fmax(raw["high"], raw["close"]) * relative,
        volume=np.where(adjusted, raw["volume"], raw["volume"] * shares_multiplier(stack.days, splits)),
        trading_value=trading_value(raw, adjusted),
        last=LastBar(
            raw["close"][-1], raw["volume"][-1], raw["market_cap"][-1], raw["shares_outstanding"][-1], adjusted[-1]
        ),
        index_days=index_days, index_close=index_close, recent_sessions=source.recent_sessions,
        fundamentals=snapshot_of(source.reports, splits, stocks, day), extra=extra,
        prices=lambda name: stack.take(bars.fields[name], bars.older.fields[name]) * relative,
    )  # fmt: skip


def _has_fresh_bar(stack: Stack, recent_sessions: np.ndarray, day: int) -> np.ndarray:
    """A bar within the last 5 sessions of the exchange."""
    oldest = int(recent_sessions[0]) if len(recent_sessions) else day - 7
    fresh: np.ndarray = stack.days[-1] >= oldest
    return fresh


def _has_traded(raw: dict[str, np.ndarray], stack: Stack) -> np.ndarray:
    """A trade (or an unknown volume) on one of the last 5 bars."""
    volume = raw["volume"][-FRESH_SESSIONS:]
    exists = stack.days[-FRESH_SESSIONS:] > 0
    traded: np.ndarray = (exists & ((volume > 0) | np.isnan(volume))).any(axis=0)
    return traded


def _splits(splits: Splits, ids: np.ndarray, last_days: np.ndarray) -> Splits:
    """Splits by panel column, up to each instrument's own last bar: a close from before a split goes with the share
    count from before it."""
    ours = np.flatnonzero(np.isin(splits.column, ids))
    column = np.searchsorted(ids, splits.column[ours])
    known = splits.ex_day[ours] <= last_days[column]
    return Splits(column[known], splits.ex_day[ours][known], splits.ratio[ours][known])


def snapshot_of(reports: Reports, splits: Splits, stocks: Stocks, day: int) -> Snapshot:
    """Reports known on ``day``, adjusted for ``splits``, by panel column. Those in another currency than the
    instrument's are left out (no exchange rates yet), and so are those of before the window, which a cache made for an
    earlier date still holds.
    """
    recent = reports.rows.period_end >= day - HISTORY_DAYS
    ours = np.flatnonzero(recent & np.isin(reports.rows.column, stocks.ids))
    currency = stocks.currency[np.searchsorted(stocks.ids, reports.rows.column[ours])]
    known = reports.rows.pick(ours[reports.currency[ours] == currency]).known_on(day)
    rows = ReportRows(
        np.searchsorted(stocks.ids, known.column), known.period_end, known.period, known.available_day, known.priority,
        known.fields,
    )  # fmt: skip
    shared = shared_by_company(rows, stocks.company)
    return Snapshot(ReportGrid(split_adjusted(shared, splits, day), len(stocks.ids)), day)
