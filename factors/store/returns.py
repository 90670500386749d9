"""Factor returns in and out of the database."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from django.db import connection

from factors.calc.factor_returns import RECENT_DAYS, Earlier, FactorReturns
from factors.models import FactorReturn, FactorRun
from factors.store.cubes import cube_read
from market.store.copying import Column, copy_rows


def returns_write(
    region: str, days: np.ndarray, by_factor: Mapping[int, FactorReturns], in_universe: np.ndarray,
    replaced: Collection[int],
) -> int:  # fmt: skip
    """Replace the factor returns of ``region`` on ``days`` (int32 [T]) for the factor ids given; the rows written.

    ``replaced``: the ids of all factors asked for; one that failed is left without returns as it is without scores.
    in_universe: bool [T x N], which instruments are in the region's universe. Call inside a transaction.
    """
    dates = days.astype("datetime64[D]")
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {FactorReturn._meta.db_table}"
            " WHERE date BETWEEN %s AND %s AND region = %s AND factor_id = ANY(%s)",
            [dates[0].item(), dates[-1].item(), region, list(replaced)],
        )
        universe = in_universe.reshape(len(dates), -1).sum(axis=1)
        columns = _columns(region, dates, by_factor, universe)
        return copy_rows(cursor, FactorReturn._meta.db_table, columns)


def _columns(
    region: str, dates: np.ndarray, by_factor: Mapping[int, FactorReturns], universe: np.ndarray
) -> dict[str, Column]:
    """Sessions on which nothing had both a score before and a return have no row."""
    factor_ids = np.array(list(by_factor), dtype=np.int16)
    value, ic, count = (
        np.stack([getattr(found, name) for found in by_factor.values()], axis=1)
        if len(factor_ids) else np.zeros((len(dates), 0)) for name in ("value", "ic", "count")
    )  # fmt: skip
    row, column = np.nonzero(count > 0)
    used = count[row, column]
    return {
        "date": Column("date", dates[row]),
        "region": Column("text", np.full(len(row), region, dtype=object)),
        "factor_id": Column("int2", factor_ids[column]),
        "value": Column("float8", value[row, column]),
        "ic": Column("float8", ic[row, column]),
        "coverage": Column("float8", used / np.maximum(universe[row], used)),
        "count": Column("int4", used),
    }


def scores_before(region: str, date: dt.date, names: Sequence[str], instrument_ids: np.ndarray) -> dict[str, Earlier]:
    """By factor: the scores of ``instrument_ids`` [N] on its last session before ``date`` that has any, NaN for none.

    Sessions more than a month before do not count.
    """
    found = {name: Earlier(np.full(len(instrument_ids), np.nan), 0) for name in names}
    for day, of_day in _last_scored(region, date, names).items():
        cube = cube_read(region, day, day, of_day)
        place = np.minimum(np.searchsorted(instrument_ids, cube.instrument_ids), len(instrument_ids) - 1)
        if not cube.score.size or not len(instrument_ids):
            continue
        known = instrument_ids[place] == cube.instrument_ids
        for layer, name in enumerate(cube.names):
            found[name].scores[place[known]] = cube.score[layer, 0, known]
            found[name] = Earlier(found[name].scores, int(cube.days[0]))
    return found


def _last_scored(region: str, date: dt.date, names: Sequence[str]) -> dict[dt.date, list[str]]:
    """By session before ``date``, newest first: the factors whose newest scores are of it, as the runs say."""
    earliest = date - dt.timedelta(days=RECENT_DAYS)
    runs = FactorRun.objects.done().filter(region=region, date__gte=earliest, date__lt=date).order_by("-date", "-id")
    missing, found = set(names), dict[dt.date, list[str]]()
    for day, counts in runs.values_list("date", "counts"):
        scored = sorted(name for name in missing if counts.get(name, {}).get("scored"))
        if scored:
            found.setdefault(day, []).extend(scored)
            missing.difference_update(scored)
    return found
