"""vectorbt, in the two ways of its documentation: target weights in ``from_orders``, and functions of one's own that
are called on rebalance rows alone.
"""

from typing import Any

import numpy as np
from numba import njit
from vectorbt import Portfolio
from vectorbt.portfolio import nb
from vectorbt.portfolio.enums import Direction, SizeType

from benchmarks.peers.task import Task

TARGET = SizeType.TargetPercent


def by_orders(task: Task) -> np.ndarray:
    """Values at the closes [T]; ``call_seq`` auto sells before it buys."""
    portfolio = Portfolio.from_orders(
        task.prices, sizes(task), size_type=TARGET, fees=task.commission, slippage=task.slippage,
        call_seq="auto", **_account(task),
    )  # fmt: skip
    return np.asarray(portfolio.value())


def by_function(task: Task) -> np.ndarray:
    """Values at the closes [T]."""
    wanted, names = sizes(task), task.score.shape[1]
    rows = np.zeros((len(task.score), 1), dtype=bool)
    rows[task.rebalances] = True
    portfolio = Portfolio.from_order_func(
        task.prices, order, wanted, task.commission, task.slippage, segment_mask=rows, pre_segment_func_nb=sells_first,
        pre_segment_args=(wanted, np.full(names, TARGET), np.full(names, Direction.LongOnly)), **_account(task),
    )  # fmt: skip
    return np.asarray(portfolio.value())


def sizes(task: Task) -> np.ndarray:
    """Target weights on rebalance rows, NaN on the others: [T, N]."""
    found = np.full(task.score.shape, np.nan)
    for row in task.rebalances:
        found[row] = 0.0
        found[row, task.chosen(row)] = task.weight_before_costs
    return found


def _account(task: Task) -> dict[str, Any]:
    return {"init_cash": task.capital, "group_by": True, "cash_sharing": True, "freq": "D"}


@njit
def sells_first(c, wanted, kinds, directions):
    for column in range(c.from_col, c.to_col):
        c.last_val_price[column] = c.close[c.i, column]
    nb.sort_call_seq_nb(c, wanted[c.i], kinds, directions, np.empty(c.group_len))
    return ()


@njit
def order(c, wanted, commission, slippage):
    return nb.order_nb(
        size=wanted[c.i, c.col], price=c.close[c.i, c.col], size_type=TARGET, fees=commission, slippage=slippage
    )


WAYS = {"orders": by_orders, "function": by_function}
