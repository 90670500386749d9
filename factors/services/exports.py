"""Stored scores for people: exports, and the best of one factor."""

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from factors import store
from factors.calc.normalise import MINIMUM
from factors.models import FactorRun
from factors.registry import UnknownFactor
from factors.services.catalogue import factor_names_check
from factors.services.runs import FactorRunError
from market.models import Instrument
from market.regions import region_get


def scores_export(*, region: str, date: dt.date | None, factor_names: Sequence[str] = ()) -> pa.Table:
    """Stored scores: region, ticker, date, factor, value, score, percentile. ``date`` None: the newest with scores.

    FactorRunError when the request is wrong or there are no scores.
    """
    try:
        code = region_get(region).code
        names = factor_names_check(factor_names)
    except (ValueError, UnknownFactor) as error:
        raise FactorRunError(str(error)) from error
    if date is None:
        latest = FactorRun.objects.latest_of(code, names)
        if latest is None:
            raise FactorRunError(f"{code} has no scores yet: run manage.py compute_factors --region {code}")
        date = latest.date
    found = store.scores_read(code, date, names)
    if not found.num_rows:
        what = f"{', '.join(names)} of {code}" if names else code
        raise FactorRunError(
            f"no scores of {what} on {date}: manage.py compute_factors --region {code} --date {date} computes them,"
            " and says of each factor why instruments have none"
        )
    return found


def scores_top(*, region: str, date: dt.date | None, factor_name: str, count: int = 10) -> list[dict[str, object]]:
    """The ``count`` best instruments of one factor: rank, ticker, name, value, score, percentile; errors as
    ``scores_export``.
    """
    table = scores_export(region=region, date=date, factor_names=[factor_name])
    rows = [row for row in table.to_pylist() if row["score"] is not None]
    if not rows:
        raise FactorRunError(f"{factor_name} has values but no scores: fewer than {MINIMUM} instruments have one")
    best = sorted(rows, key=lambda row: (-row["percentile"], row["ticker"]))[:count]
    tickers = [row["ticker"] for row in best]
    found = Instrument.objects.in_region(region_get(region).code).filter(ticker__in=tickers)
    names = dict(found.values_list("ticker", "name"))
    return [{"rank": i, "name": names[row["ticker"]], **row} for i, row in enumerate(best, 1)]
