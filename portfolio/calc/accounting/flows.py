"""What the transactions of a session moved, in the base currency."""

from typing import NamedTuple

import numpy as np

from portfolio.calc.accounting.transactions import Kind, Transactions


class Flows(NamedTuple):
    """As in ``Days``; ``moved`` [T, C]: cash that came or went otherwise than by interest; ``other`` [T]: what was
    earned or lost that is no asset's and no cash's.
    """

    inflow: np.ndarray
    outflow: np.ndarray
    income: np.ndarray
    fees: np.ndarray
    taxes: np.ndarray
    bought: np.ndarray
    received: np.ndarray
    moved: np.ndarray
    other: np.ndarray


def flows_of(t: Transactions, session: np.ndarray, rate: np.ndarray, close: np.ndarray, currencies: int) -> Flows:
    """``session`` int [N] of each transaction, ``rate`` float64 [N] of its currency on it; ``close`` [T, assets] in the
    base currency, at which transfers of shares count.
    """
    sessions, assets = close.shape
    cash = t.cash * rate
    shares = np.zeros(len(t))
    shares[t.in_kind] = t.quantity[t.in_kind] * close[session[t.in_kind], t.asset[t.in_kind]]
    gross = t.gross * rate

    def daily(amounts: np.ndarray) -> np.ndarray:
        return np.bincount(session, weights=amounts, minlength=sessions)

    def by(column: np.ndarray, amounts: np.ndarray, width: int) -> np.ndarray:
        cells = np.zeros((sessions, width))
        there = column >= 0
        np.add.at(cells, (session[there], column[there]), amounts[there])
        return cells

    of_asset = t.asset >= 0
    paid = np.where(of_asset, shares - cash, 0.0)
    external = shares + gross * ((t.kind == Kind.DEPOSIT) * 1.0 - (t.kind == Kind.WITHDRAWAL))
    interest = (t.kind == Kind.DIVIDEND) & ~of_asset
    return Flows(
        inflow=daily(np.maximum(external, 0.0)),
        outflow=daily(np.maximum(-external, 0.0)),
        income=daily(np.where(t.kind == Kind.DIVIDEND, gross, 0.0)),
        fees=daily(np.nan_to_num(t.fee) * rate + np.where(t.kind == Kind.FEE, gross, 0.0)),
        taxes=daily(np.nan_to_num(t.tax) * rate + np.where(t.kind == Kind.TAX, gross, 0.0)),
        bought=by(t.asset, np.maximum(paid, 0.0), assets),
        received=by(t.asset, np.maximum(-paid, 0.0), assets),
        moved=by(t.currency, np.where(interest, 0.0, cash), currencies),
        other=daily(np.where(of_asset | interest, 0.0, cash - external)),
    )
