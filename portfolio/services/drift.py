"""Am I off target: every asset and group beside what is wanted of it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from market.regions import REGIONS
from portfolio.calc.rebalancing import CASH, WHOLE, Drift
from portfolio.models import Portfolio, PortfolioAllocation
from portfolio.services.comparison import NO_TARGETS, Asset, Comparison, comparison_of, unvalued_note
from portfolio.services.errors import PortfolioError
from portfolio.services.traits import sector_of
from portfolio.services.triggers import triggers_of

UNKNOWN = "unknown"
GROUPINGS = ("sector", "asset_type", "currency", "country")


class Member(NamedTuple):
    """What an asset adds to a group."""

    asset: str
    group: str
    value: float
    target: float | None


def allocation_analysis(*, portfolio: Portfolio, as_of: dt.date | None = None) -> dict[str, Any]:
    """Current weights, targets, drifts and bands of every asset and of cash (last), the triggers, and the same weights
    by sector, asset type, currency and country.

    Percent, percent points, money in the base currency. Weights and drifts are None in a portfolio that is worth
    nothing, targets and drifts in one without active targets. ``notes``: what makes the figures older than they look,
    and that there are no targets. PortfolioError as ``comparison_of``.
    """
    return analysis_of(comparison_of(portfolio=portfolio, as_of=as_of))


def greatest_drift(*, portfolio: Portfolio) -> float | None:
    """The greatest |drift| of an asset or of cash, percent points; None without targets, or where holdings cannot be
    compared with them (``allocation_analysis`` says why).
    """
    try:
        rows = comparison_of(portfolio=portfolio).drift.rows
    except PortfolioError:
        return None
    return max((abs(row.drift) for row in rows if row.drift is not None), default=None)


def analysis_of(comparison: Comparison) -> dict[str, Any]:
    """The same of a comparison that is made."""
    drift, standing = comparison.drift, comparison.standing
    of = [*comparison.assets, None]
    return {
        "as_of": standing.as_of, "currency": comparison.portfolio.base_currency, "value": drift.value,
        "cash": standing.cash_value, "total_drift": drift.total_drift, "is_stale": comparison.portfolio.is_stale,
        "assets": [_row(row, asset, comparison) for row, asset in zip(drift.rows, of, strict=True)],
        "triggers": [vars(one) | {"reason": one.reason} for one in triggers_of(comparison=comparison)],
        "groups": {label: _groups(comparison, label) for label in GROUPINGS},
        "notes": _notes(comparison),
    }  # fmt: skip


def _notes(comparison: Comparison) -> list[str]:
    unvalued = unvalued_note(comparison.portfolio.pk) if comparison.is_newest else None
    missing = None if comparison.allocations else NO_TARGETS
    return [*(note for note in (missing, unvalued) if note), *comparison.old_prices]


def members_of(comparison: Comparison, label: str) -> Iterable[Member]:
    """Every asset in its group by ``label``. Cash is a group of its own, but by currency it joins its currency's, its
    target the base currency's.
    """
    *rows, cash = comparison.drift.rows
    for asset, row in zip(comparison.assets, rows, strict=True):
        yield Member(row.asset, _label(asset, label), row.value, row.target)
    if label != "currency":
        yield Member(CASH, CASH, cash.value, cash.target)
        return
    base = comparison.portfolio.base_currency
    for currency, amount in cash_of(comparison).items():
        target = cash.target if currency == base or cash.target is None else 0.0
        yield Member(CASH, currency, amount * comparison.rates[currency], target)


def cash_of(comparison: Comparison) -> dict[str, float]:
    """Amount by currency, the base currency always among them."""
    return {comparison.portfolio.base_currency: 0.0} | comparison.standing.cash


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


def _groups(comparison: Comparison, label: str) -> list[dict[str, Any]]:
    """Groups by a label of their assets, the heaviest first."""
    members: dict[str, list[Member]] = {}
    for one in members_of(comparison, label):
        members.setdefault(one.group, []).append(one)
    found = [_group(name, group, comparison.drift.value) for name, group in members.items()]
    return sorted(found, key=lambda group: (-group["value"], group["name"]))


def _group(name: str, members: list[Member], total: float) -> dict[str, Any]:
    value, targets = sum(one.value for one in members), [one.target for one in members if one.target is not None]
    weight, target = WHOLE * value / total if total > 0 else None, sum(targets) if targets else None
    drift = None if weight is None or target is None else weight - target
    return {
        "name": name, "value": value, "weight": weight, "target": target, "drift": drift,
        "assets": [one.asset for one in members],
    }  # fmt: skip


def _label(asset: Asset, label: str) -> str:
    if label == "country":
        return REGIONS[asset.instrument.region].name
    found = sector_of(asset.instrument) if label == "sector" else getattr(asset.instrument, label)
    return found or UNKNOWN
