"""How funds move together through what they hold, and which factors they lean on."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from etfs.calc.correlation import ExchangeCloses, correlations, fund_returns, joint_returns
from etfs.calc.tilts import tilts
from etfs.models import ETF
from etfs.services.errors import EtfError, NotFound
from etfs.services.given import different_check
from etfs.services.lookup import day_or_today
from etfs.store.reads import latest_weights
from etfs.store.scores import scores_latest
from market.calendars import FIRST_DAY
from market.models import Instrument
from market.store.closes import closes_read

MOST_FUNDS = 100
SESSIONS = 252


def correlation_get(*, funds: Sequence[ETF], as_of: dt.date | None = None, sessions: int = SESSIONS) -> dict[str, Any]:
    """Pearson correlations of the returns that today's holdings would have had over the last ``sessions`` sessions.

    Stocks of regions that close on the same day are joined by date. EtfError for a number of funds or sessions out of
    range, NotFound where no stock of theirs has prices.
    """
    different_check("funds", [str(fund.instrument) for fund in funds], 2, MOST_FUNDS)
    if not 20 <= sessions <= 2520:
        raise EtfError("sessions: 20 to 2,520")
    on = day_or_today(as_of)
    rows = latest_weights(on, [fund.pk for fund in funds])
    rows = rows[rows["is_stock"].astype(bool) & (rows["instrument_id"] > 0)]
    ids = np.unique(rows["instrument_id"])
    returns = _returns(ids, on, sessions)
    if not len(returns):
        raise NotFound("no stock of these funds has prices in that time")
    weight = np.zeros((len(funds), len(ids)))
    place = {fund.pk: i for i, fund in enumerate(funds)}
    fund = np.array([place[one] for one in rows["etf_id"].tolist()], dtype=np.int64)
    np.add.at(weight, (fund, np.searchsorted(ids, rows["instrument_id"])), rows["weight"])
    found = fund_returns(returns, weight)
    matrix, common = correlations(found.returns)
    return {
        "funds": [
            {"symbol": str(fund.instrument), "coverage_percent": _known(found.coverage[i])} for i, fund in
            enumerate(funds)
        ],
        "as_of": on, "sessions": len(returns),
        "correlation": [[_known(value) for value in row] for row in matrix], "common_sessions": common.tolist(),
    }  # fmt: skip


def _returns(ids: np.ndarray, on: dt.date, sessions: int) -> np.ndarray:
    """Daily returns [T, N] of the instruments, dates of all regions together, NaN without one. Only theirs are read."""
    span = dt.timedelta(days=int(sessions * 1.5) + 10)
    start = on - span if on > FIRST_DAY + span else min(FIRST_DAY, on)
    of_region: dict[str, list[int]] = defaultdict(list)
    for pk, region in Instrument.objects.filter(pk__in=ids.tolist()).values_list("pk", "region").order_by("pk"):
        of_region[region].append(pk)
    parts = []
    for region, held in of_region.items():
        closes = closes_read(region, start, on, held)
        parts.append(ExchangeCloses(closes.days, np.searchsorted(ids, closes.instrument_ids), closes.close))
    return joint_returns(parts, len(ids), sessions)


def tilts_get(*, fund: ETF, as_of: dt.date | None = None, factor_names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Weighted mean of the factor scores of a fund's stocks, with the share of them that has a score; by factor.

    Scores are of each region's newest session up to ``as_of``. NotFound where the fund has no composition.
    """
    on = day_or_today(as_of)
    rows = latest_weights(on, [fund.pk])
    if not len(rows):
        raise NotFound(f"no composition of {fund.instrument} up to {on}")
    rows = rows[rows["is_stock"].astype(bool)]
    known = np.unique(rows["instrument_id"][rows["instrument_id"] > 0])
    names, dates, score = scores_latest(known, on, factor_names)
    stock = np.where(
        rows["instrument_id"] > 0, np.searchsorted(known, rows["instrument_id"]), -1 - np.arange(len(rows))
    )
    found = tilts(np.zeros(len(rows), dtype=np.int64), stock, rows["weight"], score, 1)
    return [
        {
            "factor": name, "tilt": _known(found.score[0, k]), "coverage_percent": _known(found.coverage[0, k]),
            "scores_of": dates,
        }
        for k, name in enumerate(names)
    ]  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
