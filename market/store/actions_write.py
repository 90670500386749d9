"""Corporate actions into the database."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from market.store.bars_write import Merged


class Action(NamedTuple):
    """``ratio`` as CorporateAction.Kind defines it; ``amount`` in currency units per share."""

    ex_date: dt.date
    kind: str
    ratio: float | None
    amount: float | None


def actions_upsert(cursor: CursorWrapper, actions: Sequence[tuple[int, Action]], source: str) -> Merged:
    """Insert or update by (instrument, ex-date, kind); ``changed_from`` is the earliest ex-date touched.

    An action somebody states takes the place of the one inferred for that day.
    """
    rows: dict[str, Any] = {
        "ids": [pk for pk, _ in actions],
        "days": [action.ex_date for _, action in actions],
        "kinds": [action.kind for _, action in actions],
        "ratios": [action.ratio for _, action in actions],
        "amounts": [action.amount for _, action in actions],
        "source": source,
    }
    given = "unnest(%(ids)s::int[], %(days)s::date[], %(kinds)s::text[], %(ratios)s::float8[], %(amounts)s::float8[])"
    names = "instrument_id, ex_date, kind, ratio, amount"
    cursor.execute(
        "DELETE FROM market_corporateaction a USING unnest(%(ids)s::int[], %(days)s::date[], %(kinds)s::text[])"
        " AS s(instrument_id, ex_date, kind) WHERE a.instrument_id = s.instrument_id AND a.ex_date = s.ex_date"
        " AND a.kind = 'INFERRED' AND s.kind <> 'INFERRED' RETURNING a.ex_date",
        rows,
    )
    replaced = [day for (day,) in cursor.fetchall()]
    cursor.execute(
        f"WITH changed AS (UPDATE market_corporateaction a SET ratio = s.ratio, amount = s.amount, source = %(source)s"
        f" FROM {given} AS s({names}) WHERE a.instrument_id = s.instrument_id AND a.ex_date = s.ex_date"
        " AND a.kind = s.kind AND (a.ratio, a.amount) IS DISTINCT FROM (s.ratio, s.amount) RETURNING a.ex_date)"
        " SELECT count(*), min(ex_date) FROM changed",
        rows,
    )
    updated, first_updated = cursor.fetchone()
    cursor.execute(
        f"WITH added AS (INSERT INTO market_corporateaction ({names}, source) SELECT {names}, %(source)s"
        f" FROM {given} AS s({names}) ON CONFLICT (instrument_id, ex_date, kind) DO NOTHING RETURNING ex_date)"
        " SELECT count(*), min(ex_date) FROM added",
        rows,
    )
    inserted, first_inserted = cursor.fetchone()
    days = [day for day in (first_updated, first_inserted, *replaced) if day is not None]
    return Merged(inserted, updated, len(actions) - inserted - updated, min(days) if days else None)
