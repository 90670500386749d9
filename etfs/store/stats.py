"""Daily figures of funds in bulk."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper

from etfs.sources.base import DayStat
from etfs.store.splits import splits_known

FIGURES = (
    "nav", "total_assets", "close", "shares_outstanding", "volume", "trading_value", "index_level", "distribution",
)  # fmt: skip
_TABLE = "etfs_etfdailystat"


@dataclass(frozen=True)
class Days:
    """Figures of one fund by day, ascending: ``dates`` datetime64[D] [T]; each of ``figures`` float [T], NaN where
    unknown. ``split_ratio`` [T]: new shares per old one with ex-date on that day, 1 elsewhere."""

    dates: np.ndarray
    figures: Mapping[str, np.ndarray]
    split_ratio: np.ndarray


def stats_merge(
    cursor: CursorWrapper, source: str, stats: Sequence[tuple[int, DayStat]], more_trusted: Sequence[str] = ()
) -> dict[int, tuple[dt.date, int]]:
    """Insert or complete days, one row per fund and day; fund -> (first day that changed, days changed).

    A figure that ``source`` leaves out stays. On a day that one of the ``more_trusted`` sources gave, it only fills in
    what that one left out.
    """
    names = ", ".join(FIGURES)
    cursor.execute(
        f"CREATE TEMP TABLE staged_stats (etf_id int, date date, {', '.join(f'{name} numeric' for name in FIGURES)})"
        " ON COMMIT DROP"
    )
    with cursor.copy(f"COPY staged_stats (etf_id, date, {names}) FROM STDIN") as copy:
        for etf_id, row in stats:
            copy.write_row((etf_id, row.date, *(getattr(row, name) for name in FIGURES)))
    # The figures that a day is to have: (those of the source, those held) in order of trust.
    wanted = {
        name: f"CASE WHEN t.source = ANY(%(trusted)s) THEN coalesce(t.{name}, excluded.{name})"
        f" ELSE coalesce(excluded.{name}, t.{name}) END"
        for name in FIGURES
    }
    cursor.execute(
        f"WITH merged AS (INSERT INTO {_TABLE} AS t (etf_id, date, {names}, source)"
        f" SELECT etf_id, date, {names}, %(source)s FROM staged_stats ON CONFLICT (etf_id, date) DO UPDATE SET"
        f" {', '.join(f'{name} = {value}' for name, value in wanted.items())},"
        " source = CASE WHEN t.source = ANY(%(trusted)s) THEN t.source ELSE excluded.source END"
        f" WHERE {' OR '.join(f'{value} IS DISTINCT FROM t.{name}' for name, value in wanted.items())}"
        " RETURNING etf_id, date) SELECT etf_id, min(date), count(*) FROM merged GROUP BY etf_id",
        {"source": source, "trusted": list(more_trusted)},
    )
    found = {etf_id: (first, count) for etf_id, first, count in cursor.fetchall()}
    cursor.execute("DROP TABLE staged_stats")
    return found


def days_read(
    cursor: CursorWrapper, etf_id: int, last: int | None = None, since: dt.date | None = None,
    until: dt.date | None = None,
) -> Days:  # fmt: skip
    """All days of a fund, or its ``last`` ones (up to ``until``), or those from the last one before ``since`` on that
    has a share count or assets: the flow of ``since`` is counted from it."""
    where = "etf_id = %s"
    params: list[int | dt.date] = [etf_id]
    if since is not None:
        where += (
            f" AND date >= coalesce((SELECT max(date) FROM {_TABLE} WHERE etf_id = %s AND date < %s"
            " AND (shares_outstanding IS NOT NULL OR total_assets IS NOT NULL)), %s)"
        )
        params += [etf_id, since, since]
    if until is not None:
        where += " AND date <= %s"
        params.append(until)
    columns = ", ".join(f"{name}::float8" for name in FIGURES)
    limit = f" LIMIT {int(last)}" if last else ""
    cursor.execute(f"SELECT date, {columns} FROM {_TABLE} WHERE {where} ORDER BY date DESC{limit}", params)
    rows = cursor.fetchall()[::-1]
    dates = np.array([row[0] for row in rows], dtype="datetime64[D]")
    grid = np.array([row[1:] for row in rows], dtype=float).reshape(len(rows), len(FIGURES))
    return Days(dates, dict(zip(FIGURES, grid.T, strict=True)), _split_ratios(etf_id, dates))


def _split_ratios(etf_id: int, dates: np.ndarray) -> np.ndarray:
    """Ratios on the first day of ``dates`` on or after each ex-date."""
    ratios = np.ones(len(dates))
    for _, ex_date, ratio in splits_known([etf_id]):
        place = int(np.searchsorted(dates, np.datetime64(ex_date)))
        if 0 < place < len(dates):
            ratios[place] *= ratio
    return ratios


def flows_write(cursor: CursorWrapper, etf_id: int, dates: np.ndarray, flows: np.ndarray) -> None:
    """Set the net flows of days; NaN is unknown."""
    values = [float(flow) if np.isfinite(flow) else None for flow in flows]
    cursor.execute(
        f"UPDATE {_TABLE} AS t SET net_flow = f.net_flow FROM unnest(%s::date[], %s::float8[]) AS f (date, net_flow)"
        " WHERE t.etf_id = %s AND t.date = f.date AND t.net_flow IS DISTINCT FROM f.net_flow",
        [dates.astype(object).tolist(), values, etf_id],
    )
