"""Ten million score rows, and how long single questions to them take."""

import datetime as dt
import random
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from benchmarks.report import Report, Row, step
from benchmarks.universe import AS_OF
from factors.models import Factor, FactorScore
from factors.registry import all_factors
from factors.store import factors_sync
from market.calendars import sessions_before
from market.models import Instrument
from market.store.copying import Column, copy_rows

REGION = "JP"  # 3,000 instruments
YEAR = 252
WARM_UP = 3
Question = Callable[[int, int], QuerySet]  # of an instrument and a factor
FIELDS = ("date", "instrument_id", "factor_id", "value", "score", "percentile")


def fill(rows: int) -> int:
    """Scores of the year before AS_OF for some instruments of every region, ``rows`` in all; returns how many."""
    ids = np.array(sorted(factors_sync(all_factors()).values()), dtype=np.int16)
    names = Instrument.objects.filter(asset_type=Instrument.AssetType.STOCK).order_by("id").values_list("id", flat=True)
    days = sessions_before(REGION, AS_OF, YEAR)[:-1]
    every = np.array(names, dtype=np.int32)
    some = np.sort(np.random.default_rng(7).choice(every, min(len(every), rows // (YEAR * len(ids))), replace=False))
    with transaction.atomic(), connection.cursor() as cursor:
        for day in days:
            copy_rows(cursor, FactorScore._meta.db_table, _day(day, some, ids))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE factors_factorscore")
    return len(days) * len(some) * len(ids)


def _day(day: np.datetime64, instruments: np.ndarray, factors: np.ndarray) -> dict[str, Column]:
    rng, count = np.random.default_rng(day.astype(int)), len(instruments) * len(factors)
    return {
        "date": Column("date", np.full(count, day)),
        "instrument_id": Column("int4", np.repeat(instruments, len(factors))),
        "factor_id": Column("int2", np.tile(factors, len(instruments))),
        "value": Column("float8", rng.normal(size=count)),
        "score": Column("float4", rng.normal(size=count)),
        "percentile": Column("float4", rng.uniform(0.0, 100.0, count)),
    }


def measure(report: Report, runs: int) -> None:
    """Each question through the named QuerySet methods, with other instruments and factors every time."""
    days: list[dt.date] = sessions_before(REGION, AS_OF, YEAR).tolist()
    names = FactorScore.objects.filter(date=days[0], instrument__region=REGION).values_list("instrument_id", flat=True)
    instruments = random.Random(3).choices(sorted(set(names)), k=500)
    factors = random.Random(4).choices(list(Factor.objects.values_list("id", flat=True)), k=500)
    scores = FactorScore.objects
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE factors_factorscore")
    count = scores.count()
    report.notes.append(f"The queries were put to {count:,} score rows, each to another instrument and factor.")
    questions: list[tuple[str, float | None, Question]] = [
        ("one ticker, all factors, a date", 10.0, lambda i, f: scores.of_instrument(i, AS_OF)),
        (f"one factor, all of {REGION}, a date", 10.0, lambda i, f: scores.of_day(REGION, AS_OF, [f])),
        ("one ticker, one factor, a year", 10.0, lambda i, f: scores.history(i, days, [f])),
        ("one ticker, all factors, a year", None, lambda i, f: scores.history(i, days)),
    ]
    pairs = list(zip(instruments, factors, strict=True))[: runs + WARM_UP]
    with step("single questions"):
        for name, target, ask in questions:
            found = [_timed(partial(_tuples, ask, *pair)) for pair in pairs]
            models = [_timed(partial(_instances, ask, *pair)) for pair in pairs]
            sql = [_timed(_fetch(ask(*pair))) for pair in pairs]
            rows = len(ask(*pairs[-1]))
            note = f"{rows:,} rows as tuples; as model instances {_median(models):.2f}, SQL alone {_median(sql):.2f} ms"
            report.add(Row(f"query: {name}", "ms", found[WARM_UP:], target, note))


def _tuples(ask: Question, instrument: int, factor: int) -> list:
    return list(ask(instrument, factor).values_list(*FIELDS))


def _instances(ask: Question, instrument: int, factor: int) -> list:
    return list(ask(instrument, factor))


def _fetch(rows: QuerySet) -> Callable[[], list]:
    """The SQL of a queryset, to be run without the ORM."""
    sql, parameters = rows.values_list(*FIELDS).query.sql_with_params()

    def fetch() -> list:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    return fetch


def _timed(work: Callable[[], list]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def _median(spent: list[float]) -> float:
    return float(np.median(spent[WARM_UP:]))
