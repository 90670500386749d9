"""From the raw files to trades."""

import datetime as dt
import operator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from backtests.calc.prices import Events, Prices
from backtests.calc.signals import Signals
from tests.backtests.reference import Reference
from tests.backtests.us_reference.cross_section import eligible, listed_bars, score_table
from tests.backtests.us_reference.figures import price_earnings, roe_and_eps
from tests.backtests.us_reference.raw_files import Action, new_york_sessions, read_bars, read_filings
from tests.backtests.us_reference.scenarios import Condition, Scenario

COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq}


@dataclass(frozen=True)
class Market:
    """What is known, sessions by tickers: raw ``bars``, bool ``in_universe``, ``values`` by factor (NaN outside the
    universe) and ``order``, the score of ROE."""

    bars: dict[str, pd.DataFrame]
    in_universe: pd.DataFrame
    values: dict[str, pd.DataFrame]
    order: pd.DataFrame

    def met(self, condition: Condition) -> pd.DataFrame:
        return COMPARE[condition.operator](self.values[condition.factor], condition.value)

    def all_met(self, conditions: list[Condition]) -> pd.DataFrame:
        answer = self.in_universe
        for condition in conditions:
            answer = answer & self.met(condition)
        return answer


@dataclass(frozen=True)
class Outcome:
    """``trades``, in the order in which they were made, ``snapshots``, one per session, ``cancelled`` orders: rows with
    dates. ``tables`` by rebalance date: pe_ratio, roe, order and candidate of every name in the universe. ``market`` is
    of every session of the files; ``prices`` and ``signals`` are what the simulator read."""

    trades: list[dict]
    snapshots: list[dict]
    cancelled: list[dict]
    tables: dict[dt.date, pd.DataFrame]
    market: Market
    prices: Prices
    signals: Signals


def read_market(shared_data: Path, actions: list[Action], delisted: dict[str, dt.date]) -> Market:
    """Every session of the price file."""
    bars, filings = read_bars(shared_data), read_filings(shared_data)
    last_days = {ticker: pd.Timestamp(day) for ticker, day in delisted.items()}
    bars = {name: listed_bars(table, last_days) for name, table in bars.items()}
    close = bars["close"]
    in_universe = eligible(close, bars["volume"], last_days)
    roe, eps = roe_and_eps([day.date() for day in close.index], filings, actions, list(close.columns))
    values = {"pe_ratio": price_earnings(close, eps).where(in_universe), "roe": roe.where(in_universe)}
    return Market(bars, in_universe, values, score_table(values["roe"]))


def reference_run(shared_data: Path, scenario: Scenario) -> Outcome:
    """The backtest that ``scenario`` describes, over the shared files."""
    start, end, actions, delisted = scenario.start, scenario.end, scenario.actions, scenario.delisted
    market = read_market(shared_data, actions, delisted)
    dates = new_york_sessions(str(start), str(end))
    days = pd.DatetimeIndex(dates)
    prices = prices_between(market, dates, actions, delisted)
    candidates = market.all_met(scenario.buy).loc[days]
    flags = tuple(market.met(condition).loc[days].to_numpy() for condition in scenario.factor_sells)
    order = market.order.loc[days]
    order.loc[order.isna().all(axis=1)] = market.values["roe"].loc[days]  # fewer than ten names: no scores
    signals = Signals(order.fillna(-1e300).to_numpy(), candidates.to_numpy(), flags)
    done = Reference(prices, signals, scenario.rules)
    tables = {dates[t]: table_of(market, candidates, days[t]) for t in range(len(dates)) if done.rebalances(t)}
    done.run()
    snapshots = [
        {"date": dates[t], "cash": cash, "holdings": held, "value": value, "positions": count}
        for t, cash, held, value, count in done.snapshots
    ]
    cancelled = [
        {"date": dates[t], "signal_date": dates[signal], "ticker": name, "side": side, "ending": ending, "shares": left}
        for t, signal, name, side, ending, left in done.cancelled
    ]
    return Outcome([dated(row, dates) for row in done.trades], snapshots, cancelled, tables, market, prices, signals)


def dated(trade: dict, dates: list[dt.date]) -> dict:
    return {"trade_date": dates[trade["session"]], "signal_date": dates[trade["signal_session"]], **trade}


def table_of(market: Market, candidates: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    columns = {name: figure.loc[day] for name, figure in market.values.items()}
    columns |= {"order": market.order.loc[day], "candidate": candidates.loc[day]}
    return pd.DataFrame(columns)[market.in_universe.loc[day]]


def prices_between(market: Market, dates: list[dt.date], actions: list[Action], delisted: dict[str, dt.date]) -> Prices:
    """Raw prices of the sessions ``dates``; a split or dividend stands on its ex-date."""
    tickers = list(market.bars["close"].columns)
    cut = {name: table.loc[pd.DatetimeIndex(dates)].to_numpy(copy=True) for name, table in market.bars.items()}
    ends = []
    for ticker in tickers:
        left = [t for t, day in enumerate(dates) if ticker in delisted and day <= delisted[ticker]]
        ends.append((left[-1] if left else -1) if ticker in delisted and delisted[ticker] < dates[-1] else len(dates))
    calendar = new_york_sessions(str(dates[0] - dt.timedelta(days=40)), str(dates[-1]))
    return Prices(
        dates=np.array(dates, "datetime64[D]"), tickers=np.array(tickers), ends=np.array(ends), **cut,
        splits=events(actions, "SPLIT", dates, tickers), dividends=events(actions, "CASH_DIVIDEND", dates, tickers),
        calendar=np.array(calendar, "datetime64[D]"),
    )  # fmt: skip


def events(actions: list[Action], kind: str, dates: list[dt.date], tickers: list[str]) -> Events:
    own = [action for action in actions if action.kind == kind and action.ex_date in dates]
    return Events(
        np.array([dates.index(action.ex_date) for action in own], np.int64),
        np.array([tickers.index(action.ticker) for action in own], np.int64),
        np.array([action.figure for action in own], np.float64),
    )
