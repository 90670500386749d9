"""What follows from bars and corporate actions together: adjustment factors and suspect jumps."""

import datetime as dt

from django.db.backends.utils import CursorWrapper

from market.calc.adjustment import factor_intervals

JUMP = 0.6  # a move beyond 60 % between two bars, with no corporate action to explain it
INFERRED_CHANGE = 0.01  # a given factor that changes by more than this without an action is a split
PRICE_KINDS = ("SPLIT", "RIGHTS", "SPIN_OFF", "INFERRED")

_FACTORS = """
WITH changed AS (
    UPDATE market_pricebar b SET adjustment_factor = span.factor
    FROM unnest(%(ids)s::int[], %(starts)s::date[], %(ends)s::date[], %(factors)s::float8[])
        AS span(instrument_id, first, until, factor)
    WHERE b.instrument_id = span.instrument_id AND b.date >= span.first AND b.date < span.until
        AND NOT b.factor_is_given AND NOT b.close_is_adjusted AND b.adjustment_factor <> span.factor
    RETURNING b.date
) SELECT count(*), min(date) FROM changed
"""

# Where each instrument's bars begin to matter: its last bar before the first changed day. Materialised, or the
# planner (whose statistics know nothing of rows just inserted) may look it up once per bar.
_SINCE = """
WITH wanted AS MATERIALIZED (
    SELECT id, coalesce((
        SELECT p.date FROM market_pricebar p WHERE p.instrument_id = id AND p.date < %(start)s
        ORDER BY p.instrument_id DESC, p.date DESC LIMIT 1), %(start)s) AS since
    FROM unnest(%(ids)s::int[]) AS id
)"""

# The move compares closes in the units of the later bar: a bar's own factor where one is given (its dividends
# included), else the ratios of the actions between the two bars. Raw and adjusted closes are not compared.
_SUSPECTS = f"""{_SINCE}, bar AS (
    SELECT b.instrument_id, b.date, b.suspect, b.close * b.adjustment_factor AS price,
        lag(b.close * b.adjustment_factor) OVER w AS before,
        lag(b.close_is_adjusted) OVER w = b.close_is_adjusted AS comparable
    FROM wanted JOIN market_pricebar b ON b.instrument_id = wanted.id AND b.date >= wanted.since
    WINDOW w AS (PARTITION BY b.instrument_id ORDER BY b.date)
), wrong AS MATERIALIZED (
    SELECT instrument_id, date FROM bar
    WHERE date >= %(start)s AND suspect <> coalesce(comparable AND abs(price / before - 1) > %(jump)s, false)
), changed AS (
    UPDATE market_pricebar b SET suspect = NOT b.suspect FROM wrong
    WHERE b.instrument_id = wrong.instrument_id AND b.date = wrong.date
    RETURNING b.date
) SELECT count(*), min(date) FROM changed
"""

_INFER = f"""{_SINCE}, bar AS (
    SELECT b.instrument_id, b.date, b.adjustment_factor / lag(b.adjustment_factor) OVER (
        PARTITION BY b.instrument_id ORDER BY b.date) AS ratio
    FROM wanted JOIN market_pricebar b ON b.instrument_id = wanted.id AND b.date >= wanted.since
    WHERE b.factor_is_given AND NOT b.close_is_adjusted
), step AS (
    SELECT instrument_id, date, ratio FROM bar
    WHERE abs(ratio - 1) > %(change)s AND NOT EXISTS (
        SELECT 1 FROM market_corporateaction a
        WHERE a.instrument_id = bar.instrument_id AND a.ex_date = bar.date AND a.kind <> 'INFERRED')
), gone AS (
    DELETE FROM market_corporateaction a USING wanted
    WHERE a.instrument_id = wanted.id AND a.kind = 'INFERRED' AND a.ex_date >= %(start)s AND NOT EXISTS (
        SELECT 1 FROM step WHERE step.instrument_id = a.instrument_id AND step.date = a.ex_date)
    RETURNING a.ex_date
), made AS (
    INSERT INTO market_corporateaction AS a (instrument_id, ex_date, kind, ratio, source)
    SELECT instrument_id, date, 'INFERRED', ratio, %(source)s FROM step
    ON CONFLICT (instrument_id, ex_date, kind) DO UPDATE SET ratio = excluded.ratio, source = excluded.source
    WHERE abs(a.ratio / excluded.ratio - 1) > 1e-9
    RETURNING ex_date
) SELECT (SELECT count(*) FROM made), (SELECT min(ex_date) FROM (TABLE made UNION ALL TABLE gone) AS touched)
"""


def splits_infer(
    cursor: CursorWrapper, instrument_ids: list[int], start: dt.date, source: str
) -> tuple[int, dt.date | None]:
    """Record an INFERRED action where a given factor of raw bars changes by more than 1 % from the bar before and no
    action is stated on that day; one that the bars no longer bear out goes. ratio = factor / factor before.

    Returns (actions made or corrected, earliest ex-date touched)."""
    cursor.execute(_INFER, {"ids": instrument_ids, "start": start, "change": INFERRED_CHANGE, "source": source})
    return cursor.fetchone()


def factors_derive(cursor: CursorWrapper, instrument_ids: list[int]) -> tuple[int, dt.date | None]:
    """Recompute the factors nobody gave: 1 / product of later ratios. Gives (bars changed, earliest date)."""
    cursor.execute(
        "SELECT instrument_id, ex_date, ratio FROM market_corporateaction"
        " WHERE instrument_id = ANY(%s) AND kind = ANY(%s)",
        [instrument_ids, list(PRICE_KINDS)],
    )
    actions: dict[int, list[tuple[dt.date, float]]] = {pk: [] for pk in instrument_ids}
    for pk, ex_date, ratio in cursor.fetchall():
        actions[pk].append((ex_date, ratio))
    spans = [(pk, *span) for pk, own in actions.items() for span in factor_intervals(own)]
    ids, starts, ends, factors = (list(column) for column in zip(*spans, strict=True)) if spans else ([], [], [], [])
    cursor.execute(_FACTORS, {"ids": ids, "starts": starts, "ends": ends, "factors": factors})
    return cursor.fetchone()


def suspects_mark(cursor: CursorWrapper, instrument_ids: list[int], start: dt.date) -> tuple[int, dt.date | None]:
    """Set and clear ``suspect`` on bars from ``start`` on (call after factors). Gives (bars changed, earliest date)."""
    cursor.execute(_SUSPECTS, {"ids": instrument_ids, "start": start, "jump": JUMP})
    return cursor.fetchone()


def with_actions(cursor: CursorWrapper, instrument_ids: list[int]) -> list[int]:
    """Those of the instruments that have an action that changes prices."""
    cursor.execute(
        "SELECT DISTINCT instrument_id FROM market_corporateaction WHERE instrument_id = ANY(%s) AND kind = ANY(%s)",
        [instrument_ids, list(PRICE_KINDS)],
    )
    return [row[0] for row in cursor.fetchall()]


def mixed_bases(cursor: CursorWrapper, instrument_ids: list[int]) -> list[str]:
    """Tickers among these instruments whose bars are partly raw and partly adjusted."""
    cursor.execute(
        "SELECT i.ticker FROM market_instrument i WHERE i.id = ANY(%s)"
        " AND EXISTS (SELECT 1 FROM market_pricebar b WHERE b.instrument_id = i.id AND b.close_is_adjusted)"
        " AND EXISTS (SELECT 1 FROM market_pricebar b WHERE b.instrument_id = i.id AND NOT b.close_is_adjusted)"
        " ORDER BY i.ticker",
        [instrument_ids],
    )
    return [ticker for (ticker,) in cursor.fetchall()]


def suspects_count(cursor: CursorWrapper, instrument_ids: list[int], first: dt.date, last: dt.date) -> int:
    """Suspect bars of these instruments between two dates."""
    cursor.execute(
        "SELECT count(*) FROM market_pricebar WHERE instrument_id = ANY(%s) AND date BETWEEN %s AND %s AND suspect",
        [instrument_ids, first, last],
    )
    return int(cursor.fetchone()[0])
