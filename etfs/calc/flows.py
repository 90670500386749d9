"""Money that came into funds or left them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Flows:
    """``amount``: net flow of each day, in the currency of the NAV, inflow positive, NaN where not known;
    ``by_assets``: bool, worked out from assets because a share count was missing. Both of the shape of the input.
    """

    amount: np.ndarray
    by_assets: np.ndarray


LONGEST_GAP = np.timedelta64(31, "D")  # money that came within more than a month came on no day


def net_flows(
    shares: np.ndarray, nav: np.ndarray, assets: np.ndarray, split_ratio: np.ndarray | None = None,
    dates: np.ndarray | None = None,
) -> Flows:  # fmt: skip
    """Net flow per day of one fund [T] or of several [T, F], days ascending; section 6.

    (shares_d - shares_p x split ratio) x NAV_d; where a share count is missing, assets_d - assets_p x NAV_d x split
    ratio / NAV_p. p is the fund's previous row that exists: the last one with a share count or assets; a day without
    either has no flow, and what happened on it is in the next row's. The first row has none, nor a row whose p is more
    than 31 days older (``dates`` [T], None: no row is).

    ``split_ratio``: new units per old one on its ex-day, 1 or NaN on others. "NAV return without distributions" is the
    return of the NAV itself, nothing added back: a distribution takes the same off assets and NAV, and with it left out
    the second formula gives what the first gives, shares x NAV being the assets. Added back, every payment would look
    like money withdrawn. ``shares``: those of the day itself (KRX publishes the day before's: shifted on import).
    """
    exists = np.isfinite(shares) | np.isfinite(assets)
    previous, has = _previous_row(exists)
    nav = np.where(nav > 0, nav, np.nan)
    ratio = _units(split_ratio, shares.shape)
    grown = ratio / np.take_along_axis(ratio, previous, axis=0)
    shares_p, nav_p, assets_p = (np.take_along_axis(figures, previous, axis=0) for figures in (shares, nav, assets))
    by_shares = (shares - shares_p * grown) * nav
    by_assets = assets - assets_p * (nav * grown / nav_p)
    usable = exists & has
    if dates is not None:
        usable &= dates.reshape(-1, *[1] * (shares.ndim - 1)) - dates[previous] <= LONGEST_GAP
    second = usable & np.isnan(by_shares) & np.isfinite(by_assets)
    return Flows(np.where(usable, np.where(second, by_assets, by_shares), np.nan), second)


def _previous_row(exists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(the last existing row before each row of ``exists`` [T, ...], 0 where there is none; whether there is one)."""
    rows = np.arange(len(exists)).reshape(-1, *[1] * (exists.ndim - 1))
    last = np.maximum.accumulate(np.where(exists, rows, -1), axis=0)
    before = np.concatenate([np.full((1, *exists.shape[1:]), -1), last[:-1]]) if len(exists) else last
    return np.maximum(before, 0), before >= 0


def _units(split_ratio: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    """Units that one unit of the first day has become by each day."""
    if split_ratio is None:
        return np.ones(shape)
    result: np.ndarray = np.cumprod(np.where(split_ratio > 0, split_ratio, 1.0), axis=0)
    return result
