"""Funds beside each other: what they cost and how concentrated they are, and the weight of each holding in each."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from etfs.calc.concentration import effective_holdings, hhi_percent, top_share
from etfs.models import ETF
from etfs.services.ages import freshness, sessions_old
from etfs.services.fund_list import with_assets
from etfs.services.keys import keys_described, keys_of
from etfs.services.lookup import day_or_today
from etfs.services.trading import costs_compare
from etfs.store.reads import latest_weights, snapshot_days

Row = dict[str, Any]


def funds_beside(*, funds: Sequence[ETF], as_of: dt.date | None = None, amount: float, years: float) -> list[Row]:
    """A row per fund, in their order: ``costs_compare`` its ``assets`` of today as in the list of funds, and the
    figures of its latest composition, None without one."""
    on = day_or_today(as_of)
    rows, days = latest_weights(on, [fund.pk for fund in funds]), snapshot_days([fund.pk for fund in funds], on)
    ages = sessions_old(newest={pk: (row["region"], row["as_of_date"]) for pk, row in days.items()}, on=as_of)
    worth = with_assets(ETF.objects.filter(pk__in=[fund.pk for fund in funds])).in_bulk()
    costs = {row["symbol"]: row for row in costs_compare(funds=funds, amount=amount, years=years)}
    return [
        costs[str(fund.instrument)]
        | _concentration(rows["weight"][rows["etf_id"] == fund.pk])
        | {"region": fund.region, "ticker": fund.instrument.ticker, "issuer": fund.issuer}
        | {name: getattr(worth[fund.pk], name) for name in ("assets", "assets_krw")}
        | {"as_of_date": days[fund.pk]["as_of_date"] if fund.pk in days else None, "freshness":
           freshness(old=ages.get(fund.pk))}
        for fund in funds
    ]  # fmt: skip


def _concentration(weight: np.ndarray) -> Row:
    if not len(weight):
        return {"lines": None, "top_10_percent": None, "effective_holdings": None}
    hhi = hhi_percent(weight)
    found = {"top_10_percent": top_share(weight), "effective_holdings": float(effective_holdings(hhi))}
    return {"lines": len(weight)} | {
        name: float(value) if np.isfinite(value) else None for name, value in found.items()
    }


def weights_beside(*, funds: Sequence[ETF], as_of: dt.date | None = None, least: int = 2) -> list[Row]:
    """A row per security that at least ``least`` of the funds hold, the most held first, then the heaviest.

    ``weights``: percent by fund in their order, None where it does not hold it; lines of one security are added.
    """
    rows = latest_weights(day_or_today(as_of), [fund.pk for fund in funds])
    place = {fund.pk: i for i, fund in enumerate(funds)}
    keys, of = np.unique(keys_of(rows), return_inverse=True)
    column = np.array([place[one] for one in rows["etf_id"].tolist()], dtype=np.int64)
    weight, there = np.zeros((len(keys), len(funds))), np.zeros((len(keys), len(funds)), dtype=bool)
    np.add.at(weight, (of, column), rows["weight"])
    there[of, column] = True
    count = there.sum(axis=1)
    order = np.lexsort((keys, -weight.sum(axis=1), -count))
    order = order[count[order] >= least]
    what = keys_described(keys[order].tolist())
    names = ("kind", "region", "ticker", "name", "instrument_id")
    return [
        {name: what[int(keys[i])][name] for name in names}
        | {"funds": int(count[i]), "least": float(weight[i][there[i]].min()), "most": float(weight[i][there[i]].max())}
        | {"weights": [float(weight[i, j]) if there[i, j] else None for j in range(len(funds))]}
        for i in order.tolist()
    ]
