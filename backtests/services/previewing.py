"""Whom a configuration would choose from on one session."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User

from backtests.calc.choice import best
from backtests.services.config import Config
from backtests.services.errors import BacktestError
from backtests.services.market import period_check
from backtests.services.running import refuse_without_opens, run_errors
from backtests.services.selection import funnel
from backtests.services.sessions import backtest_check
from backtests.services.signals import decided_of
from backtests.services.workbench import Workbench
from factors.services.figures import Layer
from market.calendars import sessions_before

SHOWN = 15


@dataclass(frozen=True)
class Preview:
    """``universe``: names of it with a bar on ``on``; by condition how many have its figure and how many meet it;
    ``candidates`` meet all; ``first``: those that an empty portfolio would buy, the best first, at most 15.
    """

    on: dt.date
    universe: int
    conditions: list[dict[str, Any]]
    candidates: int
    ordered_by: str
    first: list[dict[str, Any]]


def universe_preview(*, config: Any, on: dt.date | None = None, user: User | None = None) -> Preview:
    """The selection of a configuration at the close of ``on`` (none: its last session; of another day the session
    before it). BacktestError begins with the field that is wrong.
    """
    found, _, end = backtest_check(config=config, user=user)
    if on is not None:
        end = _session(found.region, on)
    day = replace(found, start=end, end=end, rules=replace(found.rules, rebalance_on_start=True))
    with run_errors():
        return _preview(day)


def _session(region: str, on: dt.date) -> dt.date:
    try:
        period_check(region=region, start=on, end=None)
    except BacktestError as error:
        raise BacktestError(f"on: {str(error).removeprefix('start: ')}") from error
    found: dt.date = sessions_before(region, on, 1)[-1].item()
    return found


def _preview(config: Config) -> Preview:
    bench = Workbench()
    market = bench.market(config)
    refuse_without_opens(config, market)
    decided = decided_of(config, market, bench)
    steps = funnel(config, market, decided.asked)
    at = int(steps.at[0])
    pool = steps.candidates[0] & market.prices.tradable(at)
    most = min(config.rules.max_positions, SHOWN)
    first = best(decided.signals.order[at], pool, most, market.prices.rank)
    return Preview(
        market.prices.dates[at].item(), int(steps.there[0].sum()),
        [
            {"text": condition.text, "known": int(known[0].sum()), "met": int(met[0].sum())}
            for condition, known, met in zip(config.buys, steps.known, steps.met, strict=True)
        ],
        int(steps.candidates[0].sum()), config.order_by,
        [_name(market, column, decided.asked.layers[config.order_by]) for column in first.tolist()],
    )  # fmt: skip


def _name(market: Any, column: int, layer: Layer) -> dict[str, Any]:
    figures = {kind: float(getattr(layer, kind)[0, column]) for kind in ("value", "score", "percentile")}
    names = {"ticker": market.tickers[column], "name": market.names[column], "sector": market.sectors[column]}
    return {name: str(text) for name, text in names.items()} | figures
