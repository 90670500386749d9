"""The order of a day.

It is defined by what the transactions are, never by the order in which they were put in: (1) deposits, (2) splits,
(3) transfers in and exchanges of cash, (4) dividends and interest, (5) trades, asset by asset, sales before buys,
(6) fees, (7) taxes, (8) transfers out, (9) withdrawals. What is alike goes by ``sequence``, then by its figures. One
exception: where a day's sales of an asset are more than was held, its buys of that day come first (a round trip within
the day). So quantities of a split's day are in new shares.
"""

import numpy as np

from portfolio.calc.accounting.transactions import Kind, Transactions

PHASE = {
    Kind.DEPOSIT: 1, Kind.SPLIT: 2, Kind.TRANSFER: 3, Kind.DIVIDEND: 4, Kind.SELL: 5, Kind.BUY: 5, Kind.FEE: 6,
    Kind.TAX: 7, Kind.WITHDRAWAL: 9,
}  # fmt: skip
OUT = 8
_PHASES = np.array([PHASE[kind] for kind in Kind])


def day_order(t: Transactions) -> np.ndarray:
    """Places of the transactions by date and, within one, by the rule above: int [N]."""
    content = (t.id, t.tax, t.fee, t.amount, t.price, t.quantity, t.currency, t.sequence)
    return np.lexsort((*content, t.kind == Kind.BUY, t.asset, _phase(t), t.date))


def turns(t: Transactions) -> np.ndarray:
    """Where, among transactions in order, the next begins: int [G + 1]. All trades of an asset on one day are one turn,
    everything else is a turn of its own.
    """
    if not len(t):
        return np.zeros(1, np.int64)
    trade = _phase(t) == PHASE[Kind.BUY]
    same = trade[1:] & trade[:-1] & (t.date[1:] == t.date[:-1]) & (t.asset[1:] == t.asset[:-1])
    return np.r_[0, np.flatnonzero(~same) + 1, len(t)]


def _phase(t: Transactions) -> np.ndarray:
    return np.where(t.in_kind & (t.quantity < 0), OUT, _PHASES[t.kind])
