"""Inferred splits, adjustment factors and suspect marks, recomputed from bars and corporate actions."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import QuerySet

from market.models import CorporateAction, Instrument
from market.store.adjustments_write import factors_derive, splits_infer, suspects_mark
from market.store.changes import change_lock, change_note

_EVER = dt.date(1, 1, 1)


def action_save(*, action: CorporateAction) -> None:
    """Store one action, new or changed, and what follows from it."""
    with transaction.atomic():
        touched = [(action.instrument_id, action.ex_date), *_days_of(CorporateAction.objects.filter(pk=action.pk))]
        _note(touched)
        action.save()
        adjustment_recompute(instrument_ids=[pk for pk, _ in touched])


def actions_delete(*, actions: QuerySet[CorporateAction]) -> None:
    """Delete actions and undo what followed from them."""
    with transaction.atomic():
        touched = _days_of(actions)
        _note(touched)
        actions.delete()
        adjustment_recompute(instrument_ids=[pk for pk, _ in touched])


def adjustment_recompute(*, instrument_ids: Iterable[int]) -> int:
    """Recompute what follows from the corporate actions of these instruments; returns the number of bars changed.

    Call it whenever actions were added, changed or deleted other than by ``actions_load``.
    """
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for region, ids in _by_region(instrument_ids).items():
            change_lock(cursor, region, "bars")
            _, inferred = splits_infer(cursor, ids, _EVER, "bars")
            if inferred is not None:
                change_lock(cursor, region, "fundamentals")
                change_note(cursor, region, "fundamentals", inferred)
            factors, first = factors_derive(cursor, ids)
            suspects, second = suspects_mark(cursor, ids, _EVER)
            days = [day for day in (first, second) if day is not None]
            if days:
                change_note(cursor, region, "bars", min(days))
            changed += factors + suspects
    return changed


def _days_of(actions: QuerySet[CorporateAction]) -> list[tuple[int, dt.date]]:
    return list(actions.values_list("instrument_id", "ex_date"))


def _by_region(instrument_ids: Iterable[int]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    found = Instrument.objects.filter(pk__in=set(instrument_ids)).order_by("region", "pk")
    for pk, region in found.values_list("pk", "region"):
        places.setdefault(region, []).append(pk)
    return places


def _note(touched: list[tuple[int, dt.date]]) -> None:
    """Lock as loads do (bars before fundamentals), and note the change of the regions' splits."""
    with connection.cursor() as cursor:
        for region, ids in _by_region(pk for pk, _ in touched).items():
            change_lock(cursor, region, "bars")
            change_lock(cursor, region, "fundamentals")
            change_note(cursor, region, "fundamentals", min(day for pk, day in touched if pk in ids))
