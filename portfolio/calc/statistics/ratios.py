"""Return per unit of risk."""

from portfolio.calc.statistics.drawdowns import max_drawdown
from portfolio.calc.statistics.moments import ANNUAL, SESSIONS_A_YEAR, ratio
from portfolio.calc.statistics.registry import statistic
from portfolio.calc.statistics.returns import annualized_return
from portfolio.calc.statistics.risk import downside_volatility
from portfolio.calc.statistics.track import Track


@statistic("sharpe_ratio", "ratio")
def sharpe_ratio(track: Track) -> float | None:
    """mean(r - rf) / std(r - rf) x sqrt(252), ddof 1; None without spread. Sharpe (1994)."""
    return ratio((track.moments.mean - track.risk_free_session) * ANNUAL, track.moments.std)


@statistic("sortino_ratio", "ratio")
def sortino_ratio(track: Track) -> float | None:
    """mean(r - rf) x 252 / (downside_volatility / 100); None where no return is below rf. Sortino and Price (1994)."""
    earned = (track.moments.mean - track.risk_free_session) * SESSIONS_A_YEAR
    downside = downside_volatility(track)
    return None if downside is None else ratio(earned, downside / 100.0)


@statistic("calmar_ratio", "ratio")
def calmar_ratio(track: Track) -> float | None:
    """annualized_return / max_drawdown over the whole series; None without a drawdown. Young (1991)."""
    earned, lost = annualized_return(track), max_drawdown(track)
    return None if earned is None or lost is None else ratio(earned, lost)
