"""bt: target weights by date. SelectN and WeighEqually do the same and take longer."""

import bt
import numpy as np
import pandas as pd

from benchmarks.peers.task import Task


def value(task: Task) -> np.ndarray:
    """Values at the closes [T]."""

    def costs(quantity: float, price: float) -> float:
        side = 1 if quantity > 0 else -1
        return abs(quantity) * price * (task.slippage + (1 + side * task.slippage) * task.commission)

    weights = np.full((len(task.rebalances), task.score.shape[1]), np.nan)
    for place, row in enumerate(task.rebalances):
        weights[place, task.chosen(row)] = task.weight
    days = task.prices.index[task.rebalances]
    table = pd.DataFrame(weights, index=days, columns=task.prices.columns)
    steps = [bt.algos.RunOnDate(*days), bt.algos.WeighTarget(table), bt.algos.Rebalance()]
    test = bt.Backtest(
        bt.Strategy("momentum", steps), task.prices, initial_capital=task.capital, integer_positions=False,
        commissions=costs, progress_bar=False,
    )  # fmt: skip
    test.run()
    return np.asarray(test.strategy.values)[1:]  # bt puts a row before the first


WAYS = {"bt": value}
