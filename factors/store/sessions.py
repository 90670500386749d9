"""Scores of one session as an array, of a sample where there are very many instruments."""

import datetime as dt

import numpy as np

from factors.models import Factor
from market.models import Instrument
from market.store.arrow import snapshot, table

MOST = 5_000  # instruments read: with so many a correlation is known to one or two hundredths


def session_scores(region: str, date: dt.date) -> tuple[list[str], np.ndarray, int]:
    """(names of the factors with scores, scores float32 [F, N], k): those of every k-th instrument by its id, k such
    that about ``MOST`` are read; NaN where one has none.
    """
    stocks = Instrument.objects.in_region(region).filter(asset_type=Instrument.AssetType.STOCK)
    every = max(1, -(-stocks.count() // MOST))
    # An array, not a join: the key is then probed per instrument, where a join would read the day of all regions.
    ids = f"SELECT id FROM market_instrument WHERE region = '{region}' AND asset_type = 'STOCK' AND id % {every} = 0"
    with snapshot() as arrow:
        rows = table(
            arrow,
            "SELECT instrument_id, factor_id, score FROM factors_factorscore"
            f" WHERE date = '{date}' AND score IS NOT NULL AND instrument_id = ANY(ARRAY({ids}))",
        )
    instrument, factor = (rows.column(name).to_numpy() for name in ("instrument_id", "factor_id"))
    column, instruments = _places(instrument)
    row, factors = _places(factor)
    score = np.full((len(factors), len(instruments)), np.nan, dtype=np.float32)
    score[row, column] = rows.column("score").to_numpy()
    names = dict(Factor.objects.filter(pk__in=factors.tolist()).values_list("pk", "name"))
    return [names[int(one)] for one in factors], score, every


def _places(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(place of each of ``numbers`` among them sorted, these, each once): small integers, so that nothing is sorted."""
    there = np.bincount(numbers) > 0 if len(numbers) else np.zeros(0, dtype=bool)
    return np.cumsum(there)[numbers] - 1, np.flatnonzero(there)
