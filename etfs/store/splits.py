"""Splits that are known of funds and of what they hold: corporate actions, told and inferred."""

import datetime as dt
from collections.abc import Iterable

from market.models import CorporateAction

KINDS = (CorporateAction.Kind.SPLIT, CorporateAction.Kind.INFERRED)


def splits_known(
    instrument_ids: Iterable[int], after: dt.date | None = None, until: dt.date | None = None
) -> list[tuple[int, dt.date, float]]:
    """(instrument, ex-date, new shares per old one), by ex-date, after one day and up to another. Of a split that
    somebody told and one inferred from prices on the same day the first counts."""
    found = CorporateAction.objects.filter(instrument__in=list(instrument_ids), kind__in=KINDS, ratio__isnull=False)
    if after is not None:
        found = found.filter(ex_date__gt=after)
    if until is not None:
        found = found.filter(ex_date__lte=until)
    told = found.order_by("ex_date", "kind").values_list("instrument_id", "ex_date", "ratio")  # INFERRED, then SPLIT
    of_day = {(one, day): float(ratio) for one, day, ratio in told if ratio}
    return [(one, day, ratio) for (one, day), ratio in of_day.items()]
