"""What another program needs to repeat a run: its orders, and the weights it ended each trading session with."""

from typing import Any

import numpy as np

from backtests.calc.ledger import Side
from backtests.calc.outcomes.plain import numbers, records, texts
from backtests.calc.positions import positions_of, sold_out
from backtests.calc.run import Run

AS_THEY_ARE = ("quantity", "price", "execution_price", "commission", "tax")
OF_ORDER = ("trade_date", "signal_date", "ticker", "side", *AS_THEY_ARE)
OF_WEIGHT = ("date", "ticker", "weight")


def orders_of(run: Run) -> list[dict[str, Any]]:
    """The trades in their order, ``OF_ORDER``: ``side`` is BUY or SELL, ``price`` raw, ``execution_price`` with
    slippage, ``commission`` and ``tax`` in currency.
    """
    trades, dates = run.ledger.trades, run.prices.dates.astype("datetime64[D]")
    columns = (
        texts(dates[trades["session"]]), texts(dates[trades["signal_session"]]), _tickers(run, trades["instrument"]),
        np.where(trades["side"] == Side.BUY, Side.BUY.name, Side.SELL.name).tolist(),
        *(numbers(trades[name]) for name in AS_THEY_ARE),
    )  # fmt: skip
    return records(dict(zip(OF_ORDER, columns, strict=True)))


def weights_of(run: Run) -> list[dict[str, Any]]:
    """``OF_WEIGHT``: for each session with a trade a row per name that is held after it or was sold
    on it, by ticker. The weight is a fraction of the portfolio's value at that close, 0 of a name that was sold; what
    is missing to 1 is cash.

    Who trades to these weights at these closes, and holds between them, has the run's values: exactly for trades filled
    at closes, without costs, splits and dividends, else but for what these take or give.
    """
    session, name, worth = _after_trades(run)
    value = run.ledger.snapshots["value"][session - run.prices.start]
    weight = np.divide(worth, value, out=np.zeros(len(worth)), where=value > 0)
    columns = (texts(run.prices.dates.astype("datetime64[D]")[session]), _tickers(run, name), numbers(weight))
    return records(dict(zip(OF_WEIGHT, columns, strict=True)))


def _tickers(run: Run, names: np.ndarray) -> list[str]:
    return [str(ticker) for ticker in np.asarray(run.prices.tickers)[names].tolist()]


def _after_trades(run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(session, instrument, value) of every name after each session with a trade, by session and ticker; a value of 0
    on the session on which the last of it was sold.
    """
    held, trades = positions_of(run), run.ledger.trades
    traded = np.isin(held.session, trades["session"])
    sold = trades[sold_out(trades)]
    session = np.concatenate([held.session[traded], sold["session"]])
    name = np.concatenate([held.instrument[traded], sold["instrument"]])
    value = np.concatenate([held.value[traded], np.zeros(len(sold))])
    order = np.lexsort((run.prices.rank[name], session))
    return session[order], name[order], value[order]
