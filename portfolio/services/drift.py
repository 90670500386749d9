"""Am I off target: every asset and group beside what is wanted of it, and how each figure was computed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from market.regions import REGIONS
from portfolio.calc.rebalancing import CASH, WHOLE, Drift
from portfolio.models import Portfolio, PortfolioAllocation
from portfolio.services.comparison import Asset, Comparison, comparison_of
from portfolio.services.triggers import triggers_of

UNKNOWN = "unknown"
GROUPINGS = ("sector", "asset_type", "currency", "country")


def allocation_analysis(*, portfolio: Portfolio, as_of: dt.date | None = None, explain: bool = False) -> dict[str, Any]:
    """Current weights, targets, drifts and bands of every asset and of cash (last), the triggers, and the same weights
    by sector, asset type, currency and country. ``explain``: with the trail of every drift.

    Percent, percent points, money in the base currency. Weights and drifts are None in a portfolio that is worth
    nothing. PortfolioError as ``comparison_of``.
    """
    return analysis_of(comparison_of(portfolio=portfolio, as_of=as_of), explain=explain)


def analysis_of(comparison: Comparison, *, explain: bool = False) -> dict[str, Any]:
    """The same of a comparison that is made."""
    drift, standing = comparison.drift, comparison.standing
    rows = assets_of(comparison)
    groups = {label: _groups(comparison, label, explain) for label in GROUPINGS}
    found: dict[str, Any] = {
        "as_of": standing.as_of, "currency": comparison.portfolio.base_currency, "value": drift.value,
        "cash": standing.cash_value, "total_drift": drift.total_drift, "assets": rows,
        "triggers": [vars(one) for one in triggers_of(comparison=comparison)], "groups": groups,
    }  # fmt: skip
    if explain:
        _explain(comparison, found)
    return found


def assets_of(comparison: Comparison) -> list[dict[str, Any]]:
    """A row for each asset, cash last."""
    of = [*comparison.assets, None]
    return [_row(drift, asset, comparison) for drift, asset in zip(comparison.drift.rows, of, strict=True)]


def _row(drift: Drift, asset: Asset | None, comparison: Comparison) -> dict[str, Any]:
    allocation = comparison.cash_allocation if asset is None else asset.allocation
    return {
        **vars(drift),
        "name": "cash" if asset is None else asset.instrument.name,
        **_limits(allocation),
        "quantity": None if asset is None else asset.quantity,
        "price": None if asset is None else asset.price,
        "price_date": None if asset is None else asset.price_date,
        "currency": comparison.portfolio.base_currency if asset is None else asset.instrument.currency,
    }


def _limits(allocation: PortfolioAllocation | None) -> dict[str, Any]:
    names = ("minimum", "maximum", "threshold")
    if allocation is None:
        return dict.fromkeys(names) | {"frequency": PortfolioAllocation.Frequency.NONE.value}
    limits = {name: getattr(allocation, name) for name in names}
    figures = {name: None if limit is None else float(limit) for name, limit in limits.items()}
    return figures | {"frequency": allocation.frequency}


class _Member(NamedTuple):
    asset: str
    label: str
    value: float
    target: float


def _groups(comparison: Comparison, label: str, explain: bool) -> list[dict[str, Any]]:
    """Groups by a label of their assets, the heaviest first; cash is a group of its own, but by currency it joins its
    currency's (its target the base currency's).
    """
    members: dict[str, list[_Member]] = {}
    for one in _members(comparison, label):
        members.setdefault(one.label, []).append(one)
    found = [_group(name, group, comparison.drift.value, explain) for name, group in members.items()]
    return sorted(found, key=lambda group: (-group["value"], group["name"]))


def _group(name: str, members: list[_Member], total: float, explain: bool) -> dict[str, Any]:
    value, target = sum(one.value for one in members), sum(one.target for one in members)
    weight = WHOLE * value / total if total > 0 else None
    group: dict[str, Any] = {
        "name": name, "value": value, "weight": weight, "target": target,
        "drift": None if weight is None else weight - target, "assets": [one.asset for one in members],
    }  # fmt: skip
    if explain:
        group["trail"] = {
            "formula": "value and target: sums of the rows; weight = 100 x value / total; drift = weight - target",
            "rows": [one._asdict() for one in members],
            **{name: group[name] for name in ("value", "weight", "target")}, "total": total, "result": group["drift"],
        }  # fmt: skip
    return group


def _members(comparison: Comparison, label: str) -> Iterable[_Member]:
    *rows, cash = comparison.drift.rows
    for asset, row in zip(comparison.assets, rows, strict=True):
        yield _Member(row.asset, _label(asset, label), row.value, row.target)
    if label != "currency":
        yield _Member(CASH, CASH, cash.value, cash.target)
        return
    for currency, amount in _cash(comparison):
        target = cash.target if currency == comparison.portfolio.base_currency else 0.0
        yield _Member(CASH, currency, amount * comparison.rates[currency], target)


def _cash(comparison: Comparison) -> list[tuple[str, float]]:
    """Currency and amount, the base currency always among them."""
    return list({comparison.portfolio.base_currency: 0.0, **comparison.standing.cash}.items())


def _label(asset: Asset, label: str) -> str:
    if label == "country":
        return REGIONS[asset.instrument.region].name
    return getattr(asset.instrument, label) or UNKNOWN


def _explain(comparison: Comparison, found: dict[str, Any]) -> None:
    """Add its trail to the drift of each asset, and to their sum."""
    total = comparison.drift.value
    for row, asset in zip(found["assets"], [*comparison.assets, None], strict=True):
        row["trail"] = _trail(row, _of_cash(comparison) if asset is None else [_of_asset(asset)], total)
    found["trail"] = {
        "formula": "total drift = sum of |drift|; value = sum of the assets' values",
        "rows": [{name: row[name] for name in ("asset", "value", "drift")} for row in found["assets"]],
        "value": total, "result": found["total_drift"],
    }  # fmt: skip


def _trail(row: dict[str, Any], rows: list[dict[str, Any]], total: float) -> dict[str, Any]:
    return {
        "formula": "value = sum of quantity x price x rate; weight = 100 x value / total; drift = weight - target",
        "rows": rows,
        "value": row["value"], "total": total, "weight": row["weight"], "target": row["target"],
        "limits": {
            "formula": "lower = max(target - threshold, minimum); upper = min(target + threshold, maximum)",
            **{name: row[name] for name in ("minimum", "maximum", "threshold", "lower", "upper", "breach")},
        },
        "result": row["drift"],
    }  # fmt: skip


def _of_asset(asset: Asset) -> dict[str, Any]:
    value = None if asset.base_price is None else asset.quantity * asset.base_price
    return {
        "name": asset.name, "currency": asset.instrument.currency, "quantity": asset.quantity, "price": asset.price,
        "price_date": asset.price_date, "rate": asset.rate, "value": value,
    }  # fmt: skip


def _of_cash(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "name": CASH, "currency": currency, "quantity": amount, "price": 1.0,
            "price_date": comparison.standing.as_of, "rate": comparison.rates[currency],
            "value": amount * comparison.rates[currency],
        }
        for currency, amount in _cash(comparison)
    ]  # fmt: skip
