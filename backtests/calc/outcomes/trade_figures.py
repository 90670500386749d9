"""One figure each for how a strategy traded. Definitions: FORMULAS.md sections 4 and 9, docs/backtest-results.md."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from backtests.calc.outcomes.facts import Facts, gain_to_loss, highest, longest, lowest, mean, share
from backtests.calc.outcomes.plain import Number, number
from backtests.calc.run import Run


class Figure(NamedTuple):
    """``unit``: count, currency, %, ratio or days. ``of`` answers None where there is nothing to compute from."""

    unit: str
    meaning: str
    of: Callable[[Facts], Number]


def trade_figures(run: Run) -> dict[str, Number]:
    """Every one of ``TRADE_FIGURES`` by name; None without what it needs, never NaN or infinity."""
    facts = Facts(run)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is None
        return {name: number(figure.of(facts)) for name, figure in TRADE_FIGURES.items()}


CLOSED = {
    "sells": Figure("count", "Closed trades: sales, whole or in part, and delistings.", lambda f: len(f.sells)),
    "wins": Figure("count", "Closed trades with a profit net of the costs of both sides.", lambda f: len(f.wins)),
    "losses": Figure("count", "Closed trades with a loss; a profit of 0 is neither.", lambda f: len(f.losses)),
    "win_rate": Figure("%", "Wins of all closed trades.", lambda f: share(len(f.wins), len(f.sells))),
    "avg_win": Figure("currency", "Mean profit of the wins.", lambda f: mean(f.wins["profit"])),
    "avg_loss": Figure("currency", "Mean profit of the losses, negative.", lambda f: mean(f.losses["profit"])),
    "avg_win_rate": Figure("%", "Mean profit rate of the wins.", lambda f: mean(f.wins["profit_rate"])),
    "avg_loss_rate": Figure("%", "Mean profit rate of the losses, negative.", lambda f: mean(f.losses["profit_rate"])),
    "profit_loss_ratio": Figure(
        "ratio", "avg_win / -avg_loss.", lambda f: gain_to_loss(mean(f.wins["profit"]), mean(f.losses["profit"]))
    ),
    "profit_factor": Figure(
        "ratio", "Sum of the wins / -sum of the losses; none without a loss.",
        lambda f: gain_to_loss(f.wins["profit"].sum(), f.losses["profit"].sum()),
    ),
    "expectancy": Figure("currency", "Mean profit of a closed trade.", lambda f: mean(f.sells["profit"])),
    "expectancy_rate": Figure("%", "Mean profit rate of a closed trade.", lambda f: mean(f.sells["profit_rate"])),
    "largest_win": Figure("currency", "The most that one won.", lambda f: highest(f.wins["profit"])),
    "largest_loss": Figure("currency", "The most that one lost, negative.", lambda f: lowest(f.losses["profit"])),
    "average_hold_days": Figure(
        "days", "Mean calendar days from the first buy to the sale.", lambda f: mean(f.sells["hold_days"])
    ),
    "median_hold_days": Figure(
        "days", "Median of these days.", lambda f: np.median(f.sells["hold_days"]) if len(f.sells) else None
    ),
    "longest_win_streak": Figure("count", "Most wins one after the other.", lambda f: longest(f.won)),
    "longest_loss_streak": Figure("count", "Most losses one after the other.", lambda f: longest(f.lost)),
    "realised_profit": Figure("currency", "Profit of all closed trades.", lambda f: f.sells["profit"].sum()),
}  # fmt: skip

ACCOUNT = {
    "trades": Figure("count", "Buys and sells together.", lambda f: len(f.trades)),
    "buys": Figure("count", "Trades that bought.", lambda f: f.buys),
    "exposure": Figure("%", "Mean part of the value that is in stocks, over the sessions.", lambda f: mean(f.invested)),
    "average_cash_weight": Figure("%", "Mean part of the value that is cash.", lambda f: mean(100.0 - f.invested)),
    "time_in_market": Figure(
        "%", "Sessions that end with a position.", lambda f: 100.0 * (f.snapshots["positions"] > 0).mean()
    ),
    "average_positions": Figure("count", "Mean number of names held.", lambda f: f.snapshots["positions"].mean()),
    "annual_turnover": Figure(
        "%", "Turnover a year: sum of all sessions x 252 / sessions, where half of what is bought and sold counts.",
        lambda f: f.snapshots["turnover"].sum() * f.a_year,
    ),
    "total_commission": Figure("currency", "Commission paid.", lambda f: f.trades["commission"].sum()),
    "total_tax": Figure("currency", "Tax paid on sales.", lambda f: f.trades["tax"].sum()),
    "total_slippage": Figure(
        "currency", "Sum of |execution price - price| x quantity, without delistings.", lambda f: f.slippage
    ),
    "total_costs": Figure("currency", "Commission, tax and slippage.", lambda f: f.costs),
    "cost_drag": Figure(
        "%", "What costs took a year: 100 x total_costs / mean value of the sessions x 252 / sessions.",
        lambda f: share(f.costs * f.a_year, f.snapshots["value"].mean()),
    ),
    "dividends": Figure("currency", "Cash received as dividends.", lambda f: f.run.ledger.events["cash_flow"].sum()),
    "unrealised_profit": Figure(
        "currency", "Value of the final holdings less what they cost.", lambda f: f.run.ledger.holdings["profit"].sum()
    ),
    "cancelled_orders": Figure(
        "count", "Orders, or rests of orders, that came to nothing.", lambda f: len(f.run.ledger.cancelled)
    ),
}  # fmt: skip

TRADE_FIGURES = CLOSED | ACCOUNT
