"""Adjustment factors and suspect marks, recomputed from bars and corporate actions."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import QuerySet

from market.models import CorporateAction, Instrument
from market.store.adjustments_write import factors_derive, suspects_mark
from market.store.changes import change_lock, change_note


def action_save(*, action: CorporateAction) -> None:
    """Store one action, new or changed, and what follows from it."""
    with transaction.atomic():
        before = CorporateAction.objects.filter(pk=action.pk).values_list("instrument_id", flat=True)
        touched = {action.instrument_id, *before}
        action.save()
        adjustment_recompute(instrument_ids=sorted(touched))


def actions_delete(*, actions: QuerySet[CorporateAction]) -> None:
    """Delete actions and undo what followed from them."""
    with transaction.atomic():
        touched = sorted(set(actions.values_list("instrument_id", flat=True)))
        actions.delete()
        adjustment_recompute(instrument_ids=touched)


def adjustment_recompute(*, instrument_ids: list[int]) -> int:
    """Recompute what follows from the corporate actions of these instruments; returns the number of bars changed.

    Call it whenever actions were added, changed or deleted other than by ``actions_load``.
    """
    places: dict[str, list[int]] = {}
    for pk, region in Instrument.objects.filter(pk__in=instrument_ids).values_list("pk", "region"):
        places.setdefault(region, []).append(pk)
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for region in sorted(places):
            change_lock(cursor, region, "bars")
            factors, first = factors_derive(cursor, places[region])
            suspects, second = suspects_mark(cursor, places[region], dt.date(1, 1, 1))
            days = [day for day in (first, second) if day is not None]
            if days:
                change_note(cursor, region, "bars", min(days))
            changed += factors + suspects
    return changed
