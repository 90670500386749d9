"""What may be asked of the analyser, checked."""

import datetime as dt
from collections.abc import Sequence

from factors.calc.analysis import Plan
from factors.registry import UnknownFactor
from factors.services.catalogue import factor_names_check
from factors.services.combine import scores_period
from factors.services.runs import FactorRunError
from market.calendars import sessions
from market.models import PriceBar
from market.regions import REGIONS, region_get

QUANTILES = (2, 20)
LONGEST = 252
RECENT = dt.timedelta(days=3 * 366)  # of the button on a page: enough to judge a factor, and soon done


class AnalysisError(FactorRunError):
    """An analysis that cannot be made; says which field is wrong and why."""


def names_check(factor_names: Sequence[str]) -> list[str]:
    """Names of factors that may have scores, each once; AnalysisError otherwise."""
    if not factor_names:
        raise AnalysisError("factors: name at least one")
    try:
        return factor_names_check(factor_names)
    except UnknownFactor as error:
        raise AnalysisError(f"factors: {error}") from error


def plan_check(*, horizons: Sequence[int], quantiles: int, window: int, demean: bool) -> Plan:
    """The plan; AnalysisError for horizons or a window outside 1 to 252 sessions, or quantiles outside 2 to 20."""
    if not horizons or any(not 1 <= horizon <= LONGEST for horizon in horizons):
        raise AnalysisError(f"horizons: one or more numbers of sessions from 1 to {LONGEST}")
    if not QUANTILES[0] <= quantiles <= QUANTILES[1]:
        raise AnalysisError(f"quantiles: {quantiles} is not between {QUANTILES[0]} and {QUANTILES[1]}")
    if not 1 <= window <= LONGEST:
        raise AnalysisError(f"window: {window} is not between 1 and {LONGEST} sessions")
    return Plan(horizons=tuple(sorted(set(horizons))), quantiles=quantiles, window=window, demean=demean)


def period_check(region: str, start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date]:
    """First and last day; None: of the scores there are. AnalysisError for a period that these do not cover."""
    place = region_get(region)
    if start and end and start > end:
        raise AnalysisError(f"from: {start} is after to ({end})")
    for name, day in (("from", start), ("to", end)):
        if day and day > place.today():
            raise AnalysisError(f"{name}: {day} is in the future for {region}")
    if PriceBar.objects.newest_date(region) is None:
        raise AnalysisError(f"region: {region} has no prices: manage.py load_prices --region {region} ...")
    known = scores_period(region=region)
    if known is None:
        raise AnalysisError(f"region: {region} has no factor scores yet: manage.py compute_factors --region {region}")
    first, last = start or known[0], end or known[1]
    if first < known[0] and len(sessions(region, first, known[0])) > 1:
        raise AnalysisError(f"from: {first} is before the first factor scores of {region} ({known[0]})")
    if last < known[0]:
        raise AnalysisError(f"to: {last} is before the first factor scores of {region} ({known[0]})")
    if first > known[1]:
        raise AnalysisError(f"from: {first} is after the newest factor scores of {region} ({known[1]})")
    if not len(sessions(region, first, last)):
        raise AnalysisError(f"from: there is no session of {region} from {first} to {last}")
    return first, last


def recent_start(*, region: str) -> dt.date | None:
    """The first session of an analysis of the last years of a region's scores; None: it has none, or begins later."""
    known = scores_period(region=region) if region in REGIONS else None
    if known is None:
        return None
    start = known[1] - RECENT
    return start if start > known[0] else None
