"""``read_history``: many sessions of a region, down from the tables in one trip."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from market.calc.reports import Splits, shares_multiplier
from market.calc.rolling import count_true
from market.calc.stacking import OlderBars, Stack, adjustment_to_last, stack_bars
from market.calc.stepping import SteppedSnapshot, Timeline, stepped_snapshot
from market.calendars import sessions, sessions_before
from market.fields import load_fields
from market.history import History, last_rows
from market.panel import LastBar
from market.store.arrow import snapshot
from market.store.bar_grid import FIELDS, BarGrid, Window
from market.store.bar_years import bars_between
from market.store.panel_parts import Stocks, columns_of, index_read, stocks_read, trading_value
from market.store.panels import FRESH_SESSIONS, LAZY, SLACK_SESSIONS, NoBars
from market.store.reports_read import HISTORY_DAYS, Reports, reports_read

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc


@dataclass(frozen=True)
class Source:
    """All that was read for a range of sessions; any of them can be made a history."""

    region: str
    on: Sequence[dt.date]
    grid: BarGrid
    stocks: Stocks
    bars: BarGrid  # of the stocks
    reports: Reports
    splits: Splits
    index_days: np.ndarray
    index_close: np.ndarray
    extra: dict[dt.date, dict[str, np.ndarray]]

    def history(self, on: Sequence[dt.date], lookback: int, *, levels: bool = False) -> History:
        """The sessions ``on`` (ascending, some of the source's), ``lookback`` own bars back from each.

        ``levels``: series are adjusted to each session's own last bar, as in its panel, by a column per stretch between
        two adjustments; otherwise to the last session's, which is right for whatever does not depend on price levels.
        """
        days = np.array(on, dtype="datetime64[D]").astype(np.int64).astype(np.int32)
        rows = int(np.searchsorted(self.bars.days, days[-1], side="right"))
        fields = {name: values[:rows] for name, values in self.bars.fields.items()}
        bars = replace(self.bars, days=self.bars.days[:rows], fields=fields)
        # Raw bars beside adjusted ones have no common scale over a split, so those instruments are told apart, too.
        columns = _levels(bars, self.splits, days, slice(None) if levels else _mixed(bars))
        depth = lookback + int((bars.days > days[0]).sum())
        extra = {name: np.concatenate([self.extra[day][name] for day in on]) for name in self.extra[on[0]]}
        return _assemble(Parts(self, days, bars, columns, _stack(bars, columns, depth), extra))


def read_source(region: str, on: Sequence[dt.date], lookback: int, fields: set[str] | None = None) -> Source:
    """What is needed of ``region`` for the sessions ``on`` (ascending), as of one moment.

    ``fields``: registered extra fields to load. NoBars when there is no bar up to the last session.
    """
    with snapshot() as arrow:
        return _read(arrow, region, on, lookback, fields or set())


def read_history(
    region: str, on: Sequence[dt.date], lookback: int, fields: set[str] | None = None, *, levels: bool = False
) -> History:
    """``read_source`` and its ``history`` of all sessions."""
    return read_source(region, on, lookback, fields).history(on, lookback, levels=levels)


def _read(arrow: "adbc.Connection", region: str, on: Sequence[dt.date], lookback: int, fields: set[str]) -> Source:
    first, last = on[0], on[-1]
    recent = sessions_before(region, first, lookback + SLACK_SESSIONS)
    start = recent[0].item() if len(recent) else first - dt.timedelta(days=2 * lookback)
    grid = bars_between(arrow, Window(region, first, start, last, lookback))
    if not len(grid.days):
        raise NoBars(f"{region} has no bars from {start} to {last}: load prices first")
    reports, _ = reports_read(arrow, region, first)
    stocks = stocks_read(arrow, region, grid, len(grid.days))
    bars = columns_of(grid, stocks.columns)
    oldest = min(int(grid.days[0]), int(bars.older.day.min(initial=int(grid.days[0]))))
    # Loaders of registered fields know one date at a time.
    extra = {day: load_fields(fields, region, day, stocks.ids) for day in on}
    return Source(
        region, on, grid, stocks, bars, reports, _splits_of(reports.splits, stocks.ids),
        *index_read(arrow, region, grid, len(grid.days), oldest), extra,
    )  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """``instrument`` int [M], whose bars a column holds; ``until`` int [M], up to which day; ``of`` int [T, N], the
    column in which each instrument-session finds its bars."""

    instrument: np.ndarray
    until: np.ndarray
    of: np.ndarray


def _mixed(bars: BarGrid) -> np.ndarray:
    """Columns with raw and with adjusted bars. int."""
    adjusted = bars.fields["close_is_adjusted"]
    return np.flatnonzero(np.fmin.reduce(adjusted, axis=0) < np.fmax.reduce(adjusted, axis=0))


def _levels(bars: BarGrid, splits: Splits, days: np.ndarray, which: np.ndarray | slice) -> Columns:
    """A column per instrument, and for those of ``which`` per stretch of sessions between two changes of adjustment."""
    chosen = np.zeros(bars.fields["close"].shape[1], dtype=bool)
    chosen[which] = True
    factor = bars.fields["adjustment_factor"]
    changes: list[tuple[int, int]] = []
    within = bars.days > days[0]
    for column in np.flatnonzero(chosen & (np.fmin.reduce(factor, axis=0) != np.fmax.reduce(factor, axis=0))).tolist():
        own = np.flatnonzero(np.isfinite(factor[:, column]))
        moved = own[1:][factor[own[1:], column] != factor[own[:-1], column]]
        changes += [(column, int(bars.days[row])) for row in moved if within[row]]
    for column, ex_day in zip(splits.column.tolist(), splits.ex_day.tolist(), strict=True):
        own = np.flatnonzero(np.isfinite(bars.fields["close"][:, column]) & within & (bars.days >= ex_day))
        if chosen[column] and len(own) and ex_day > days[0]:
            changes.append((column, int(bars.days[own[0]])))
    count = bars.fields["close"].shape[1]
    instrument, until = list(range(count)), [2**30] * count
    of = np.tile(np.arange(count), (len(days), 1))
    begin = np.zeros(count, dtype=np.int64)
    for column, day in sorted(set(changes)):
        session = int(np.searchsorted(days, day))
        of[begin[column] : session, column] = len(instrument)
        begin[column] = session
        instrument.append(column)
        until.append(day - 1)
    return Columns(np.array(instrument), np.array(until), of)


def _stack(bars: BarGrid, columns: Columns, depth: int) -> Stack:
    present = np.isfinite(bars.fields["close"])
    if len(columns.instrument) > present.shape[1]:
        present = present[:, columns.instrument]
    if (columns.until < bars.days[-1]).any():
        present &= bars.days[:, None] <= columns.until
    return stack_bars(present, bars.days, len(bars.days), depth, _older_of(bars.older, columns))


def _older_of(older: OlderBars, columns: Columns) -> OlderBars:
    """Older bars by column; those of an instrument with several columns go to each."""
    if len(columns.instrument) == columns.of.shape[1]:
        return older
    column, row = _matches(columns.instrument, older.column)
    fields = {name: values[row] for name, values in older.fields.items()}
    return OlderBars(column, older.rank[row], older.day[row], fields)


def _matches(instrument: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(column, row): every row of ``of`` that has the instrument of a column."""
    order = np.argsort(of, kind="stable")
    first, last = (np.searchsorted(of[order], instrument, side=side) for side in ("left", "right"))
    count = last - first
    column = np.repeat(np.arange(len(instrument)), count)
    return column, order[first[column] + np.arange(len(column)) - np.repeat(np.cumsum(count) - count, count)]


@dataclass(frozen=True)
class Parts:
    """What a history is assembled from."""

    source: Source
    days: np.ndarray
    bars: BarGrid
    columns: Columns
    stack: Stack
    extra: dict[str, np.ndarray]


def _assemble(parts: Parts) -> History:
    source, stocks, stack, columns, days = parts.source, parts.source.stocks, parts.stack, parts.columns, parts.days
    older = _older_of(parts.bars.older, columns)

    def take(name: str) -> np.ndarray:
        grid = parts.bars.fields[name]
        return stack.take(grid if older is parts.bars.older else grid[:, columns.instrument], older.fields[name])

    raw = {name: take(name) for name in FIELDS if name not in LAZY}
    adjusted = raw["close_is_adjusted"] == 1.0
    relative = adjustment_to_last(raw["adjustment_factor"])
    bar_of = last_rows(stack.days, days, columns.of)
    column_of = columns.of.ravel()
    cells, none = np.maximum(bar_of, 0) * stack.days.shape[1] + column_of, np.flatnonzero(bar_of < 0)

    def last(values: np.ndarray) -> np.ndarray:
        found = np.ascontiguousarray(values).reshape(-1).take(cells).astype(np.float64, copy=False)
        found[none] = np.nan
        return found

    oldest = _oldest_fresh(source.region, days)
    is_quoted = (stocks.active(days[:, None]) & (last(stack.days).reshape(columns.of.shape) >= oldest[:, None])).ravel()
    traded = (stack.days > 0) & ((raw["volume"] > 0) | np.isnan(raw["volume"]))
    exists = stack.days > 0
    index = int(np.searchsorted(source.index_days, days[-1], side="right"))
    return History(
        region=source.region, as_of=days[-1].astype("datetime64[D]"), instrument_ids=stocks.ids, tickers=stocks.tickers,
        sectors=stocks.sectors, company=stocks.company,
        is_quoted=is_quoted, in_universe=is_quoted & (last(count_true(traded, FRESH_SESSIONS)) > 0),
        days=stack.days, n_bars=np.nan_to_num(last(np.cumsum(exists, axis=0))).astype(np.int64),
        close=raw["close"] * relative,
        high=np.fmax(raw["high"], raw["close"]) * relative,
        volume=np.where(adjusted, raw["volume"], raw["volume"] * shares_multiplier(stack.days, _of_columns(parts))),
        trading_value=trading_value(raw, adjusted),
        last=LastBar(
            last(raw["close"]), last(raw["volume"]), last(raw["market_cap"]), last(raw["shares_outstanding"]),
            last(raw["close_is_adjusted"]) == 1.0,
        ),
        index_days=source.index_days[:index], index_close=source.index_close[:index], recent_sessions=oldest[-1:],
        fundamentals=_snapshot(parts), extra=parts.extra, prices=lambda name: take(name) * relative,
        session_days=days, oldest_fresh=oldest, bar_of=bar_of, column_of=column_of,
    )  # fmt: skip


def _oldest_fresh(region: str, days: np.ndarray) -> np.ndarray:
    """The first of the last five sessions up to each of ``days``; a week before where no session is known. int32."""
    first, last = ((dt.date(1970, 1, 1) + dt.timedelta(days=int(day))) for day in (days[0], days[-1]))
    known = sessions(region, first - dt.timedelta(days=60), last).astype("datetime64[D]").astype(np.int64)
    if not len(known):
        return (days - 7).astype(np.int32)
    place = np.searchsorted(known, days, side="right") - FRESH_SESSIONS
    return np.where(place < 0, np.minimum(known[0], days), known[np.maximum(place, 0)]).astype(np.int32)


def _splits_of(splits: Splits, ids: np.ndarray) -> Splits:
    """Splits by instrument 0 to N-1."""
    ours = np.flatnonzero(np.isin(splits.column, ids))
    return Splits(np.searchsorted(ids, splits.column[ours]), splits.ex_day[ours], splits.ratio[ours])


def _of_columns(parts: Parts) -> Splits:
    """Splits by column, up to each column's last bar."""
    splits, last_day = parts.source.splits, parts.stack.days[-1]
    column, which = _matches(parts.columns.instrument, splits.column)
    known = splits.ex_day[which] <= last_day[column]
    return Splits(column[known], splits.ex_day[which][known], splits.ratio[which][known])


def _snapshot(parts: Parts) -> SteppedSnapshot:
    """Reports in the instrument's own currency, by step (no exchange rates yet: others are left out)."""
    stocks, reports, days = parts.source.stocks, parts.source.reports, parts.days
    ends = reports.rows.period_end
    near = (ends >= int(days[0]) - HISTORY_DAYS) & (ends <= int(days[-1]))
    ours = np.flatnonzero(near & np.isin(reports.rows.column, stocks.ids))
    column = np.searchsorted(stocks.ids, reports.rows.column[ours])
    same = reports.currency[ours] == stocks.currency[column]
    rows = replace(reports.rows.pick(ours[same]), column=column[same])
    own_days = parts.stack.days[:, : len(stocks.ids)]
    return stepped_snapshot(rows, parts.source.splits, Timeline(days, stocks.company, own_days), HISTORY_DAYS)
