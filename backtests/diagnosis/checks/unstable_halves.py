"""The first and the second half tell different stories."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from portfolio.calc.statistics import Track, statistic_named
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR

ENOUGH = 252  # sessions in both halves together
NOTE = 1.0  # standard errors between two Sharpe ratios of different sign
WARNING = 2.0  # whatever their signs


@check("unstable_halves", Severity.NOTE, Severity.WARNING)
def unstable_halves(evidence: Evidence) -> Finding | None:
    """An effect that was there in one half alone is gone, or was never there.

    The difference of the halves' Sharpe ratios in standard errors, of independent returns: sqrt((252 + SR^2 / 2) / n)
    of each half (Lo, The Statistics of Sharpe Ratios, 2002). A NOTE where the sign changes, too.
    """
    track = evidence.run.track
    if track.sessions < ENOUGH:
        return None
    middle = track.sessions // 2
    halves = [
        Track(track.values[rows], track.dates[rows], risk_free=track.risk_free)
        for rows in (slice(0, middle + 1), slice(middle, None)) if track.values[rows][0] > 0
    ]  # fmt: skip
    ratios = [statistic_named("sharpe_ratio").function(half) for half in halves]
    if len(ratios) < 2 or ratios[0] is None or ratios[1] is None:
        return None
    first, second = ratios[0], ratios[1]
    variance = sum(
        (SESSIONS_A_YEAR + sharpe**2 / 2.0) / half.sessions
        for sharpe, half in zip((first, second), halves, strict=True)
    )
    errors = abs(first - second) / float(variance) ** 0.5
    if errors <= (NOTE if first * second < 0 else WARNING):
        return None
    turn = str(track.dates[middle])
    return Finding(
        "unstable_halves", Severity.WARNING if errors > WARNING else Severity.NOTE, "The halves differ",
        f"The Sharpe ratio is {first:.2f} up to {turn} and {second:.2f} after it, {errors:.1f} standard errors apart.",
        {"first": first, "second": second, "turn": turn, "standard_errors": errors},
    )  # fmt: skip
