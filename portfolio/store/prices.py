"""Closes of a few hundred instruments of any regions, on the dates that any of them has."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db import connection

from market.store.copying import read_rows


@dataclass(frozen=True)
class Prices:
    """``dates`` datetime64[D] [T], ascending, on which any has a bar; ``ids`` int64 [N] as asked for; float64 [T, N]
    raw ``close`` and ``factor`` (adjusted close = close x factor), NaN without a bar.
    """

    dates: np.ndarray
    ids: np.ndarray
    close: np.ndarray
    factor: np.ndarray

    @property
    def adjusted(self) -> np.ndarray:
        """Closes adjusted for splits and dividends, as of the newest bar: float64 [T, N]."""
        return np.asarray(self.close * self.factor)

    @cached_property
    def places(self) -> dict[int, int]:
        """The column of each id."""
        return {one: place for place, one in enumerate(self.ids.tolist())}

    def of(self, ids: Sequence[int]) -> "Prices":
        """Some of them, on the dates that any of these has."""
        columns = np.array([self.places[one] for one in ids], dtype=np.int64)
        rows = np.flatnonzero(np.isfinite(self.close[:, columns]).any(axis=1))
        at = np.ix_(rows, columns)
        return Prices(self.dates[rows], np.array(ids, dtype=np.int64), self.close[at], self.factor[at])

    def covers(self, ids: Sequence[int], begin: dt.date) -> bool:
        """Whether all of ``ids`` are there from ``begin`` on."""
        known = bool(len(self.dates)) and self.dates[0].item() <= begin
        return known and all(one in self.places for one in ids)

    def since(self, begin: dt.date) -> "Prices":
        """From the day ``begin`` on."""
        rows = slice(int(np.searchsorted(self.dates, np.datetime64(begin))), None)
        return Prices(self.dates[rows], self.ids, self.close[rows], self.factor[rows])


def prices_read(ids: Sequence[int], start: dt.date, end: dt.date) -> Prices:
    """Bars of instruments ``ids`` from ``start`` to ``end``, both included, inside the caller's transaction."""
    with connection.cursor() as cursor:
        rows = read_rows(
            cursor,
            "SELECT instrument_id, date, close, adjustment_factor FROM market_pricebar"
            " WHERE instrument_id = ANY(%s) AND date BETWEEN %s AND %s",
            [list(ids), start, end],
            {"instrument": "int4", "date": "date", "close": "float8", "factor": "float8"},
        )
    wanted = np.array(ids, dtype=np.int64)
    order = np.argsort(wanted, kind="stable")
    columns = order[np.searchsorted(wanted, rows["instrument"], sorter=order)] if len(rows) else order[:0]
    days, places = np.unique(rows["date"], return_inverse=True)
    close, factor = (np.full((len(days), len(wanted)), np.nan) for _ in range(2))
    close[places, columns], factor[places, columns] = rows["close"], rows["factor"]
    return Prices(days.astype("datetime64[D]"), wanted, close, factor)


def last_closes(ids: Sequence[int], before: dt.date) -> dict[int, tuple[dt.date, float]]:
    """Date and raw close of each instrument's last bar before a day; those without one are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.id, bar.date, bar.close FROM unnest(%s::int[]) AS wanted(id), LATERAL (SELECT date, close"
            " FROM market_pricebar WHERE instrument_id = wanted.id AND date < %s ORDER BY date DESC LIMIT 1) bar",
            [list(ids), before],
        )
        return {one: (day, close) for one, day, close in cursor.fetchall()}


def day_changes(ids: Sequence[int], on: dt.date) -> dict[int, float]:
    """What each instrument with a bar on a day earned from its bar before, fraction, splits and dividends adjusted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT here.instrument_id,"
            " here.close * here.adjustment_factor / (before.close * before.adjustment_factor) - 1"
            " FROM market_pricebar here, LATERAL (SELECT close, adjustment_factor FROM market_pricebar"
            " WHERE instrument_id = here.instrument_id AND date < here.date ORDER BY date DESC LIMIT 1) before"
            " WHERE here.instrument_id = ANY(%s) AND here.date = %s",
            [list(ids), on],
        )
        return dict(cursor.fetchall())
