"""What exactly to trade: plans of every mode, and the proposal that is kept to be decided on."""

import datetime as dt
import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction

from portfolio.calc.rebalancing import MODES, BookError, Costs, Plan, coin_of, rebalancing_plan
from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.comparison import Comparison, aimed_comparison, unvalued_note
from portfolio.services.drift import analysis_of
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.rebalancing_decisions import Who, open_event, rebalancing_cancel, step_add, valued_locked
from portfolio.services.rebalancing_fills import money, planned_trade
from portfolio.services.rebalancing_state import compared_state, moved_state
from portfolio.services.valuation import portfolio_value

Trigger, Status = RebalancingEvent.Trigger, RebalancingEvent.Status
LARGEST_DEPOSIT = 1e15


@dataclass(frozen=True)
class Proposal:
    """``event`` is None where nothing is proposed: ``reason`` says why, ``notes`` what keeps assets off their goal."""

    event: RebalancingEvent | None
    reason: str
    notes: tuple[str, ...] = ()


def rebalancing_recommendations(
    *, portfolio: Portfolio, as_of: dt.date | None = None, deposit: float = 0.0
) -> dict[str, Any]:  # fmt: skip
    """The triggers, and the plan of each mode as it would be proposed; nothing is stored. PortfolioError as
    ``allocation_analysis``, and for a wrong deposit.
    """
    deposit = _deposit(deposit, portfolio.base_currency)
    comparison = aimed_comparison(portfolio=portfolio, as_of=as_of)
    analysis = analysis_of(comparison)
    plans = [plan_told(comparison, _plan(comparison, mode, deposit)) for mode in MODES]
    told = ("as_of", "currency", "value", "cash", "total_drift", "is_stale", "triggers", "notes")
    return {name: analysis[name] for name in told} | {"deposit": deposit, "plans": plans}


def rebalancing_propose(
    *, portfolio: Portfolio, mode: str = RebalancingEvent.Mode.FULL, trigger: str = Trigger.MANUAL,
    deposit: float = 0.0, as_of: dt.date | None = None, user: Who | None = None, reason: str = "",
    replace: bool = False,
) -> Proposal:  # fmt: skip
    """Plan the trades of ``mode`` with ``deposit`` (base currency) paid in first, and keep them as a PENDING event.

    PortfolioBusy while another proposal is open, unless ``replace`` cancels it, and while transactions wait for bars;
    nothing is cancelled where there is nothing to propose. The portfolio is valued first. PortfolioError as
    ``portfolio_value`` and ``aimed_comparison``, and for a wrong mode, trigger or deposit.
    """
    word_check("mode", mode, RebalancingEvent.Mode.values)
    word_check("trigger", trigger, Trigger.values)
    deposit = _deposit(deposit, portfolio.base_currency)
    portfolio_value(portfolio_id=portfolio.pk)  # outside: it keeps why it fails
    with transaction.atomic():
        portfolio = valued_locked(portfolio.pk)
        already = open_event(portfolio.pk)
        if already is not None and not replace:
            raise PortfolioBusy(f"rebalancing #{already.pk} is {already.status}: complete or cancel it first")
        if waiting := unvalued_note(portfolio.pk):
            raise PortfolioBusy(waiting)
        comparison = aimed_comparison(portfolio=portfolio, as_of=as_of)
        return proposal_of(
            comparison, mode=mode, trigger=trigger, deposit=deposit, user=user, reason=reason, instead_of=already
        )


def proposal_of(
    comparison: Comparison, *, mode: str, trigger: str, deposit: float = 0.0, user: Who | None = None,
    reason: str = "", instead_of: RebalancingEvent | None = None,
) -> Proposal:  # fmt: skip
    """Plan and keep it as an event; of a portfolio that is locked, and valued."""
    plan = _plan(comparison, mode, deposit)
    if plan.reason is not None:
        return Proposal(None, plan.reason, (*plan.notes, *comparison.old_prices))
    if instead_of is not None:
        rebalancing_cancel(event=instead_of, user=user, note="a newer proposal takes its place")
    event = _stored(comparison, plan, trigger, deposit, reason)
    step_add(event, user, reason)
    return Proposal(event, "", tuple(event.notes))


def _stored(comparison: Comparison, plan: Plan, trigger: str, deposit: float, reason: str) -> RebalancingEvent:
    told = plan_told(comparison, plan)
    return RebalancingEvent.objects.create(
        portfolio=comparison.portfolio, trigger=trigger, mode=plan.mode, as_of=comparison.standing.as_of,
        reason=reason[:300], deposit=deposit, pre_state=compared_state(comparison),
        post_state=_planned_state(comparison, told["actions"], deposit), actions=told["actions"],
        notes=told["notes"], turnover=plan.turnover, cost=plan.commission, tax=plan.tax,
        revision=comparison.portfolio.revision,
    )  # fmt: skip


def _plan(comparison: Comparison, mode: str, deposit: float) -> Plan:
    portfolio = comparison.portfolio
    costs = Costs(portfolio.commission, tax_rate=portfolio.gains_tax, sales_tax=portfolio.sales_tax)
    least = max(portfolio.minimum_trade, float(coin_of(portfolio.base_currency)))
    try:
        return rebalancing_plan(comparison.book, mode=mode, costs=costs, minimum_trade=least, deposit=deposit)
    except BookError as error:
        raise PortfolioError(str(error)) from error


def plan_told(comparison: Comparison, plan: Plan) -> dict[str, Any]:
    """A plan as plain data. Of an action ``price`` is in the asset's ``currency``, ``value``, ``commission`` and
    ``tax`` in the base currency.
    """
    assets = {one.name: one for one in comparison.assets}
    actions = []
    for number, trade in enumerate(plan.trades, 1):
        asset = assets[trade.asset]
        actions.append({
            "number": number, "asset": trade.asset, "instrument": asset.instrument.pk,
            "name": asset.instrument.name, "side": trade.side, "quantity": trade.quantity, "price": asset.price,
            "price_date": asset.price_date and asset.price_date.isoformat(), "currency": asset.instrument.currency,
            "rate": asset.rate, "value": trade.value, "commission": trade.commission, "tax": trade.tax,
        })  # fmt: skip
    weights = [{"asset": name, "before": plan.before[name], "after": plan.after[name]} for name in plan.before]
    names = ("mode", "turnover", "commission", "tax", "drift_before", "drift_after", "cash_before", "cash_after")
    figures = {name: getattr(plan, name) for name in names}
    notes = [*plan.notes, *comparison.old_prices]
    return figures | {"actions": actions, "weights": weights, "reason": plan.reason, "notes": notes}


def _planned_state(comparison: Comparison, actions: list[dict[str, Any]], deposit: float) -> dict[str, Any]:
    """What the portfolio comes to when every action is done at its price."""
    moves = [planned_trade(action, comparison.standing.as_of).move for action in actions]
    base = comparison.portfolio.base_currency
    return moved_state(compared_state(comparison), moves, deposit=Decimal(str(deposit)), base=base)


def word_check(field: str, word: str, known: list[str]) -> None:
    """PortfolioError for a word that is not ``known``."""
    if word not in known:
        raise PortfolioError(f"{field}: {word!r} is unknown; known are {', '.join(known)}")


def _deposit(deposit: float, currency: str) -> float:
    """In whole coins, as it will be booked."""
    if not (math.isfinite(deposit) and 0.0 <= deposit <= LARGEST_DEPOSIT):
        raise PortfolioError(f"deposit: must be a number from 0 to {LARGEST_DEPOSIT:g}, not {deposit}")
    return float(money(deposit, currency, ROUND_HALF_EVEN))
