"""Stored scores of a range of sessions as one array: what combining and analysing start from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from factors.models import Factor
from market.regions import region_get
from market.store.arrow import batches, snapshot, table

FIGURES: dict[str, type] = {"score": np.float32, "value": np.float64, "percentile": np.float32}  # as they are stored


@dataclass(frozen=True)
class ScoreCube:
    """``score`` float32 (of the column ``value`` float64) [F, T, N], NaN where an instrument has none.

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
    if column not in FIGURES:
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
        layers = _Layers(len(names), instruments.column("id").to_numpy(), FIGURES[column])
        for batch in batches(
            arrow,
            f"SELECT s.date, s.instrument_id, s.factor_id, s.{column} AS figure FROM factors_factorscore s"
            f" JOIN market_instrument i ON i.id = s.instrument_id AND i.region = '{code}' WHERE {where}",
        ):
            layers.add(batch, layer_of)
    return ScoreCube(list(names), *layers.joined())


class _Layers:
    """Figures as they come, a layer [F, N of the region] for each day that has any; made a cube at the end.

    So no more is in memory than the cube and one batch of rows.
    """

    def __init__(self, factors: int, region_ids: np.ndarray, dtype: type) -> None:
        self.ids = region_ids.astype(np.int32)
        self.shape, self.dtype = (factors, len(region_ids)), dtype
        self.layers: dict[int, np.ndarray] = {}
        self.used = np.zeros(len(region_ids), dtype=bool)
        self.column_of = np.zeros(int(region_ids.max(initial=0)) + 1, dtype=np.int32)
        self.column_of[region_ids] = np.arange(len(region_ids))

    def add(self, batch: pa.RecordBatch, layer_of: np.ndarray) -> None:
        """Rows in any order: sorted by day, then a day's at once. Nulls are NaN."""
        day = batch.column("date").cast(pa.int32()).to_numpy()
        column = self.column_of[batch.column("instrument_id").to_numpy()]
        factor = layer_of[batch.column("factor_id").to_numpy()]
        figure = batch.column("figure").to_numpy(zero_copy_only=False)
        self.used[column] = True
        order = np.argsort(day, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(day[order])) + 1) if len(day) else []:
            today = int(day[rows[0]])
            if today not in self.layers:
                self.layers[today] = np.full(self.shape, np.nan, dtype=self.dtype)
            self.layers[today][factor[rows], column[rows]] = figure[rows]

    def joined(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(days, instrument ids, cube [F, T, N]); each layer is let go as it is copied."""
        days = sorted(self.layers)
        cube: np.ndarray = np.empty((self.shape[0], len(days), int(self.used.sum())), dtype=self.dtype)
        for place, day in enumerate(days):
            cube[:, place] = self.layers.pop(day)[:, self.used]
        return np.array(days, dtype=np.int32), self.ids[self.used], cube
