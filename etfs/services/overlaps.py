"""How much funds have in common, and which of them bring several stocks of a list together."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etfs.calc.concentration import AT_LEAST, concentration_risk
from etfs.calc.overlap import active_shares, common_holdings, overlaps
from etfs.models import ETF
from etfs.services.errors import NotFound
from etfs.services.given import different_check
from etfs.services.keys import keys_described, keys_of
from etfs.services.lookup import day_or_today
from etfs.store.reads import holders_read, latest_weights, snapshot_days
from market.models import Instrument

MOST_FUNDS = 200  # of a matrix
MOST_STOCKS = 500  # of a list


@dataclass(frozen=True)
class OverlapView:
    """``percent``, ``common`` and ``active`` (active share of the stocks, percent) [F][F] in the order of ``funds``
    (symbol, day of its composition)."""

    funds: list[dict[str, Any]]
    percent: list[list[float]]
    common: list[list[int]]
    active: list[list[float]]


def overlap_matrix(*, funds: Sequence[ETF], as_of: dt.date | None = None) -> OverlapView:
    """Overlap of every two funds: sum of the smaller weight over common stocks (FORMULAS.md section 6), percent.

    EtfError for fewer than two funds, more than 200 or one named twice; NotFound for a fund without a composition.
    """
    different_check("funds", [str(fund.instrument) for fund in funds], 2, MOST_FUNDS)
    on = day_or_today(as_of)
    return _matrix(funds, *_stocks(funds, on))


def overlap_pair(*, left: ETF, right: ETF, as_of: dt.date | None = None) -> dict[str, Any]:
    """Overlap of two funds with the names they share, most in common first. Errors as for the matrix."""
    different_check("funds", [str(left.instrument), str(right.instrument)], 2, MOST_FUNDS)
    rows, days = _stocks([left, right], day_or_today(as_of))
    matrix = _matrix([left, right], rows, days)
    key = keys_of(rows)
    sides = [(key[rows["etf_id"] == fund.pk], rows["weight"][rows["etf_id"] == fund.pk]) for fund in (left, right)]
    shared = common_holdings(*sides[0], *sides[1])
    what = keys_described(shared.key.tolist())
    names = [
        {name: what[one][name] for name in ("region", "ticker", "name")}
        | {"left_weight": float(a), "right_weight": float(b), "shared": float(c)}
        for one, a, b, c in zip(shared.key.tolist(), shared.left, shared.right, shared.shared, strict=True)
    ]
    return {
        "funds": matrix.funds,
        "overlap_percent": matrix.percent[0][1],
        "common": matrix.common[0][1],
        "names": names,
    }


def _matrix(funds: Sequence[ETF], rows: np.ndarray, days: dict[int, dict[str, Any]]) -> OverlapView:
    """Of stock lines ``rows`` and the ``days`` they are of."""
    ids = np.array([fund.pk for fund in funds])
    order = np.argsort(ids)
    place = order[np.searchsorted(ids, rows["etf_id"], sorter=order)]
    found = overlaps(place, keys_of(rows), rows["weight"], len(funds))
    named = [{"symbol": str(fund.instrument), "as_of_date": days[fund.pk]["as_of_date"]} for fund in funds]
    active = np.round(active_shares(found.percent), 6).tolist()
    return OverlapView(named, np.round(found.percent, 6).tolist(), found.common.tolist(), active)


def _stocks(funds: Sequence[ETF], on: dt.date) -> tuple[np.ndarray, dict[int, dict[str, Any]]]:
    """Stock lines of the latest compositions, and the days those are of."""
    ids = [fund.pk for fund in funds]
    days = snapshot_days(ids, on)
    for fund in funds:
        if fund.pk not in days:
            raise NotFound(f"no composition of {fund.instrument} up to {on}")
    rows = latest_weights(on, ids)
    return rows[rows["is_stock"].astype(bool)], days


def concentration_get(
    *, stocks: Sequence[Instrument], as_of: dt.date | None = None, region: str = ""
) -> dict[str, Any]:
    """Funds that hold at least two of the stocks, most of them first, and HIGH when one holds at least three, else
    LOW. EtfError for a stock named twice, fewer than two of them or more than 500."""
    different_check("stocks", [str(stock) for stock in stocks], AT_LEAST, MOST_STOCKS)
    on = day_or_today(as_of)
    symbols = {stock.pk: str(stock) for stock in stocks}
    rows = holders_read(list(symbols), on, region)
    fund_of = {row["etf_id"]: row for row in rows}
    stocks_of: dict[int, list[str]] = {}
    for row in (one for one in rows if (one["weight"] or 0) >= 0):  # a fund that is short of a stock does not hold it
        stocks_of.setdefault(row["etf_id"], []).append(symbols[row["instrument_id"]])
    ids = sorted(fund_of)
    fund = np.searchsorted(ids, np.array([row["etf_id"] for row in rows], dtype=np.int64))
    held = np.array([row["instrument_id"] for row in rows], dtype=np.int64)
    weight = np.array([float(row["weight"] or 0) for row in rows])
    found = concentration_risk(fund, held, weight, len(ids))
    funds = [
        {
            "symbol": f"{row['region']}:{row['ticker']}", "name": row["name"], "as_of_date": row["as_of_date"],
            "count": int(count), "weight": float(total),
            "stocks": [name for name in symbols.values() if name in stocks_of[row["etf_id"]]],
        }
        for row, count, total in (
            (fund_of[ids[place]], count, total)
            for place, count, total in zip(found.fund.tolist(), found.count, found.weight, strict=True)
        )
    ]  # fmt: skip
    return {"as_of": on, "level": found.level, "funds": funds}
