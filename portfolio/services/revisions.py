"""Which bars and exchange rates a value was made of, and from which day on they have changed since."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import Max, Min, Q

from market.models import DataChange

BARS, FX = DataChange.Kind.BARS.value, DataChange.Kind.FX.value


def revisions_now(regions: Collection[str]) -> dict[str, int]:
    """The newest change of bars of each region, and of exchange rates by the region they were loaded for."""
    changes = DataChange.objects.filter(Q(kind=BARS, region__in=list(regions)) | Q(kind=FX))
    newest = changes.values_list("kind", "region").annotate(newest=Max("id")).order_by()
    return {f"{kind} {region}": number for kind, region, number in newest}


def revisions_of(known: Mapping[str, int], regions: Collection[str]) -> dict[str, int]:
    """Those of some regions out of an answer for more."""
    return {name: number for name, number in known.items() if name.startswith(FX) or name.split()[1] in regions}


def changed_from(since: Mapping[str, int], now: Mapping[str, int]) -> dt.date | None:
    """The earliest day touched between two answers of ``revisions_now``; None for none. Bars of regions that ``since``
    does not know do not count: what is of them is new to the portfolio. Rates do, whoever loads them first.
    """
    later = Q(pk__in=[])
    for name, newest in now.items():
        kind, region = name.split()
        known = since.get(name, 0 if kind == FX else newest)
        if newest > known:
            later |= Q(kind=kind, region=region, id__gt=known)
    earliest: dt.date | None = DataChange.objects.filter(later).aggregate(day=Min("changed_from"))["day"]
    return earliest
