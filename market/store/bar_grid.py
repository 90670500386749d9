"""Bars of a region as a grid of dates x instruments, read in one pass."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from market.calc.stacking import OlderBars
from market.regions import region_get
from market.store.arrow import batches, table

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

FIELDS = (
    "close", "open", "high", "low", "volume", "trading_value", "market_cap", "shares_outstanding",
    "adjustment_factor", "close_is_adjusted",
)  # fmt: skip
_COLUMNS = ", ".join(f"b.{name}::int AS {name}" if name == "close_is_adjusted" else f"b.{name}" for name in FIELDS)


@dataclass(frozen=True)
class Window:
    """What to read: bars of ``region`` from ``first`` to ``last``, and the older ones that instruments with few bars
    need for as-of dates from ``as_of`` on (or from row ``lookback - 1`` on, where that is earlier; 0: none)."""

    region: str
    as_of: dt.date
    first: dt.date
    last: dt.date
    lookback: int


@dataclass(frozen=True)
class BarGrid:
    """``fields[name]`` float64 [T, N]; ``days`` int32 [T] (days since 1970-01-01), ascending; ``instrument_ids``
    int32 [N].

    A missing bar is NaN in every field. ``older`` are bars before ``days[0]`` for instruments with too few in the
    first ``lookback`` rows, so that every row from ``lookback - 1`` on (or from the asked as-of date) can be one.
    """

    days: np.ndarray
    instrument_ids: np.ndarray
    fields: dict[str, np.ndarray]
    older: OlderBars


def read_grid(connection: "adbc.Connection", window: Window) -> BarGrid:
    """The grid of a window."""
    region, first, last = window.region, window.first, window.last
    days, ids = _axes(connection, region, first, last)
    fields = {name: np.full((len(days), len(ids)), np.nan) for name in FIELDS}
    if len(days):
        row_of = np.zeros(int(days[-1] - days[0]) + 1, dtype=np.int32)
        row_of[days - days[0]] = np.arange(len(days))
        column_of = np.zeros(int(ids[-1]) + 1, dtype=np.int32)
        column_of[ids] = np.arange(len(ids))
        for batch in batches(connection, _bars_query(region, first, last)):
            rows = row_of[_days(batch.column("date")) - days[0]]
            columns = column_of[batch.column("instrument_id").to_numpy()]
            for name in FIELDS:
                fields[name][rows, columns] = _floats(batch.column(name))
    base = min(window.lookback, int((days <= np.datetime64(window.as_of, "D").astype(np.int64)).sum()))
    older = older_read(connection, ids, fields["close"][:base], first, window.lookback)
    return BarGrid(days, ids, fields, older)


def _axes(connection: "adbc.Connection", region: str, first: dt.date, last: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """Every date with a bar in the region, and every instrument with a bar up to ``last`` (by a probe of the key)."""
    code = region_get(region).code
    ids = table(
        connection,
        f"SELECT i.id FROM market_instrument i WHERE i.region = '{code}' AND EXISTS (SELECT 1 FROM market_pricebar b"
        f" WHERE b.instrument_id = i.id AND b.date <= '{last}') ORDER BY i.id",
    )
    days = table(
        connection,
        f"SELECT d::date AS date FROM generate_series('{first}'::date, '{last}'::date, '1 day') d"
        f" WHERE EXISTS (SELECT 1 FROM market_pricebar b JOIN market_instrument i ON i.id = b.instrument_id"
        f" WHERE b.date = d::date AND i.region = '{code}') ORDER BY 1",
    )
    return _days(days.column("date")), ids.column("id").to_numpy().astype(np.int64)


def _bars_query(region: str, first: dt.date, last: dt.date) -> str:
    return (
        f"SELECT b.instrument_id, b.date, {_COLUMNS} FROM market_pricebar b"
        " JOIN market_instrument i ON i.id = b.instrument_id"
        f" WHERE i.region = '{region_get(region).code}' AND b.date BETWEEN '{first}' AND '{last}'"
    )


def older_read(
    connection: "adbc.Connection", ids: np.ndarray, close: np.ndarray, first: dt.date, lookback: int
) -> OlderBars:
    """The newest bars before ``first`` of columns with fewer than ``lookback`` bars in ``close`` [rows, N]."""
    wanted = lookback - np.isfinite(close).sum(axis=0)
    short = np.flatnonzero(wanted > 0)
    if not len(short):
        return OlderBars(
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
            np.zeros(0, np.int32),
            {n: np.zeros(0) for n in FIELDS},
        )
    id_list, need_list = ",".join(map(str, ids[short])), ",".join(map(str, wanted[short]))
    rows = table(
        connection,
        f"SELECT b.instrument_id, b.date, {_COLUMNS} FROM unnest('{{{id_list}}}'::bigint[], '{{{need_list}}}'::int[])"
        " AS w(id, need) CROSS JOIN LATERAL (SELECT * FROM market_pricebar p WHERE p.instrument_id = w.id"
        f" AND p.date < '{first}' ORDER BY p.date DESC LIMIT w.need) b ORDER BY b.instrument_id, b.date DESC",
    )
    column = np.searchsorted(ids, rows.column("instrument_id").to_numpy())
    starts = np.searchsorted(column, column, side="left")
    return OlderBars(
        column, np.arange(len(column)) - starts, _days(rows.column("date")),
        {name: _floats(rows.column(name)) for name in FIELDS},
    )  # fmt: skip


def _days(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    days: np.ndarray = column.cast(pa.int32()).to_numpy()
    return days


def _floats(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    values = column.cast(pa.float64())
    result: np.ndarray = values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values.to_numpy()
    return result
