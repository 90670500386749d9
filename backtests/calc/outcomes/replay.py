"""What another program needs to repeat a run: its orders, and the weights it ended each trading session with."""

from typing import Any

import numpy as np

from backtests.calc.ledger import Action, Side
from backtests.calc.outcomes.plain import numbers, records, texts
from backtests.calc.run import Run

AS_THEY_ARE = ("quantity", "price", "execution_price", "commission", "tax")


def orders_of(run: Run) -> list[dict[str, Any]]:
    """The trades in their order: ``trade_date``, ``signal_date``, ``ticker``, ``side`` (BUY or SELL), ``quantity``, raw
    ``price``, ``execution_price`` with slippage, ``commission`` and ``tax`` in currency.
    """
    trades, dates = run.ledger.trades, run.prices.dates.astype("datetime64[D]")
    return records(
        {
            "trade_date": texts(dates[trades["session"]]),
            "signal_date": texts(dates[trades["signal_session"]]),
            "ticker": _tickers(run, trades["instrument"]),
            "side": np.where(trades["side"] == Side.BUY, Side.BUY.name, Side.SELL.name).tolist(),
            **{name: numbers(trades[name]) for name in AS_THEY_ARE},
        }
    )


def weights_of(run: Run) -> list[dict[str, Any]]:
    """``date``, ``ticker``, ``weight``: for each session with a trade a row per name that is held after it or was sold
    on it, by ticker. The weight is a fraction of the portfolio's value at that close, 0 of a name that was sold; what
    is missing to 1 is cash.

    Who trades to these weights at these closes, and holds between them, has the run's values: exactly for trades filled
    at closes, without costs, splits and dividends, else but for what these take or give.
    """
    session, name, quantity = _positions(run)
    snapshots = run.ledger.snapshots
    value = snapshots["value"][session - run.prices.start]
    worth = quantity * _last_closes(run, session, name)
    weight = np.divide(worth, value, out=np.zeros(len(worth)), where=value > 0)
    return records(
        {
            "date": texts(run.prices.dates.astype("datetime64[D]")[session]),
            "ticker": _tickers(run, name),
            "weight": numbers(weight),
        }
    )


def _tickers(run: Run, names: np.ndarray) -> list[str]:
    return [str(ticker) for ticker in np.asarray(run.prices.tickers)[names].tolist()]


def _positions(run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(session, instrument, quantity) of every name after each session with a trade, by session and ticker; a quantity
    of 0 on the session of the sale alone.

    A change of a position holds until the next change of that name; these stretches are cut at the trading sessions.
    """
    session, name, quantity = _changes(run)
    order = np.lexsort((np.arange(len(session)), name))
    session, name, quantity = session[order], name[order], quantity[order]
    until = np.r_[session, run.prices.sessions][1:]
    until[:-1][name[1:] != name[:-1]] = run.prices.sessions
    until = np.where(quantity == 0, np.minimum(until, session + 1), until)
    trading = np.unique(run.ledger.trades["session"])
    first, last = np.searchsorted(trading, session), np.searchsorted(trading, until)
    stretch = np.repeat(np.arange(len(session)), last - first)
    within = np.arange(len(stretch)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    at, name, quantity = trading[first[stretch] + within], name[stretch], quantity[stretch]
    order = np.lexsort((run.prices.rank[name], at))
    return at[order], name[order], quantity[order]


def _changes(run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(session, instrument, quantity after) of every split of a holding and every trade, as they happened."""
    splits = run.ledger.events[run.ledger.events["action"] == Action.SPLIT]
    trades = run.ledger.trades
    session = np.r_[splits["session"], trades["session"]].astype(np.int64)
    order = np.argsort(session, kind="stable")  # splits before trades, as on every session
    name = np.r_[splits["instrument"], trades["instrument"]][order].astype(np.int64)
    # The quantity after a split is known; a trade adds to what there was.
    amount = np.r_[splits["quantity"], trades["side"] * trades["quantity"]][order]
    is_split = (order < len(splits)).tolist()
    held: dict[int, float] = {}
    after = []
    for one, known, figure in zip(name.tolist(), is_split, amount.tolist(), strict=True):
        held[one] = figure if known else held.get(one, 0.0) + figure
        after.append(held[one])
    return session[order], name, np.array(after)


def _last_closes(run: Run, session: np.ndarray, name: np.ndarray) -> np.ndarray:
    """The last known close of each ``name`` on ``session`` [k], in shares of that session: float64 [k]."""
    prices = run.prices
    names, column = np.unique(name, return_inverse=True)
    close = prices.close[:, names]
    row = np.arange(prices.sessions)[:, None]
    bar = np.maximum.accumulate(np.where(np.isfinite(close), row, 0), axis=0)[session, column]
    units = np.ones_like(close)
    split = np.isin(prices.splits.instrument, names)
    at = np.searchsorted(names, prices.splits.instrument[split])
    np.multiply.at(units, (prices.splits.session[split], at), prices.splits.figure[split])
    units = np.cumprod(units, axis=0)
    return np.asarray(close[bar, column] * (units[bar, column] / units[session, column]))
