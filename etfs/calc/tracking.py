"""How closely a fund follows its index, how far its price is from its NAV, and how much it trades."""

import numpy as np

from market.calc.windows import ZERO

SESSIONS_A_YEAR = 252
AVERAGED = 20  # sessions of an average volume or trading value


def tracking_error(
    nav: np.ndarray, distribution: np.ndarray | None, index: np.ndarray, *, window: int, shift: int = 0
) -> float:
    """100 x std(r_fund - r_index) x sqrt(252) over the last ``window`` returns, percent a year, ddof 1; section 6.

    By session, ascending [T]: ``nav`` adjusted for splits of the fund, ``distribution`` per unit in the same terms on
    its ex-day (None or NaN: none), ``index`` level as reported. r_fund is the total return of the NAV, distributions
    added back. ``shift`` 1 for a foreign index that closes after the fund: a NAV reflects the level of the row before
    (section 9). Joined on the rows that have both, returns taken between those; NaN with fewer than ``window``.
    """
    level, grown = shifted(index, shift), total_return_index(nav, distribution)
    common = np.flatnonzero((level > 0) & (grown > 0))[-(window + 1) :]
    if len(common) <= window or window < 2:
        return float("nan")
    difference = grown[common[1:]] / grown[common[:-1]] - level[common[1:]] / level[common[:-1]]
    return float(100.0 * difference.std(ddof=1) * np.sqrt(SESSIONS_A_YEAR))


def total_return_index(nav: np.ndarray, distribution: np.ndarray | None = None) -> np.ndarray:
    """What one unit of money became, NAV [T] with distributions reinvested: 1 on the first row with a NAV; float64 [T].

    r_d = (NAV_d + distributions since the previous row with a NAV) / that NAV - 1. NaN on rows without a positive NAV;
    a distribution on the first row or before belongs to nobody.
    """
    rows = np.flatnonzero(nav > 0)
    result = np.full(len(nav), np.nan)
    if not len(rows):
        return result
    paid = np.cumsum(np.zeros(len(nav)) if distribution is None else np.nan_to_num(distribution))[rows]
    growth = (nav[rows[1:]] + np.diff(paid)) / nav[rows[:-1]]
    result[rows] = np.cumprod(np.r_[1.0, growth])
    return result


def shifted(series: np.ndarray, sessions: int) -> np.ndarray:
    """``series`` [T] as it was ``sessions`` rows before, NaN where there is no such row. ValueError below 0."""
    if sessions < 0:
        raise ValueError(f"a shift of {sessions} would look ahead")
    if sessions == 0:
        return series
    return np.concatenate([np.full(min(sessions, len(series)), np.nan), series[:-sessions]])


def premium_discount(close: np.ndarray, nav: np.ndarray) -> np.ndarray:
    """100 x (close / NAV - 1), percent: positive is a premium. NaN where either is missing or not positive."""
    fine = (close > ZERO) & (nav > ZERO)
    return 100.0 * (np.divide(close, nav, out=np.full(np.shape(close), np.nan), where=fine) - 1.0)


def average_last(figures: np.ndarray, rows: int = AVERAGED) -> float:
    """Mean of the last ``rows`` rows of ``figures`` [T] (volume, trading value) that exist; NaN with fewer of them.

    A day without a trade is a row of 0; a day that is not known (NaN) is no row.
    """
    known = figures[np.isfinite(figures)]
    return float(known[-rows:].mean()) if len(known) >= rows > 0 else float("nan")
