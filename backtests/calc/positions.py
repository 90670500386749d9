"""What was held at the close of every session, worked out from the ledger: only held names cost anything."""

from dataclasses import dataclass

import numpy as np

from backtests.calc.ledger import Action
from backtests.calc.run import Run

EVERY_CHANGE = np.dtype(
    [("rank", "<i8"), ("session", "<i8"), ("instrument", "<i8"), ("quantity", "<f8"), ("ends", "?")]
)


@dataclass(frozen=True)
class Positions:
    """A row per position and session on which it is held at the close, by ticker and session; K rows.

    ``session`` and ``instrument`` int64, ``quantity`` shares, ``value`` at the last known close, ``bar``: the session
    has a close, ``first``: the row begins a position, ``split``: the ratio applied on that session, 1 without one.
    """

    session: np.ndarray
    instrument: np.ndarray
    quantity: np.ndarray
    value: np.ndarray
    bar: np.ndarray
    first: np.ndarray
    split: np.ndarray

    def __len__(self) -> int:
        return len(self.session)


def positions_of(run: Run) -> Positions:
    """The positions of a finished run; as many rows in all as positions in its snapshots together."""
    changes = _changes(run)
    if not len(changes):
        none, figures = np.zeros(0, np.int64), np.zeros(0)
        return Positions(none, none, figures, figures, np.zeros(0, bool), np.zeros(0, bool), figures)
    quantity = _running(changes)
    follows = np.append(changes["rank"][1:] == changes["rank"][:-1], False)
    until = np.where(follows, np.append(changes["session"][1:], 0), run.prices.sessions)
    length = np.where(changes["ends"], 0, until - changes["session"])
    row = np.repeat(np.arange(len(changes)), length)
    session = changes["session"][row] + np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    instrument, held = changes["instrument"][row], quantity[row]
    position = np.cumsum(changes["ends"])[row] + len(changes) * changes["rank"][row]
    first = np.append(True, position[1:] != position[:-1])[: len(row)]
    close = run.prices.close[session, instrument]
    bar = np.isfinite(close)
    known = np.maximum.accumulate(np.where(bar | first, np.arange(len(row)), 0))
    # Without a bar only splits change a position, and they leave its value as it is.
    value = (held * close)[known]
    return Positions(session, instrument, held, value, bar, first, _splits(run, session, instrument))


def sold_out(trades: np.ndarray) -> np.ndarray:
    """Which of ``trades`` [K] sold the last of a position: bool [K]."""
    return np.asarray((trades["side"] < 0) & (trades["average_price"] == 0))


def _changes(run: Run) -> np.ndarray:
    """Every change of a quantity: by ticker, session, and in the order of the ledger (splits before trades)."""
    trades, splits = run.ledger.trades, run.ledger.events
    splits = splits[splits["action"] == Action.SPLIT]
    found = np.zeros(len(splits) + len(trades), EVERY_CHANGE)
    for name in ("session", "instrument"):
        found[name] = np.concatenate([splits[name], trades[name]])
    found["quantity"] = np.concatenate(
        [splits["quantity"] * (1.0 - 1.0 / splits["figure"]), trades["quantity"] * trades["side"]]
    )
    found["ends"][len(splits) :] = sold_out(trades)
    found["rank"] = run.prices.rank[found["instrument"]]
    return found[np.lexsort((found["session"], found["rank"]))]


def _running(changes: np.ndarray) -> np.ndarray:
    """Quantity after each change, counted from the beginning of its position."""
    total = np.cumsum(changes["quantity"])
    begins = np.append(True, changes["ends"][:-1] | (changes["rank"][1:] != changes["rank"][:-1]))
    before = (total - changes["quantity"])[begins]
    return np.asarray(total - before[np.cumsum(begins) - 1])


def _splits(run: Run, session: np.ndarray, instrument: np.ndarray) -> np.ndarray:
    events = run.ledger.events
    events = events[events["action"] == Action.SPLIT]
    ratio = np.ones(len(session))
    if not len(events):
        return ratio
    count = run.prices.instruments
    key, asked = events["session"].astype(np.int64) * count + events["instrument"], session * count + instrument
    order = np.argsort(key, kind="stable")
    unique, start = np.unique(key[order], return_index=True)
    product = np.multiply.reduceat(events["figure"][order], start)
    place = np.minimum(np.searchsorted(unique, asked), len(unique) - 1)
    return np.where(unique[place] == asked, product[place], ratio)
