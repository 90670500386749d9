"""backtrader: a feed per name, orders that fill at the close on which they are made (``coc``), in fractions."""

import backtrader as bt
import numpy as np

from benchmarks.peers.task import Task


class Fractions(bt.CommInfoBase):
    """Commission in percent, without rounding to whole shares."""

    params = {"percabs": True, "commtype": bt.CommInfoBase.COMM_PERC, "stocklike": True}

    def getsize(self, price: float, cash: float) -> float:
        return cash / price


class Momentum(bt.Strategy):
    """Sales first, since backtrader refuses what the cash at hand does not pay."""

    params = {"task": None}

    def __init__(self) -> None:
        self.task: Task = self.p.task
        self.rows = set(self.task.rebalances)
        self.held: set[int] = set()
        self.found = np.full(len(self.task.prices), np.nan)

    def next(self) -> None:
        row = len(self) - 1
        if row in self.rows:  # filled after this call: the value after trading is not seen
            self.rebalance(set(self.task.chosen(row).tolist()))
        else:
            self.found[row] = self.broker.getvalue()

    def rebalance(self, names: set[int]) -> None:
        for name in self.held - names:
            self.order_target_percent(self.datas[name], 0.0)
        weight = self.task.weight_before_costs
        for name in sorted(names, key=self.worth, reverse=True):
            self.order_target_percent(self.datas[name], weight)
        self.held = names

    def worth(self, name: int) -> float:
        feed = self.datas[name]
        return float(self.getposition(feed).size * feed.close[0])


def value(task: Task) -> np.ndarray:
    """Values at the closes [T], NaN on rebalance rows."""
    engine = bt.Cerebro(stdstats=False)
    for name in task.prices:
        frame = task.prices[[name]]
        feed = bt.feeds.PandasDirectData(dataname=frame, open=1, high=1, low=1, close=1, volume=-1, openinterest=-1)
        engine.adddata(feed)
    engine.broker.setcash(task.capital)
    engine.broker.set_coc(True)
    engine.broker.addcommissioninfo(Fractions(commission=task.commission))
    engine.broker.set_slippage_perc(task.slippage, slip_match=True, slip_out=True)
    engine.addstrategy(Momentum, task=task)
    found: np.ndarray = engine.run()[0].found
    return found


WAYS = {"feeds": value}
