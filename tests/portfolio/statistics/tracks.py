"""Value series for tests: by hand, and made up with a known seed."""

import numpy as np

from portfolio.calc.statistics import Track

NAN = float("nan")


def sessions(count: int, first: str = "2024-01-01") -> np.ndarray:
    """``count`` weekdays from ``first`` on, datetime64[D]."""
    days = np.datetime64(first, "D") + np.arange(2 * count + 7)
    return days[np.is_busday(days)][:count]


def track(values, benchmark=None, risk_free: float = 0.02, first: str = "2024-01-01") -> Track:
    """V_0 on ``first``, then a value per weekday."""
    return Track(np.array(values, dtype=float), sessions(len(values), first), benchmark, risk_free)


def from_returns(returns, benchmark=None, risk_free: float = 0.02) -> Track:
    return track(compound(returns), None if benchmark is None else compound(benchmark), risk_free)


def compound(returns) -> np.ndarray:
    """Levels from 100 on."""
    return 100.0 * np.cumprod(np.r_[1.0, 1.0 + np.asarray(returns, dtype=float)])


def made_up(count: int = 700, seed: int = 1, fat: bool = True) -> Track:
    """``count`` returns with fat tails that follow a benchmark."""
    rng = np.random.default_rng(seed)
    market = rng.standard_t(4, count) * 0.007 + 0.0003 if fat else rng.normal(0.0003, 0.01, count)
    own = 0.8 * market + rng.normal(0.0002, 0.006, count)
    return Track(1e8 * compound(own) / 100, sessions(count + 1, "2018-01-01"), compound(market) * 25, 0.03)
