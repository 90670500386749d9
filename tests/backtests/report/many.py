"""Sweeps and walk-forward tests as plain data, made by really simulating a random market."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np

from backtests.calc.outcomes import series, trade_figures
from backtests.calc.prices import Events
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.signals import Signals
from backtests.calc.simulate import simulate
from portfolio.calc.statistics import Track, deflated_sharpe_ratio, statistics_of
from tests.backtests.markets import business_days, market, signals

AXES = {"max_positions": [4, 8, 12, 16], "stop_loss": [6.0, 12.0, 18.0], "cash_buffer": [0.0, 20.0]}


@cache
def _whole(seed, sessions):
    prices = market(seed, sessions, 40, wild=0.15)
    return prices, signals(seed, prices)


def _part(events, last):
    kept = events.session < last
    return Events(events.session[kept], events.instrument[kept], events.figure[kept])


def period(first, last, *, seed=3, sessions=520, max_positions=12, stop_loss=12.0, cash_buffer=5.0):
    """A run over the sessions ``first`` to ``last`` - 1 of one market."""
    prices, found = _whole(seed, sessions)
    cut = replace(
        prices, dates=prices.dates[:last], open=prices.open[:last], close=prices.close[:last],
        volume=prices.volume[:last],
        ends=np.minimum(prices.ends, last), splits=_part(prices.splits, last), dividends=_part(prices.dividends, last),
        market_value=prices.market_value[:last], start=first,
    )  # fmt: skip
    rules = Rules(
        max_positions=max_positions, cash_buffer=cash_buffer,
        sell_rules=(SellRule("STOP_LOSS", stop_loss), SellRule("TAKE_PROFIT", 20.0)),
    )  # fmt: skip
    ledger = simulate(cut, Signals(found.order[:last], found.candidates[:last]), rules)
    before = prices.dates[first - 1] if first else business_days(2, prices.dates[0] - np.timedelta64(4, "D"))[0]
    return Run(cut, rules, ledger, before)


def sweep(fields=tuple(AXES), *, fails=1):
    """Every combination over 260 sessions; the last ``fails`` of them did not run."""
    axes = [{"field": field, "values": AXES[field]} for field in fields]
    variants, tracks = [], []
    for number, values in enumerate(product(*(axis["values"] for axis in axes)), 1):
        overrides = dict(zip(fields, values, strict=True))
        done = period(0, 260, **overrides)
        found = {"number": number, "overrides": overrides, "status": "COMPLETED", "error": ""}
        variants.append(found | {"statistics": statistics_of(done.track) | trade_figures(done)})
        tracks.append(done.track)
    for one in variants[len(variants) - fails :]:
        one |= {"status": "FAILED", "error": "no prices of KR before 2019-11-25", "statistics": {}}
    ratios = np.array([one["statistics"].get("sharpe_ratio", np.nan) for one in variants])
    best = int(np.nanargmax(ratios)) if np.isfinite(ratios).any() else None
    return {
        "id": 3, "name": "How many names, which stop", "objective": "sharpe_ratio", "axes": axes, "variants": variants,
        "base": {"region": "KR", "mode": "fill", "sizing": "EQUAL_WEIGHT", "max_positions": 12, "cash_buffer": 5.0},
        "deflated_sharpe": None if best is None else deflated_sharpe_ratio(tracks[best], ratios),
    }  # fmt: skip


def walk(*, train=130, test=65, sessions=520):
    """The number of positions with the best Sharpe ratio of each stretch of time, used on the next one."""
    windows, value, dates = [], [1e8], []
    for first in range(0, sessions - train - test + 1, test):
        trained = {count: period(first, first + train, max_positions=count) for count in AXES["max_positions"]}
        chosen = max(trained, key=lambda count: statistics_of(trained[count].track, ["sharpe_ratio"])["sharpe_ratio"])
        tested = period(first + train, first + train + test, max_positions=chosen)
        windows.append({
            "train_start": str(trained[chosen].dates[1]), "train_end": str(trained[chosen].dates[-1]),
            "test_start": str(tested.dates[1]), "test_end": str(tested.dates[-1]),
            "chosen": {"max_positions": chosen, "stop_loss": 12.0},
            "train": statistics_of(trained[chosen].track), "test": statistics_of(tested.track),
        })  # fmt: skip
        one = series(tested)
        dates += one["dates"] if not dates else one["dates"][1:]
        value += [value[-1] * found / one["value"][0] for found in one["value"][1:]]
    track = Track(np.array(value), np.array(dates, "datetime64[D]"))
    return {
        "name": "Names, half a year ahead", "objective": "sharpe_ratio", "windows": windows,
        "series": {"dates": dates, "value": value, "benchmark": None}, "statistics": statistics_of(track),
    }  # fmt: skip
