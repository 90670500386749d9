"""Bars of many years, kept under ``var/panels`` a calendar year each: what a history is read from.

A load changes only the years it touches; those are read again, the others stay. A year is valid while no change of the
region's bars since it was read reaches back to its end.
"""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from django.db import connection

from market.calc.stacking import OlderBars
from market.store import columnar
from market.store.arrow import snapshot
from market.store.bar_cache import Coverage, grid_from_arrays, grid_to_arrays, names_of_arrays
from market.store.bar_grid import FIELDS, BarGrid, Window, older_read, read_grid
from market.store.changes import changed_since, revision_now

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

AT_A_TIME = 2  # years


def bars_between(arrow: "adbc.Connection", wanted: Window) -> BarGrid:
    """The grid of ``wanted.first`` to ``wanted.last``, with the older bars for as-of dates from ``wanted.as_of`` on."""
    grid = fields_between(arrow, wanted.region, wanted.first, wanted.last)
    base = min(wanted.lookback, int((grid.days <= np.datetime64(wanted.as_of, "D").astype(np.int64)).sum()))
    close = grid.fields["close"][:base]
    return replace(grid, older=older_read(arrow, grid.instrument_ids, close, wanted.first, wanted.lookback))


def fields_between(
    arrow: "adbc.Connection", region: str, first: dt.date, last: dt.date, fields: Sequence[str] = FIELDS
) -> BarGrid:
    """The grid of ``first`` to ``last``, of some fields, without older bars."""
    years = [_year(arrow, region, year, fields) for year in range(first.year, last.year + 1)]
    return _joined([_between(grid, first, last) for grid in years], fields)


def bars_warm(region: str, first: dt.date, last: dt.date) -> None:
    """Read what is not kept of the years from ``first`` to ``last``, several at a time: the server makes the rows of
    one while those of another are put in place.
    """
    missing = [
        year for year in range(first.year, last.year + 1) if columnar.read_meta(_directory(region, year)) is None
    ]
    if len(missing) < 2:
        return
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for done in [pool.submit(_warm, region, year) for year in missing]:
            done.result()


def _warm(region: str, year: int) -> None:
    with snapshot() as arrow:
        _year(arrow, region, year, ())
    connection.close()  # the thread's own


def _directory(region: str, year: int) -> Path:
    return Path(settings.PANEL_CACHE_DIR) / region / "years" / str(year)


def _year(arrow: "adbc.Connection", region: str, year: int, fields: Sequence[str]) -> BarGrid:
    """All bars of a calendar year."""
    directory = _directory(region, year)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    with columnar.locked(directory):
        kept = Coverage.of_meta(columnar.read_meta(directory))
        if kept is not None:
            changed = changed_since(arrow, region, "bars", kept.revision)
            if changed is None or changed > last:
                try:
                    return grid_from_arrays(columnar.read_arrays(directory, names_of_arrays(fields)), fields)
                except columnar.DamagedCache:
                    pass  # read again below
        revision = revision_now(arrow, region, "bars")
        grid = read_grid(arrow, Window(region, last, first, last, 0))
        columnar.write_arrays(directory, grid_to_arrays(grid), Coverage(revision, first, first, last, 0).meta())
        return grid


def _between(grid: BarGrid, first: dt.date, last: dt.date) -> BarGrid:
    low, high = np.searchsorted(grid.days, [_day(first), _day(last) + 1])
    return replace(
        grid, days=grid.days[low:high], fields={name: values[low:high] for name, values in grid.fields.items()}
    )


def _joined(grids: list[BarGrid], fields: Sequence[str]) -> BarGrid:
    """One grid under the other; the instruments are those of any."""
    ids = np.unique(np.concatenate([grid.instrument_ids for grid in grids]))
    days = np.concatenate([grid.days for grid in grids]).astype(np.int32)
    places = [np.searchsorted(ids, grid.instrument_ids) for grid in grids]
    found = {}
    for name in fields:
        joined = np.full((len(days), len(ids)), np.nan)
        row = 0
        for grid, columns in zip(grids, places, strict=True):
            joined[row : row + len(grid.days), columns] = grid.fields[name]
            row += len(grid.days)
        found[name] = joined
    return BarGrid(days, ids, found, _no_older())


def _no_older() -> OlderBars:
    nothing = np.zeros(0, np.int64)
    return OlderBars(nothing, nothing, nothing.astype(np.int32), {name: np.zeros(0) for name in FIELDS})


def _day(date: dt.date) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))
