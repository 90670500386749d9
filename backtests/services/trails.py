"""Why a trade was made: its condition, and the figures of the day it was decided."""

import datetime as dt
from typing import Any

from backtests.calc.ledger import Reason
from backtests.models import BacktestCondition, BacktestSession, BacktestTrade
from factors.registry import all_factors

AS_OF = "as_of"
LONGEST = 50  # trades of the same name that are told


def trade_explained(*, session: BacktestSession, number: int) -> dict[str, Any] | None:
    """``trade``; ``why``: the conditions that led to it, as text; ``figures``: name, value, score, percentile and unit
    of each factor as of ``as_of`` (None where none had to do with it); ``others``: what else was traded of the name.
    None where there is no such trade.
    """
    trade = session.trades.select_related("instrument").filter(number=number).first()
    if trade is None:
        return None
    decided = trade.factors.get(AS_OF)
    units = {factor.name: factor.unit for factor in all_factors()}
    figures = [
        {"name": name, "unit": units.get(name, ""), **figure}
        for name, figure in trade.factors.items() if isinstance(figure, dict)
    ]  # fmt: skip
    others = session.trades.filter(ticker=trade.ticker).exclude(number=number).order_by("number")[:LONGEST]
    return {
        "trade": trade, "why": _conditions(session, trade), "figures": figures, "others": list(others),
        "as_of": dt.date.fromisoformat(decided) if decided else None,
    }  # fmt: skip


def _conditions(session: BacktestSession, trade: BacktestTrade) -> list[str]:
    """Of a purchase all buy conditions; of a sale the one that applied, if it was one."""
    kinds = BacktestCondition.Kind
    rows = session.conditions.order_by("position")
    if trade.side == BacktestTrade.Side.BUY:
        return list(rows.filter(kind=kinds.BUY).values_list("text", flat=True))
    if trade.rule is None or Reason[trade.reason] < Reason.STOP_LOSS:
        return []
    return list(rows.filter(kind=kinds.SELL, position=trade.rule).values_list("text", flat=True))
