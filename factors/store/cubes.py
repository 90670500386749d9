"""Stored scores of a range of sessions as one array: what combining and analysing start from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from factors.models import Factor
from market.regions import region_get
from market.store.arrow import batches, snapshot, table


@dataclass(frozen=True)
class ScoreCube:
    """``score`` float32 [F, T, N], NaN where an instrument has none.

    ``names`` [F], factor names as asked for; ``days`` int32 [T], days since 1970-01-01 of the sessions that have any
    score of them, ascending; ``instrument_ids`` int32 [N], ascending, those with any score.
    """

    names: list[str]
    days: np.ndarray
    instrument_ids: np.ndarray
    score: np.ndarray


def cube_read(
    region: str, start: dt.date, end: dt.date, names: Sequence[str], column: str = "score", *,
    only: Sequence[dt.date] | None = None,
) -> ScoreCube:  # fmt: skip
    """Scores (or ``column`` ``value``, ``percentile``) of ``names`` from ``start`` to ``end``, both included.

    ``only``: of these days alone, for those who need a sample of a long range. A name that was never computed has a
    layer of NaN. ValueError for an unknown column.
    """
    if column not in ("score", "value", "percentile"):
        raise ValueError(f"unknown column {column!r}: use score, value or percentile")
    code = region_get(region).code
    ids = dict(Factor.objects.filter(name__in=names).values_list("name", "id"))
    wanted = ", ".join(str(i) for i in ids.values()) or "-1"
    layer_of = np.full(max(ids.values(), default=0) + 1, -1, dtype=np.int64)
    for place, name in enumerate(names):
        if name in ids:
            layer_of[ids[name]] = place
    where = f"s.date BETWEEN '{start}' AND '{end}' AND s.factor_id IN ({wanted})"
    if only is not None:
        listed = ", ".join(f"'{day}'" for day in only)
        where += f" AND s.date IN ({listed or 'NULL'})"
    with snapshot() as arrow:
        instruments = table(arrow, f"SELECT id FROM market_instrument WHERE region = '{code}' ORDER BY id")
        parts = list(
            batches(
                arrow,
                f"SELECT s.date, s.instrument_id, s.factor_id, s.{column}::real AS figure FROM factors_factorscore s"
                f" JOIN market_instrument i ON i.id = s.instrument_id AND i.region = '{code}' WHERE {where}",
            )
        )
    day, instrument, factor, figure = _columns(parts)
    region_ids = instruments.column("id").to_numpy()
    days = np.unique(day).astype(np.int32)
    used = np.unique(instrument)
    used = used[np.isin(used, region_ids)].astype(np.int32)
    cube = np.full((len(names), len(days), len(used)), np.nan, dtype=np.float32)
    cube[layer_of[factor], np.searchsorted(days, day), np.searchsorted(used, instrument)] = figure
    return ScoreCube(list(names), days, used, cube)


def _columns(parts: Sequence[pa.RecordBatch]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(day, instrument, factor, figure) of all rows; nulls are NaN."""
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing, np.zeros(0, dtype=np.float32)
    rows = pa.Table.from_batches(parts)
    return (
        rows.column("date").cast(pa.int32()).to_numpy(),
        rows.column("instrument_id").to_numpy(),
        rows.column("factor_id").to_numpy(),
        rows.column("figure").to_numpy(zero_copy_only=False),
    )
