"""The bar grid of a region, kept under ``var/panels`` and never trusted when the data moved on.

Warm: revision and range fit. Extended: only later dates changed, so the new rows are appended. Rebuilt:
history changed, the range does not fit, or the files are damaged.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from django.db import connection

from market.calc.stacking import OlderBars
from market.store import columnar
from market.store.bar_grid import FIELDS, BarGrid, Window, read_grid
from market.store.changes import Revision, changed_since, revision_now

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

FORMAT = 2
KEEP_DAYS = 400  # rows nearer than this to the wanted date are kept when the range moves


@dataclass(frozen=True)
class Coverage:
    """What a kept grid can answer: as-of dates from ``earliest`` to ``through``, at most ``lookback`` bars back."""

    revision: Revision
    first: dt.date
    earliest: dt.date
    through: dt.date
    lookback: int

    @classmethod
    def of_meta(cls, meta: dict[str, object] | None) -> "Coverage | None":
        """What ``meta`` wrote; None for nothing, another format or database, and for damage."""
        if not meta or meta.get("format") != FORMAT or meta.get("database") != _database():
            return None
        try:
            first, earliest, through = (
                dt.date.fromisoformat(str(meta[key])) for key in ("first", "earliest", "through")
            )
            revision = Revision(int(str(meta["revision"])), str(meta["stamp"]))
            return cls(revision, first, earliest, through, int(str(meta["lookback"])))
        except (KeyError, ValueError):
            return None

    def meta(self) -> dict[str, object]:
        return {
            "format": FORMAT, "database": _database(), "revision": self.revision.id, "stamp": self.revision.stamp,
            "first": str(self.first), "earliest": str(self.earliest), "through": str(self.through),
            "lookback": self.lookback,
        }  # fmt: skip


def bars_read(
    arrow: "adbc.Connection", region: str, as_of: dt.date, first: dt.date, lookback: int
) -> tuple[BarGrid, str]:
    """The grid for ``as_of`` (its rows may go on after it) and how it was had: warm, extended or rebuilt."""
    wanted = Window(region, as_of, first, as_of, lookback)
    directory = Path(settings.PANEL_CACHE_DIR) / region / "bars"
    with columnar.locked(directory):
        kept = Coverage.of_meta(columnar.read_meta(directory))
        revision = revision_now(arrow, region, "bars")
        try:
            if kept and _can_extend(arrow, kept, wanted):
                if as_of <= kept.through:
                    return grid_from_arrays(columnar.read_arrays(directory)), "warm"
                return _extend(arrow, directory, wanted, replace(kept, revision=revision)), "extended"
        except columnar.DamagedCache:
            kept = None
        return _rebuild(arrow, directory, wanted, kept, revision), "rebuilt"


def _can_extend(arrow: "adbc.Connection", kept: Coverage, wanted: Window) -> bool:
    """Nothing up to the kept end has changed, and the wanted date is neither before the kept range nor far after it."""
    changed = changed_since(arrow, wanted.region, "bars", kept.revision)
    in_range = kept.earliest <= wanted.as_of and (wanted.as_of - kept.through).days <= KEEP_DAYS
    if wanted.as_of > kept.through and (wanted.first - kept.first).days > KEEP_DAYS:
        return False  # grown long enough: start again with what is needed
    return kept.lookback >= wanted.lookback and in_range and (changed is None or changed > kept.through)


def _rebuild(
    arrow: "adbc.Connection", directory: Path, wanted: Window, kept: Coverage | None, revision: Revision
) -> BarGrid:
    as_of, lookback = wanted.as_of, wanted.lookback
    through = as_of
    if kept and as_of < kept.through and (kept.through - as_of).days <= KEEP_DAYS:
        through = kept.through
    grid = read_grid(arrow, replace(wanted, last=through))
    usable = grid.days[grid.days <= _day(as_of)]
    row = min(lookback, len(usable)) - 1
    earliest = _date(int(usable[row])) if len(usable) else as_of
    if row + 1 < lookback and not len(grid.older.column):
        earliest = wanted.first  # every column was short and none had an older bar: there is no history before it
    _write(directory, grid, Coverage(revision, wanted.first, min(earliest, as_of), through, lookback))
    return grid


def _extend(arrow: "adbc.Connection", directory: Path, wanted: Window, kept: Coverage) -> BarGrid:
    old = grid_from_arrays(columnar.read_arrays(directory))
    new = read_grid(arrow, replace(wanted, first=kept.through + dt.timedelta(days=1), lookback=0))
    ids = np.union1d(old.instrument_ids, new.instrument_ids)
    old_to, new_to = np.searchsorted(ids, old.instrument_ids), np.searchsorted(ids, new.instrument_ids)
    rows = len(old.days)
    fields = {}
    for name in FIELDS:
        fields[name] = np.full((rows + len(new.days), len(ids)), np.nan)
        fields[name][:rows, old_to] = old.fields[name]
        fields[name][rows:, new_to] = new.fields[name]
    older = OlderBars(old_to[old.older.column], old.older.rank, old.older.day, old.older.fields)
    grid = BarGrid(np.r_[old.days, new.days].astype(np.int32), ids, fields, older)
    _write(directory, grid, replace(kept, through=wanted.as_of))
    return grid


def _write(directory: Path, grid: BarGrid, coverage: Coverage) -> None:
    columnar.write_arrays(directory, grid_to_arrays(grid), coverage.meta())


def grid_to_arrays(grid: BarGrid) -> dict[str, np.ndarray]:
    """A grid as named arrays, for ``columnar``."""
    arrays = {"days": grid.days, "instrument_ids": grid.instrument_ids}
    arrays |= {f"grid_{name}": values for name, values in grid.fields.items()}
    arrays |= {"older_column": grid.older.column, "older_rank": grid.older.rank, "older_day": grid.older.day}
    arrays |= {f"older_{name}": values for name, values in grid.older.fields.items()}
    return arrays


def names_of_arrays(fields: Sequence[str]) -> set[str]:
    """The arrays that a grid of ``fields`` alone is made from."""
    of_fields = (f"{kind}_{name}" for kind in ("grid", "older") for name in fields)
    return {"days", "instrument_ids", "older_column", "older_rank", "older_day", *of_fields}


def grid_from_arrays(arrays: dict[str, np.ndarray], fields: Sequence[str] = FIELDS) -> BarGrid:
    """The grid ``grid_to_arrays`` was given, or some of its fields; DamagedCache when one of its arrays is missing."""
    try:
        older = OlderBars(
            arrays["older_column"], arrays["older_rank"], arrays["older_day"],
            {name: arrays[f"older_{name}"] for name in fields},
        )  # fmt: skip
        return BarGrid(
            arrays["days"], arrays["instrument_ids"], {name: arrays[f"grid_{name}"] for name in fields}, older
        )
    except KeyError as error:
        raise columnar.DamagedCache(f"the cache lacks {error}") from error


def _database() -> str:
    parameters = connection.get_connection_params()
    return f"{parameters.get('host', '')}:{parameters.get('port', '')}/{connection.settings_dict['NAME']}"


def _day(date: dt.date) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)
