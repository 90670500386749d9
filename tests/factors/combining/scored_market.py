"""A market with scores, closes and factor returns in the tables, small and known."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from factors.models import Factor, FactorBackfill, FactorReturn, FactorScore
from market.models import Instrument
from tests.copying import rows_copied
from tests.factors.market_tables import SESSION, add_bars, add_instrument, sessions

SECTORS = ("bank", "chip", "wood")


def add_factor(name: str) -> Factor:
    return Factor.objects.get_or_create(
        name=name, defaults={"category": "value", "unit": "ratio", "direction": 1, "lookback": 1}
    )[0]


def add_stocks(count: int, region: str = "KR") -> list[Instrument]:
    """T00, T01, ... in three sectors, written backwards so that ids do not follow tickers."""
    made = [
        add_instrument(f"T{i:02d}", region, sector=SECTORS[i % 3], name=f"Company {i}") for i in reversed(range(count))
    ]
    return made[::-1]


def add_scores(
    factor: str,
    days: Sequence[dt.date],
    stocks: Sequence[Instrument],
    scores: np.ndarray,
    values: np.ndarray | None = None,
) -> None:
    """Scores [T, N], NaN for none; values are the scores unless given. Leaves the trace of a backfill."""
    row = add_factor(factor)
    values = scores if values is None else values
    t, n = np.nonzero(np.isfinite(scores))
    rows_copied(
        FactorScore, date=[days[at] for at in t], instrument_id=[stocks[at].pk for at in n],
        factor_id=[row.pk] * len(t),
        value=values[t, n].tolist(), score=scores[t, n].tolist(), percentile=[50.0] * len(t),
    )  # fmt: skip
    region = stocks[0].region
    FactorBackfill.objects.create(
        region=region, start=days[0], end=days[-1], done_through=days[-1], state="DONE", factor_names=[factor]
    )


def add_returns(returns: Mapping[str, np.ndarray], days: Sequence[dt.date], region: str = "KR") -> None:
    factors = {name: add_factor(name) for name in returns}
    rows = [
        FactorReturn(date=day, region=region, factor=factors[name], value=float(value), coverage=1.0, count=100)
        for name, series in returns.items() for day, value in zip(days, series, strict=True)
    ]  # fmt: skip
    FactorReturn.objects.bulk_create(rows)


def learning_market(
    count: int = 30, length: int = 340, skill: float = 0.0, seed: int = 0, last: dt.date = SESSION
) -> tuple[list[Instrument], list[dt.date], np.ndarray]:
    """Stocks with closes and the factors ``roe`` and ``beta``, noise; with ``skill`` roe leads the daily returns.

    Returns (stocks, sessions, closes [T, N]).
    """
    rng = np.random.default_rng(seed)
    days, stocks = sessions(length, last), add_stocks(count)
    roe, beta = rng.normal(size=(2, length, count))
    for t in range(1, length):  # scores are slow
        roe[t] = 0.95 * roe[t - 1] + 0.3 * roe[t]
    daily = 0.02 * rng.normal(size=(length, count))
    daily[1:] += skill * roe[:-1]
    close = 1000 * np.exp(np.cumsum(daily, axis=0))
    for n, stock in enumerate(stocks):
        add_bars(stock, days, close[:, n])
    add_scores("roe", days, stocks, roe)
    add_scores("beta", days, stocks, beta)
    return stocks, days, close
