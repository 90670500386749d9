"""A market with scores in the tables: what an analysis starts from."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from factors.models import FactorRun, FactorScore
from factors.registry import factors_named
from factors.store import factors_sync
from market.models import Instrument
from tests.copying import rows_copied
from tests.factors.market_tables import add_bars, add_instrument, sessions

NAMES = 14


@dataclass(frozen=True)
class Market:
    """``close`` [T, N]; ``score`` by factor [T, N], NaN for none; ``days`` [T]; the last name stops trading at
    two thirds.
    """

    days: list[dt.date]
    stocks: list[Instrument]
    close: np.ndarray
    score: dict[str, np.ndarray]


def scored_market(count: int = 50, unscored: int = 6, seed: int = 0) -> Market:
    """``NAMES`` Korean stocks on ``count`` sessions, scores of roe and beta on all but the last ``unscored``."""
    rng = np.random.default_rng(seed)
    days = sessions(count)
    stocks = [add_instrument(f"T{i:02d}") for i in range(NAMES)]
    close = np.round(1000 * np.exp(np.cumsum(rng.normal(0, 0.02, (count, NAMES)), axis=0)), 2)
    end = 2 * count // 3
    close[end:, -1] = np.nan
    for i, stock in enumerate(stocks):
        known = np.isfinite(close[:, i])
        add_bars(stock, [day for day, one in zip(days, known, strict=True) if one], close[known, i])
    score = {name: rng.normal(size=(count, NAMES)).round(3) for name in ("roe", "beta")}
    score["roe"][:, 0] = np.nan
    for layer in score.values():
        layer[count - unscored :] = np.nan
        layer[end + 2 :, -1] = np.nan  # it leaves the universe two sessions after its last bar
    write_scores(days, stocks, score)
    return Market(days, stocks, close, score)


def write_scores(days: list[dt.date], stocks: list[Instrument], score: dict[str, np.ndarray]) -> None:
    """Rows of scores, and a run per session with its counts."""
    ids = factors_sync(factors_named(score))
    written = 0
    for t, day in enumerate(days):
        counts = {}
        for name, layer in score.items():
            known = np.flatnonzero(np.isfinite(layer[t]))
            counts[name] = {"scored": len(known), "valued": len(known), "missing_field": len(stocks) - len(known)}
            written += len(known)
        if any(one["scored"] for one in counts.values()):
            FactorRun.objects.create(
                region="KR", date=day, state="DONE", universe_size=len(stocks), counts=counts, score_count=written
            )
    for name, layer in score.items():
        t, i = np.nonzero(np.isfinite(layer))
        known = layer[t, i].tolist()
        rows_copied(
            FactorScore, date=[days[at] for at in t], instrument_id=[stocks[at].pk for at in i],
            factor_id=[ids[name]] * len(t), value=known, score=known, percentile=[50.0] * len(t),
        )  # fmt: skip
