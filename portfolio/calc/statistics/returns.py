"""How much was earned."""

from portfolio.calc.statistics.registry import statistic
from portfolio.calc.statistics.track import Track

DAYS_A_YEAR = 365.25


@statistic("total_return", "%")
def total_return(track: Track) -> float | None:
    """100 x (V_n / V_0 - 1)."""
    return 100.0 * (track.values[-1] / track.values[0] - 1.0)


@statistic("annualized_return", "%")
def annualized_return(track: Track) -> float | None:
    """CAGR: 100 x ((V_n / V_0)^(365.25 / calendar days) - 1); of few days it says little, and it is large."""
    return 100.0 * ((track.values[-1] / track.values[0]) ** (DAYS_A_YEAR / track.days) - 1.0)


@statistic("best_day", "%")
def best_day(track: Track) -> float | None:
    """100 x the highest return of a session."""
    return 100.0 * track.returns.max()


@statistic("worst_day", "%")
def worst_day(track: Track) -> float | None:
    """100 x the lowest return of a session."""
    return 100.0 * track.returns.min()
