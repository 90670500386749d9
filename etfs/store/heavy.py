"""What weighs much in its fund, lines of one instrument added first.

No composition is added up as a whole. Most instruments are one line everywhere: of those, the index of weights has the
heavy ones. An instrument that is n lines somewhere can weigh T in a fund only if one of its lines there weighs T / n,
so that index has it too; those few are then added, whatever their other lines weigh, short ones included.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from etfs.store.assets import assets_sql
from etfs.store.reads import FUND, LATEST, rows_read

# One row per fund and instrument (or line that is none of ours): the line that weighs most, with the sums of all.
_HEAVY = f"""
    WITH several AS MATERIALIZED (
        SELECT instrument_id, array_agg(id) AS lines, count(*) AS n FROM etfs_holdingline
        WHERE instrument_id IS NOT NULL GROUP BY instrument_id HAVING count(*) > 1
    ), funds AS MATERIALIZED (
        SELECT {FUND}, {assets_sql("e.instrument_id", "f.currency")} AS assets
        FROM etfs_etf e JOIN market_instrument f ON f.id = e.instrument_id {LATEST} WHERE %s IN ('', e.region)
    ), heavy AS (
        SELECT funds.*, h.rank, coalesce(whole.weight, h.weight) AS weight, coalesce(whole.shares, h.shares) AS shares,
            coalesce(whole.market_value, h.market_value) AS market_value,
            coalesce(whole.weight_change, h.weight_change) AS weight_change, coalesce(whole.lines, 1) AS lines,
            n.kind, n.instrument_id, n.ticker AS said_ticker, n.name AS said_name
        FROM funds JOIN etfs_etfholding h ON h.etf_id = funds.etf_id AND h.as_of_date = funds.as_of_date
            AND h.weight >= least(%s, %s / (SELECT coalesce(max(n), 1) FROM several))
        JOIN etfs_holdingline n ON n.id = h.line_id LEFT JOIN several ON several.instrument_id = n.instrument_id
        LEFT JOIN LATERAL (
            SELECT sum(t.weight) AS weight, sum(t.shares) AS shares, sum(t.market_value) AS market_value,
                sum(t.weight_change) AS weight_change, count(*) AS lines,
                (array_agg(t.line_id ORDER BY t.weight DESC NULLS LAST, t.line_id))[1] AS first
            FROM etfs_etfholding t
            WHERE t.etf_id = h.etf_id AND t.as_of_date = h.as_of_date AND t.line_id = ANY(several.lines)
        ) whole ON several.n IS NOT NULL
        WHERE h.weight >= least(%s, %s / coalesce(several.n, 1)) AND coalesce(whole.weight, h.weight) >= %s
            AND coalesce(whole.first, h.line_id) = h.line_id
    )
"""


def heavy_read(threshold: float | Decimal, on: dt.date, region: str = "") -> list[dict[str, Any]]:
    """What weighs at least ``threshold`` percent in the latest compositions of funds (of ``region``, or of all),
    heaviest first, with the money in it. Lines of one instrument in a fund are one row, their known figures added.

    ``exposure``: weight of the fund's assets as known on the day, in its trading currency; where nobody knows them, the
    value the source gives in that currency for the whole fund, else None.
    """
    query = f"""
        {_HEAVY}
        SELECT etf_id, heavy.region, heavy.ticker, heavy.name, trading_currency, category, as_of_date, heavy.currency,
            source, state, weight, shares, market_value, weight_change, lines, kind, instrument_id,
            coalesce(i.ticker, said_ticker) AS line_ticker, i.region AS line_region,
            coalesce(nullif(i.name, ''), said_name) AS line_name,
            coalesce(
                assets * weight / 100,
                CASE WHEN NOT per_unit AND heavy.currency = trading_currency THEN market_value END
            ) AS exposure
        FROM heavy LEFT JOIN market_instrument i ON i.id = instrument_id
        ORDER BY weight DESC, heavy.region, heavy.ticker, rank
    """
    return rows_read(query, _params(threshold, on, region))


def heavy_counts(threshold: float | Decimal) -> dict[str, int]:
    """Region -> how many rows ``heavy_read`` has of it, in the newest compositions."""
    query = f"{_HEAVY} SELECT region, count(*) FROM heavy GROUP BY region"
    rows = rows_read(query, _params(threshold, dt.date.max, ""))
    return {row["region"]: row["count"] for row in rows}


def _params(threshold: float | Decimal, on: dt.date, region: str) -> list[Any]:
    least = Decimal(str(threshold))
    return [on, on, on, region, *[least] * 5]
