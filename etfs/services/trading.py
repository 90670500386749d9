"""What trading and holding funds takes: days to trade, costs over years."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from etfs.calc.costs import holding_costs
from etfs.calc.liquidity import PARTICIPATION, PARTS, WITHIN_DAYS, liquidity
from etfs.calc.tracking import AVERAGED, average_last
from etfs.models import ETF
from etfs.services.compositions_read import composition_get
from etfs.services.errors import EtfError
from etfs.services.given import amount_check, different_check
from etfs.store.trading import own_trading_values, trading_values

MOST_FUNDS = 200


def liquidity_get(
    *, fund: ETF, amount: float, as_of: dt.date | None = None, participation: float = PARTICIPATION
) -> dict[str, Any]:
    """Days to trade ``amount`` (currency of the composition) of a fund: of its own shares, and of what it holds.

    Nobody trades more than ``participation`` of a day's value, the average of the last 20 sessions up to ``as_of`` that
    have one. Lines whose trading is not known, or is in another currency than the composition, are told apart.
    EtfError for amounts or rates out of range.
    """
    amount_check("amount", amount)
    if not 0 < participation <= 1:
        raise EtfError("participation: must be above 0 and at most 1")
    found = composition_get(fund=fund, as_of=as_of)
    rows = [row for row in found.lines if row["weight"] is not None and row["kind"] in ("STOCK", "ETF", "UNKNOWN")]
    values = trading_values([row["instrument_id"] for row in rows if row["instrument_id"]], as_of, AVERAGED)
    daily = np.array([_comparable(row, values, found.snapshot.currency) for row in rows], dtype=float)
    share = np.array([amount * float(row["weight"]) / 100 for row in rows])
    result = liquidity(share, daily, participation=participation)
    own = _own(fund, as_of) if fund.instrument.currency == found.snapshot.currency else None
    slow = np.argsort(-np.nan_to_num(result.days, nan=-1.0), kind="stable")[:10]
    return {
        "fund": str(fund.instrument), "as_of_date": found.snapshot.as_of_date, "amount": amount,
        "currency": found.snapshot.currency, "participation": participation,
        "fund_days": amount / (participation * own) if own else None,
        "tradable_percent": {str(days): _known(part) for days, part in zip(WITHIN_DAYS, result.tradable, strict=True)},
        "days_to_percent": {f"{part:g}": _known(days) for part, days in zip(PARTS, result.days_to, strict=True)},
        "unknown_percent": _known(result.unknown),
        "slowest": [
            {"ticker": rows[i]["ticker"], "name": rows[i]["name"], "amount": float(share[i]), "days":
            _known(result.days[i])} for i in slow if np.isfinite(result.days[i])
        ],
    }  # fmt: skip


def _own(fund: ETF, as_of: dt.date | None) -> float | None:
    """Average trading value of a fund's own shares; without ``as_of`` the one on its row. None: not known."""
    if as_of is None:
        return fund.average_value_20d
    return _known(average_last(own_trading_values(fund.pk, as_of, AVERAGED), AVERAGED))


def _comparable(row: dict[str, Any], values: dict[int, tuple[np.ndarray, str]], currency: str) -> float:
    """Average trading value of a line; NaN where it is not known, or in another currency."""
    known, of_values = values.get(row["instrument_id"] or 0, (np.zeros(0), ""))
    return average_last(known, AVERAGED) if of_values == currency else float("nan")


def costs_compare(*, funds: Sequence[ETF], amount: float = 1e6, years: float = 10.0) -> list[dict[str, Any]]:
    """Funds side by side, cheapest first: what holding ``amount`` for ``years`` costs in fees, and how well each
    tracks and trades. EtfError for amounts or years out of range, for a fund named twice or more than 200 of them."""
    different_check("funds", [str(fund.instrument) for fund in funds], 1, MOST_FUNDS)
    amount_check("amount", amount)
    if not 0 < years <= 100:
        raise EtfError("years: must be above 0 and at most 100")
    ratio = np.array([np.nan if fund.expense_ratio is None else float(fund.expense_ratio) for fund in funds])
    try:
        found = holding_costs(ratio, amount, years)
    except ValueError as error:
        raise EtfError(f"expense_ratio: {error}") from error
    rows = [
        {
            "symbol": str(fund.instrument), "name": fund.instrument.name, "category": fund.category,
            "tracking_index": fund.tracking_index, "expense_ratio": fund.expense_ratio,
            "first_year_cost": _known(found.first_year[i]), "total_cost": _known(found.total[i]),
            "above_cheapest": _known(found.extra[i]), "tracking_error_250d": fund.tracking_error_250d,
            "premium_discount": fund.premium_discount, "average_value_20d": fund.average_value_20d,
            "total_assets": fund.total_assets, "currency": fund.instrument.currency,
        }
        for i, fund in enumerate(funds)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["total_cost"] is None, row["total_cost"] or 0.0, row["symbol"]))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
