"""Combining years of scores: machine learning walk-forward with a training every month, and the linear combiners."""

import json

import numpy as np
from django.db import connection, transaction

from benchmarks.database import BenchDatabase
from benchmarks.job import Measured, run_process
from benchmarks.report import Report, Row, step
from benchmarks.universe import AS_OF
from factors.models import FactorBackfill, FactorReturn, FactorScore, JobState, Strategy
from factors.registry import all_factors
from factors.services import strategy_save
from factors.store import factors_sync
from market.calendars import sessions_before
from market.models import Instrument, PriceBar
from market.store.copying import Column, copy_rows

REGION = "HK"
STOCKS = 482
SESSIONS = 1260
FACTORS = 20
LEFT_ALONE = 300  # the newest sessions, whose scores belong to the other figures
TARGET = 120.0
STRATEGIES = {"bench forest": ("machine_learning", {"model": "random_forest"}), "bench trees": ("machine_learning", {}),
              "bench optimised": ("optimized", {})}  # fmt: skip


def measure(database: BenchDatabase, report: Report, part: int, runs: int) -> None:
    """Each as a process, from the database to the database."""
    days = sessions_before(REGION, AS_OF, SESSIONS + LEFT_ALONE)[:SESSIONS]
    names = [factor.name for factor in all_factors()][:FACTORS]
    stocks = STOCKS // part
    if not FactorScore.objects.filter(date=days[0].item()).exists():
        with step(f"filling in {stocks * SESSIONS * FACTORS / 1e6:.1f} million scores to combine"):
            fill(days, names, stocks)
    for name, (combiner, options) in STRATEGIES.items():
        known = Strategy.objects.filter(name=name).first()
        strategy_save(
            name=name, region=REGION, factors=names, combiner=combiner, options=options, strategy=known, is_active=False
        )
    scale = f"{stocks} stocks, {SESSIONS} sessions, {FACTORS} factors"
    trees = _measure(database, "bench trees", days, runs)
    forest = _measure(database, "bench forest", days, 1)
    optimised = _measure(database, "bench optimised", days, runs)
    report.add(
        Row("walk-forward XGBoost, retrained monthly", "s", _seconds(trees), TARGET, f"{scale}; {_told(trees)}"),
        Row("walk-forward random forest, retrained monthly", "s", _seconds(forest), TARGET, _told(forest)),
        Row("optimised weights, every session", "s", _seconds(optimised), None, _told(optimised)),
        Row("peak memory of walk-forward XGBoost", "GB", [run.peak_mb / 1000 for run in trees], 2.0),
    )


def _seconds(measured: list[Measured]) -> list[float]:
    return [run.seconds for run in measured]


def _measure(database: BenchDatabase, strategy: str, days: np.ndarray, runs: int) -> list[Measured]:
    arguments = ["combine_factors", "--strategy", strategy, "--from", str(days[0]), "--to", str(days[-1]), "--json"]
    with step(f"combine_factors --strategy {strategy!r}, {len(days)} sessions"):
        return [run_process(arguments, database.scratch / "combine.json") for _ in range(runs)]


def _told(measured: list[Measured]) -> str:
    """Trainings, scores and seconds by stage of the last run."""
    told = json.loads(measured[-1].printed)
    stages = ", ".join(f"{stage} {spent:.2f}" for stage, spent in told["timings"].items())
    models = f"{len(told['model_cards'])} models, each trained twice; " if told["model_cards"] else ""
    cpu = measured[-1].cpu_seconds
    return (
        f"{models}{told['score_count']:,} composite scores; seconds by stage: {stages}; CPU of the process {cpu:.1f} s"
    )


def fill(days: np.ndarray, names: list[str], stocks: int) -> None:
    """Bars, scores and factor returns on ``days``; random numbers."""
    rng = np.random.default_rng(11)
    found = Instrument.objects.in_region(REGION).filter(asset_type=Instrument.AssetType.STOCK).order_by("id")
    ids = np.array(found.values_list("id", flat=True)[:stocks], dtype=np.int32)
    synced = factors_sync(all_factors())
    factor_ids = np.array([synced[name] for name in names], dtype=np.int16)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0, 0.02, (len(days), len(ids))), axis=0))
    with transaction.atomic(), connection.cursor() as cursor:
        copy_rows(cursor, PriceBar._meta.db_table, _bars(days, ids, close))
        for day in days:
            copy_rows(cursor, FactorScore._meta.db_table, _scores(rng, day, ids, factor_ids))
        copy_rows(cursor, FactorReturn._meta.db_table, _returns(rng, days, factor_ids))
    first, last = days[0].item(), days[-1].item()
    FactorBackfill.objects.create(region=REGION, start=first, end=last, done_through=last, state=JobState.DONE)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE factors_factorscore, factors_factorreturn, market_pricebar")


def _bars(days: np.ndarray, ids: np.ndarray, close: np.ndarray) -> dict[str, Column]:
    rows = close.size
    floats = dict.fromkeys(("open", "high", "low", "close"), close.ravel())
    floats |= {"volume": np.full(rows, 1e5), "adjustment_factor": np.ones(rows)}
    flags = dict.fromkeys(("factor_is_given", "close_is_adjusted", "no_trade", "suspect"), np.zeros(rows, dtype=bool))
    return (
        {"instrument_id": Column("int4", np.tile(ids, len(days))), "date": Column("date", np.repeat(days, len(ids)))}
        | {name: Column("float8", values) for name, values in floats.items()}
        | {name: Column("bool", values) for name, values in flags.items()}
    )


def _scores(rng: np.random.Generator, day: np.datetime64, ids: np.ndarray, factors: np.ndarray) -> dict[str, Column]:
    count = len(ids) * len(factors)
    return {
        "date": Column("date", np.full(count, day)),
        "instrument_id": Column("int4", np.repeat(ids, len(factors))),
        "factor_id": Column("int2", np.tile(factors, len(ids))),
        "value": Column("float8", rng.normal(size=count)),
        "score": Column("float4", rng.normal(size=count)),
        "percentile": Column("float4", rng.uniform(0.0, 100.0, count)),
    }


def _returns(rng: np.random.Generator, days: np.ndarray, factors: np.ndarray) -> dict[str, Column]:
    count = len(days) * len(factors)
    return {
        "date": Column("date", np.repeat(days, len(factors))),
        "region": Column("text", np.full(count, REGION, dtype=object)),
        "factor_id": Column("int2", np.tile(factors, len(days))),
        "value": Column("float8", rng.normal(0.0002, 0.01, count)),
        "coverage": Column("float8", np.ones(count)),
        "count": Column("int4", np.full(count, len(factors))),
    }
