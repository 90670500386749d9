"""How sure a Sharpe ratio is: of short, skewed, fat-tailed returns, and of the best of many trials.

Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2), 2012; "The Deflated Sharpe
Ratio: Correcting for Selection Bias, Backtest Overfitting and Non-Normality", Journal of Portfolio Management 40 (5),
2014. Inside, Sharpe ratios are those of one session; what is given from outside is annualised, as ``sharpe_ratio`` is.
"""

from math import exp
from statistics import NormalDist

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.statistics.moments import ANNUAL, ratio, spread
from portfolio.calc.statistics.registry import statistic
from portfolio.calc.statistics.track import Track

EULER_GAMMA = float(np.euler_gamma)
ENOUGH = 3  # returns, for a skewness that says anything


@statistic("probabilistic_sharpe_ratio", "probability")
def probabilistic_sharpe_ratio(track: Track) -> float | None:
    """Probability that the true Sharpe ratio is above zero: N(SR sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) SR^2 / 4)).

    SR per session, g3 and g4 skewness and kurtosis (3 for a normal one) of the population. None for fewer than three
    returns, without spread, and where they have only two values that leave no error. Bailey, Lopez de Prado (2012).
    """
    return sharpe_probability(track, 0.0)


def sharpe_probability(track: Track, benchmark: float) -> float | None:
    """Probability that the true Sharpe ratio is above ``benchmark`` (annualised); None as the statistic."""
    mean, std, skewness, kurtosis = track.moments
    sharpe = ratio(mean - track.risk_free_session, std)
    if track.sessions < ENOUGH or sharpe is None or skewness is None or kurtosis is None:
        return None
    error = 1.0 - skewness * sharpe + (kurtosis + 2.0) / 4.0 * sharpe * sharpe
    if error <= ZERO * max(1.0, sharpe * sharpe):
        return None
    return NormalDist().cdf((sharpe - benchmark / ANNUAL) * ((track.sessions - 1) / error) ** 0.5)


def deflated_sharpe_ratio(track: Track, trials: np.ndarray, independent: float | None = None) -> float | None:
    """Probability that the best of many trials has a true Sharpe ratio above what so many would show by luck.

    ``trials``: annualised Sharpe ratios of **all** trials that were run [k], the best included; NaN (a trial without
    one) is left out. ``independent``: how many of them count as independent, all for None; trials that resemble each
    other are fewer. None as ``sharpe_probability``, and without any trial. ValueError for less than one independent.
    """
    known = np.asarray(trials, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return None
    return sharpe_probability(track, luckiest_sharpe(known, len(known) if independent is None else independent))


def luckiest_sharpe(trials: np.ndarray, independent: float) -> float:
    """The expected highest of so many Sharpe ratios without skill: std x ((1 - g) z(1 - 1/N) + g z(1 - 1/(N e))).

    ``trials`` [k >= 1], their standard deviation with ddof 1, in the terms of the answer; g is Euler's constant, z the
    normal quantile, N ``independent`` >= 1. 0 for one trial or without spread. Bailey and Lopez de Prado (2014).
    """
    if not 1.0 <= independent < np.inf:
        raise ValueError(f"at least one trial must be independent, not {independent!r}")
    if len(trials) == 1 or independent == 1.0:
        return 0.0
    mean = float(trials.mean())
    std = spread(float(np.square(trials - mean).sum()), len(trials), mean)
    normal = NormalDist().inv_cdf
    return std * ((1.0 - EULER_GAMMA) * -normal(1.0 / independent) + EULER_GAMMA * -normal(exp(-1.0) / independent))
