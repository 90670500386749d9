"""What came out of a backtest, as plain data: from a ``Run`` to what JSON can say. docs/backtest-results.md.

Money in the run's currency, rates in percent unless a docstring says otherwise; None, never NaN or infinity, where
there is nothing to compute from. Trades are dated by their fill.
"""

from backtests.calc.outcomes.contribution import contribution
from backtests.calc.outcomes.distributions import by_instrument, distributions, reasons
from backtests.calc.outcomes.periods import drawdown_table, period_table
from backtests.calc.outcomes.replay import OF_ORDER, OF_WEIGHT, orders_of, weights_of
from backtests.calc.outcomes.series import series
from backtests.calc.outcomes.trade_figures import TRADE_FIGURES, Figure, trade_figures

__all__ = [
    "OF_ORDER",
    "OF_WEIGHT",
    "TRADE_FIGURES",
    "Figure",
    "by_instrument",
    "contribution",
    "distributions",
    "drawdown_table",
    "orders_of",
    "period_table",
    "reasons",
    "series",
    "trade_figures",
    "weights_of",
]
