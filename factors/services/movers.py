"""What moved in the scores of a factor since the session scored before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from factors.models import Factor, FactorRun
from factors.store.movers import Mover, movers_read

MOST = 25  # up, and as many down


@dataclass(frozen=True)
class Movers:
    """``date`` and ``before``: the two newest scored sessions of the region; None where there are not as many."""

    region: str
    factor: str
    date: dt.date | None
    before: dt.date | None
    rows: Sequence[Mover]


def movers_get(*, region: str, factor: str, most: int = MOST) -> Movers:
    """The largest changes of percentile of ``factor``; nothing for a factor or region without scores."""
    known = Factor.objects.filter(name=factor).first()
    runs = FactorRun.objects.done().of_region(region).filter(score_count__gt=0)
    covering = runs.filter(Q(factor_names=[]) | Q(factor_names__contains=[factor]))
    dates = list(covering.order_by("-date").values_list("date", flat=True).distinct()[:2])
    date, before = (*dates, None, None)[:2]
    if known is None or date is None or before is None:
        return Movers(region, factor, date, before, ())
    return Movers(region, factor, date, before, movers_read(region, known.pk, date, before, most))
