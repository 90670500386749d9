"""How every drift was computed, down to the rows somebody can add up again."""

import datetime as dt
from typing import Any

from portfolio.calc.rebalancing import CASH
from portfolio.models import Portfolio
from portfolio.services.comparison import Asset, Comparison, comparison_of
from portfolio.services.drift import analysis_of, cash_of, members_of
from portfolio.services.trails import trail

SOURCE = "docs/portfolio-rebalancing.md"
OF_ASSET = (
    "weight - target; weight = 100 x value / total; value = sum of quantity x price x rate (base currency for one unit"
    " of currency); breach: outside [lower, upper]; lower = max(target - threshold, minimum), upper = min(target +"
    " threshold, maximum)"
)
OF_GROUP = "weight - target; weight = 100 x value / total; value and target are the sums of the rows"


def allocation_explain(*, portfolio: Portfolio, as_of: dt.date | None = None) -> dict[str, Any]:
    """``figures``: a trail for the drift of each asset (US:SPY, CASH), for that of each group (sector:Energy), and for
    ``total_drift``. PortfolioError as ``allocation_analysis``.
    """
    comparison = comparison_of(portfolio=portfolio, as_of=as_of)
    analysis = analysis_of(comparison)
    figures = {"total_drift": _total(analysis)}
    for row, asset in zip(analysis["assets"], [*comparison.assets, None], strict=True):
        figures[row["asset"]] = _asset(row, asset, comparison)
    for label, groups in analysis["groups"].items():
        members = list(members_of(comparison, label))
        for group in groups:
            rows = [one._asdict() for one in members if one.group == group["name"]]
            inputs = {name: group[name] for name in ("value", "target")} | {"total": comparison.drift.value}
            drift, name = group["drift"], f"{label}:{group['name']}"
            figures[name] = trail(drift, "percent points", OF_GROUP, inputs=inputs, rows=rows, source=SOURCE)
    return {"figures": figures}


def _total(analysis: dict[str, Any]) -> dict[str, Any]:
    return trail(
        analysis["total_drift"], "percent points", "sum of |drift|", inputs={"as_of": analysis["as_of"]},
        rows=[{name: row[name] for name in ("asset", "weight", "target", "drift")} for row in analysis["assets"]],
        source=SOURCE,
    )  # fmt: skip


def _asset(row: dict[str, Any], asset: Asset | None, comparison: Comparison) -> dict[str, Any]:
    limits = ("minimum", "maximum", "threshold", "lower", "upper", "breach")
    inputs = {name: row[name] for name in ("value", "weight", "target", *limits)}
    inputs |= {"total": comparison.drift.value, "as_of": comparison.standing.as_of}
    rows = _of_cash(comparison) if asset is None else [_of_asset(asset)]
    return trail(row["drift"], "percent points", OF_ASSET, inputs=inputs, rows=rows, source=SOURCE)


def _of_asset(asset: Asset) -> dict[str, Any]:
    value = None if asset.base_price is None else asset.quantity * asset.base_price
    return {
        "asset": asset.name, "currency": asset.instrument.currency, "quantity": asset.quantity, "price": asset.price,
        "price_date": asset.price_date, "rate": asset.rate, "value": value,
    }  # fmt: skip


def _of_cash(comparison: Comparison) -> list[dict[str, Any]]:
    rates, day = comparison.rates, comparison.standing.as_of
    return [
        {
            "asset": CASH, "currency": currency, "quantity": amount, "price": 1.0, "price_date": day,
            "rate": rates[currency], "value": amount * rates[currency],
        }
        for currency, amount in cash_of(comparison).items()
    ]  # fmt: skip
