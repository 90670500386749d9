"""Scores of one session as an array, of a sample where there are very many instruments."""

import datetime as dt

import numpy as np

from factors.models import Factor
from market.store.arrow import snapshot, table

MOST = 8_000  # instruments read


def session_scores(region: str, date: dt.date) -> tuple[list[str], np.ndarray, int]:
    """(names of the factors with scores, scores float32 [F, N], k): those of every k-th instrument by its id, k such
    that at most ``MOST`` are read; NaN where one has none.
    """
    with snapshot() as arrow:
        known = table(arrow, f"SELECT id FROM market_instrument WHERE region = '{region}' AND asset_type = 'STOCK'")
        every = max(1, -(-known.num_rows // MOST))
        rows = table(
            arrow,
            "SELECT s.instrument_id, s.factor_id, s.score FROM factors_factorscore s"
            f" JOIN market_instrument i ON i.id = s.instrument_id AND i.region = '{region}'"
            f" WHERE s.date = '{date}' AND s.instrument_id % {every} = 0 AND s.score IS NOT NULL",
        )
    instruments, column = np.unique(rows.column("instrument_id").to_numpy(), return_inverse=True)
    factors, row = np.unique(rows.column("factor_id").to_numpy(), return_inverse=True)
    score = np.full((len(factors), len(instruments)), np.nan, dtype=np.float32)
    score[row, column] = rows.column("score").to_numpy()
    names = dict(Factor.objects.filter(pk__in=factors.tolist()).values_list("pk", "name"))
    return [names[int(one)] for one in factors], score, every
