"""The figures of one factor on one session, all together."""

import datetime as dt

import numpy as np

from factors.calc.histogram import Histogram, histogram
from factors.models import Factor, FactorScore


def distribution_read(*, region: str, date: dt.date, name: str) -> dict[str, Histogram]:
    """Histograms of ``value`` and ``score``; what nobody has is left out."""
    rows = FactorScore.objects.of_day(region, date, Factor.objects.ids_of([name])).order_by()
    table = np.array(list(rows.values_list("value", "score")), dtype=np.float64).reshape(-1, 2)
    found = {"value": histogram(table[:, 0]), "score": histogram(table[:, 1])}
    return {column: one for column, one in found.items() if one is not None}
