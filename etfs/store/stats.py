"""Daily figures of funds in bulk."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper

from etfs.sources.base import DayStat
from market.models import CorporateAction

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
    cursor: CursorWrapper, source: str, stats: Sequence[tuple[int, DayStat]]
) -> dict[int, tuple[dt.date, int]]:
    """Insert or complete days; fund -> (first day that changed, days changed). A figure a source leaves out stays."""
    names = ", ".join(FIGURES)
    cursor.execute(
        f"CREATE TEMP TABLE staged_stats (etf_id int, date date, {', '.join(f'{name} numeric' for name in FIGURES)})"
        " ON COMMIT DROP"
    )
    with cursor.copy(f"COPY staged_stats (etf_id, date, {names}) FROM STDIN") as copy:
        for etf_id, row in stats:
            copy.write_row((etf_id, row.date, *(getattr(row, name) for name in FIGURES)))
    merged = ", ".join(f"{name} = coalesce(excluded.{name}, t.{name})" for name in FIGURES)
    differs = " OR ".join(
        f"(excluded.{name} IS NOT NULL AND excluded.{name} IS DISTINCT FROM t.{name})" for name in FIGURES
    )
    # Two rows of one fund and day in a file complete each other: one row each is merged.
    together = ", ".join(f"max({name})" for name in FIGURES)
    cursor.execute(
        f"WITH merged AS (INSERT INTO {_TABLE} AS t (etf_id, date, {names}, source)"
        f" SELECT etf_id, date, {together}, %s FROM staged_stats GROUP BY etf_id, date"
        f" ON CONFLICT (etf_id, date) DO UPDATE SET {merged}, source = excluded.source WHERE {differs}"
        " RETURNING etf_id, date) SELECT etf_id, min(date), count(*) FROM merged GROUP BY etf_id",
        [source],
    )
    found = {etf_id: (first, count) for etf_id, first, count in cursor.fetchall()}
    cursor.execute("DROP TABLE staged_stats")
    return found


def days_read(cursor: CursorWrapper, etf_id: int, last: int | None = None, since: dt.date | None = None) -> Days:
    """All days of a fund, or its ``last`` ones, or those from the day before ``since`` on."""
    where = "etf_id = %s"
    params: list[int | dt.date] = [etf_id]
    if since is not None:
        where += f" AND date >= coalesce((SELECT max(date) FROM {_TABLE} WHERE etf_id = %s AND date < %s), %s)"
        params += [etf_id, since, since]
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
    splits = CorporateAction.objects.filter(instrument=etf_id, kind=CorporateAction.Kind.SPLIT)
    for ex_date, ratio in splits.values_list("ex_date", "ratio"):
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
