"""From a ledger's arrays to the columns of the tables."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from backtests.calc.ledger import Action, Ending, Reason, Side
from backtests.calc.outcomes import series
from backtests.services.running import Finished
from backtests.store import Rows
from market.store.copying import Column

OF_TRADE = ("quantity", "price", "execution_price", "commission", "tax", "cash_flow", "average_price")
OF_HOLDING = ("quantity", "average_price", "cost", "close", "value", "weight", "profit", "profit_rate")
Figures = Sequence[dict[str, object]]


def rows_of(finished: Finished, of_trades: Figures, of_holdings: Figures) -> Rows:
    """All rows of a finished run; ``of_trades``, ``of_holdings``: the figures of each."""
    return Rows(_snapshots(finished), _trades(finished, of_trades), _holdings(finished, of_holdings), _events(finished))


def _snapshots(finished: Finished) -> dict[str, Column]:
    run, rows, shown = finished.run, finished.run.ledger.snapshots, series(finished.run)
    return {
        "date": _dates(finished, rows["session"]),
        "cash": Column("float8", rows["cash"]),
        "holdings_value": Column("float8", rows["holdings"]),
        "value": Column("float8", rows["value"]),
        "positions": Column("int4", rows["positions"]),
        "turnover": Column("float8", rows["turnover"]),
        "daily_return": Column("float8", 100.0 * run.track.returns),
        "drawdown": Column("float8", _floats(shown["drawdown"])),
        "benchmark": Column("float8", _floats(shown["benchmark"] or [None] * len(run.values))),
    }


def _floats(figures: list[Any] | None) -> np.ndarray:
    """A series without what stands before the first session: NaN for None."""
    return np.array(figures, dtype=np.float64)[1:]


def _names(finished: Finished, instrument: np.ndarray) -> dict[str, Column]:
    market = finished.market
    return {
        "number": Column("int4", np.arange(1, len(instrument) + 1)),
        "instrument_id": Column("int4", market.ids[instrument]),
        "ticker": Column("text", market.tickers[instrument]),
        "name": Column("text", market.names[instrument]),
    }


def _dates(finished: Finished, session: np.ndarray) -> Column:
    return Column("date", finished.market.prices.dates[session])


def _trades(finished: Finished, figures: Figures) -> dict[str, Column]:
    rows = finished.run.ledger.trades
    is_buy = rows["side"] > 0
    return {
        **_names(finished, rows["instrument"]),
        "signal_date": _dates(finished, rows["signal_session"]),
        "trade_date": _dates(finished, rows["session"]),
        "side": Column("text", _words(rows["side"], Side)),
        **{name: Column("float8", rows[name]) for name in OF_TRADE},
        "amount": Column("float8", rows["quantity"] * rows["execution_price"]),
        "profit": Column("float8", np.where(is_buy, np.nan, rows["profit"])),
        "profit_rate": Column("float8", np.where(is_buy, np.nan, rows["profit_rate"])),
        "hold_days": Column("int4", rows["hold_days"], is_buy),
        "reason": Column("text", _words(rows["reason"], Reason)),
        "rule": Column("int2", rows["rule"], rows["rule"] < 0),
        "factors": Column("jsonb", _json(figures)),
    }


def _holdings(finished: Finished, figures: Figures) -> dict[str, Column]:
    rows = finished.run.ledger.holdings
    return {
        **_names(finished, rows["instrument"]),
        **{name: Column("float8", rows[name]) for name in OF_HOLDING},
        "first_bought": _dates(finished, rows["first_session"]),
        "hold_days": Column("int4", rows["hold_days"]),
        "factors": Column("jsonb", _json(figures)),
    }


def _events(finished: Finished) -> dict[str, Column]:
    """Splits and dividends, and orders that came to nothing, by session."""
    events, cancelled = finished.run.ledger.events, finished.run.ledger.cancelled
    session = np.concatenate([events["session"], cancelled["session"]])
    order = np.argsort(session, kind="stable")
    none, of_events = np.full(len(cancelled), np.nan), len(events)

    def together(first: Any, second: Any) -> np.ndarray:
        return np.concatenate([first, second])[order]

    is_order = together(np.zeros(of_events, bool), np.ones(len(cancelled), bool))
    signal = together(np.zeros(of_events, np.int64), cancelled["signal_session"])
    blank = np.full(of_events, "", dtype=object)
    return {
        **_names(finished, together(events["instrument"], cancelled["instrument"])),
        "date": _dates(finished, session[order]),
        "kind": Column(
            "text", together(_words(events["action"], Action), np.full(len(cancelled), "CANCELLED", object))
        ),
        "figure": Column("float8", together(events["figure"], none)),
        "quantity": Column("float8", together(events["quantity"], cancelled["quantity"])),
        "cash_flow": Column("float8", together(events["cash_flow"], np.zeros(len(cancelled)))),
        "signal_date": Column("date", finished.market.prices.dates[signal], ~is_order),
        "reason": Column("text", together(blank, _words(cancelled["ending"], Ending))),
        "side": Column("text", together(blank, _words(cancelled["side"], Side))),
    }


def _words(numbers: np.ndarray, kind: Any) -> np.ndarray:
    """Names of an enumeration: object [K]."""
    found = np.empty(len(numbers), dtype=object)
    found[:] = [kind(number).name for number in numbers.tolist()]
    return found


def _json(figures: Figures) -> np.ndarray:
    found = np.empty(len(figures), dtype=object)
    found[:] = [json.dumps(one, allow_nan=False) for one in figures]
    return found
