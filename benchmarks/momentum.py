"""Monthly or daily momentum on a made-up market, as rules of ours; ``python -m benchmarks.momentum`` times one of them.

Imports neither Django nor a database: the process's memory is that of the arrays and of the simulation.
"""

import argparse
import json
from dataclasses import dataclass

import numpy as np

from backtests.calc.ledger import Ledger
from backtests.calc.prices import Events, Prices
from backtests.calc.rules import Exit, Fill, Frequency, Mode, Rules, SellRule
from backtests.calc.signals import Signals
from backtests.calc.simulate import simulate
from benchmarks.report import seconds

LOOKBACK = 126  # sessions of the return that is the score
STOPS = (SellRule(Exit.STOP_LOSS, 10), SellRule(Exit.TAKE_PROFIT, 20), SellRule(Exit.HOLD_DAYS, 90))


@dataclass(frozen=True)
class Market:
    """Random walks: ``days`` datetime64[D] [T], after one session more in ``calendar``; ``tickers`` [N]; ``open``,
    ``close``, ``volume``, ``score`` float64 [T, N]; a dividend of every name every quarter.
    """

    calendar: np.ndarray
    tickers: np.ndarray
    open: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    score: np.ndarray
    dividends: Events

    @property
    def days(self) -> np.ndarray:
        return self.calendar[1:]

    @property
    def megabytes(self) -> float:
        return sum(found.nbytes for found in (self.open, self.close, self.volume, self.score)) / 1e6


def market(stocks: int, sessions: int) -> Market:
    """Made with as little memory beside the result as possible, so that peaks are those of the simulation."""
    rng = np.random.default_rng(23)
    walk = rng.standard_normal((sessions + LOOKBACK, stocks))
    walk *= 0.02
    np.cumsum(walk, axis=0, out=walk)
    np.exp(walk, out=walk)
    walk *= 50.0
    close = walk[LOOKBACK:]
    score = close / walk[:-LOOKBACK]
    opened = rng.uniform(0.99, 1.01, close.shape)
    opened *= close
    volume = rng.uniform(1e5, 1e6, close.shape)
    ex = np.arange(sessions)[:, None] % 63 == np.arange(stocks) % 63
    session, instrument = np.nonzero(ex)
    calendar = np.busday_offset(np.datetime64("2015-01-30"), np.arange(sessions + 1), roll="forward")
    tickers = np.array([f"S{place:05d}" for place in range(stocks)])
    return Market(
        calendar, tickers, opened, close, volume, score, Events(session, instrument, np.full(len(session), 0.25))
    )


def no_events() -> Events:
    return Events(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def default_rules(mode: Mode, frequency: Frequency) -> Rules:
    """20 names, orders at the next open, whole shares, all costs, and in mode fill three sell conditions."""
    return Rules(mode=mode, frequency=frequency, sell_rules=STOPS if mode is Mode.FILL else ())


def common_rules() -> Rules:
    """What every peer can do: the best 20 at the close that decides, in fractions, to equal weights of 99 % of the
    value; commission and slippage on both sides.

    Of the value 1 % stays cash, so that nobody runs out of it on account of the costs and has to decide who goes short.
    """
    return Rules(fill=Fill.SAME_CLOSE, mode=Mode.TARGET, fractional=True, tax=0.0, cash_buffer=1.0)


def simulated(made: Market, rules: Rules, *, dividends: bool = True) -> Ledger:
    """From arrays in memory to the ledger, with all checks of the input."""
    prices = Prices(
        made.days, made.tickers, made.open, made.close, made.volume, np.full(len(made.tickers), len(made.days)),
        dividends=made.dividends if dividends else no_events(), calendar=made.calendar,
    )  # fmt: skip
    return simulate(prices, Signals(made.score, np.ones(made.score.shape, dtype=bool)), rules)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.momentum", description=__doc__)
    parser.add_argument("mode", type=Mode, choices=list(Mode))
    parser.add_argument("--frequency", type=Frequency, default=Frequency.DAILY, choices=list(Frequency))
    parser.add_argument("--stocks", type=int, default=5000)
    parser.add_argument("--sessions", type=int, default=2500)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    made, rules = market(asked.stocks, asked.sessions), default_rules(asked.mode, asked.frequency)
    found: list[Ledger] = []
    spent = seconds(lambda: found.append(simulated(made, rules)), asked.runs)
    told = {"trades": len(found[-1].trades), "rebalances": len(found[-1].rebalances)}
    print(json.dumps({"seconds": spent, "market_mb": made.megabytes, **told}))


if __name__ == "__main__":
    main()
