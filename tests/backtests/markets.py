"""Random markets in which everything that happens to stocks happens often."""

import numpy as np

from backtests.calc.prices import Events, Prices
from backtests.calc.signals import Signals

NAN = float("nan")


def business_days(count, first="2019-11-25"):
    """``count`` weekdays from ``first`` on."""
    return np.busday_offset(np.datetime64(first), np.arange(count), roll="forward")


def events(rng, sessions, instruments, share, figures):
    there = rng.random((sessions, instruments)) < share
    session, instrument = np.nonzero(there)
    return Events(session, instrument, rng.choice(figures, len(session)))


def market(seed, sessions=40, instruments=6, *, round_prices=False, start=0, wild=1.0):
    """Gaps, suspensions (stretches without a bar, or with volume 0), splits, dividends and delistings; ``wild`` scales
    how often. ``round_prices``: whole numbers, so that ties and exact thresholds are common.
    """
    rng = np.random.default_rng(seed)
    shape = (sessions, instruments)
    close = rng.uniform(20, 200, instruments) * np.exp(np.cumsum(rng.normal(0, 0.05, shape), axis=0))
    open_ = close * np.exp(rng.normal(0, 0.02, shape))
    if round_prices:
        close, open_ = np.maximum(np.round(close, -1), 10.0), np.maximum(np.round(open_, -1), 10.0)
    splits = events(rng, sessions, instruments, 0.02 * wild, [2.0, 3.0, 0.1, 1.05])
    units = np.ones(shape)
    np.multiply.at(units, (splits.session, splits.instrument), splits.figure)
    units = np.cumprod(units, axis=0)
    close, open_ = close / units, open_ / units
    volume = np.round(rng.uniform(0, 20_000, shape))
    volume[rng.random(shape) < 0.05 * wild] = 0.0
    volume[rng.random(shape) < 0.05 * wild] = NAN
    for _ in range(rng.poisson(wild * instruments / 2)):  # suspensions
        first, name = rng.integers(sessions), rng.integers(instruments)
        close[first : first + rng.integers(1, 8), name] = NAN
    close[rng.random(shape) < 0.03 * wild] = NAN
    open_[rng.random(shape) < 0.02 * wild] = NAN
    ends = np.where(rng.random(instruments) < 0.25 * wild, rng.integers(0, sessions, instruments), sessions)
    value = rng.uniform(1e9, 1e11, shape)
    value[rng.random(shape) < 0.1 * wild] = NAN
    return Prices(
        business_days(sessions), tickers(rng, instruments), open_, close, volume, ends, splits,
        events(rng, sessions, instruments, 0.04 * wild, [0.5, 1.0, 2.5]), value, start=start,
    )  # fmt: skip


def tickers(rng, instruments):
    """Not in alphabetical order."""
    return np.array([f"T{place:03d}" for place in rng.permutation(instruments)], dtype=object)


def signals(seed, prices, *, conditions=0, levels=0):
    """Scores that drift, candidates that change; ``levels``: scores rounded to so many, for ties."""
    rng = np.random.default_rng([seed, 1])
    shape = (prices.sessions, prices.instruments)
    order = 50 + np.cumsum(rng.normal(0, 5, shape), axis=0)
    if levels:
        order = np.round(order / 100 * levels)
    order[rng.random(shape) < 0.05] = NAN
    sells = tuple(rng.random(shape) < 0.05 for _ in range(conditions))
    return Signals(order, rng.random(shape) < 0.7, sells)


def permuted(prices, found, order):
    """The same market with its columns in another order."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))

    def moved(one):
        return Events(one.session, place[one.instrument], one.figure)

    moved_prices = Prices(
        prices.dates, prices.tickers[order], prices.open[:, order], prices.close[:, order], prices.volume[:, order],
        prices.ends[order], moved(prices.splits), moved(prices.dividends), prices.market_value[:, order],
        prices.calendar, prices.start,
    )  # fmt: skip
    return moved_prices, Signals(
        found.order[:, order], found.candidates[:, order], tuple(s[:, order] for s in found.sells)
    )
