"""The scores of one instrument: the newest, how one of them went, and all of them in one picture."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from factors.models import Factor, FactorRun, FactorScore
from factors.models.scores import FactorScoreQuerySet
from market.models import Instrument

SESSIONS = 504  # of a history: two years
CORNERS = 3  # that a profile needs at least


@dataclass(frozen=True)
class Profile:
    """Mean percentiles, 0 to 100, by category (``of_categories``) or else by factor, in alphabetical order."""

    of_categories: bool
    means: dict[str, float]


def scores_newest(*, instrument: Instrument) -> tuple[dt.date | None, FactorScoreQuerySet]:
    """The newest scored session of the instrument's region, and its scores then."""
    run = FactorRun.objects.latest_of(instrument.region)
    if run is None:
        return None, FactorScore.objects.none()
    return run.date, FactorScore.objects.of_instrument(instrument.pk, run.date).with_names()


def score_history(*, instrument: Instrument, factor: str, end: dt.date | None = None) -> list[FactorScore]:
    """Its scores of one factor on the last ``SESSIONS`` that were scored (up to ``end``), oldest first."""
    dates = FactorRun.objects.done().dates_of(instrument.region, end=end)[-SESSIONS:]
    return list(FactorScore.objects.history(instrument.pk, dates, Factor.objects.ids_of([factor])))[::-1]


def factor_profile(*, scores: Sequence[FactorScore]) -> Profile | None:
    """By category where three of them have a percentile, else by factor; None where fewer than three have one."""
    ranked = [(one.factor, one.percentile) for one in scores if one.percentile is not None]
    by_category, by_name = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for factor, percentile in ranked:
        by_category[factor.category].append(percentile)
        by_name[factor.name].append(percentile)
    of_categories = len(by_category) >= CORNERS
    spokes = by_category if of_categories else by_name
    if len(spokes) < CORNERS:
        return None
    return Profile(of_categories, {name: fmean(spokes[name]) for name in sorted(spokes)})
