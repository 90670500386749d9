"""bt, in two ways of its documentation: steps that choose from the scores, and, faster, target weights by date."""

import bt
import numpy as np
import pandas as pd

from benchmarks.peers.task import Task


def by_selection(task: Task) -> np.ndarray:
    """Values at the closes [T]."""
    scores = pd.DataFrame(task.score, index=task.prices.index, columns=task.prices.columns)
    choice = [bt.algos.SelectAll(), bt.algos.SetStat(scores), bt.algos.SelectN(task.count)]
    return _run(task, *choice, bt.algos.WeighEqually(), bt.algos.ScaleWeights(task.count * task.weight))


def by_weights(task: Task) -> np.ndarray:
    """Values at the closes [T]."""
    weights = np.full((len(task.rebalances), task.score.shape[1]), np.nan)
    for place, row in enumerate(task.rebalances):
        weights[place, task.chosen(row)] = task.weight
    days = task.prices.index[task.rebalances]
    return _run(task, bt.algos.WeighTarget(pd.DataFrame(weights, index=days, columns=task.prices.columns)))


def _run(task: Task, *steps: bt.Algo) -> np.ndarray:
    def costs(quantity: float, price: float) -> float:
        side = 1 if quantity > 0 else -1
        return abs(quantity) * price * (task.slippage + (1 + side * task.slippage) * task.commission)

    when = bt.algos.RunOnDate(*task.prices.index[task.rebalances])
    test = bt.Backtest(
        bt.Strategy("momentum", [when, *steps, bt.algos.Rebalance()]), task.prices, initial_capital=task.capital,
        integer_positions=False, commissions=costs, progress_bar=False,
    )  # fmt: skip
    test.run()
    return np.asarray(test.strategy.values)[1:]  # bt puts a row before the first


WAYS = {"selection": by_selection, "weights": by_weights}
