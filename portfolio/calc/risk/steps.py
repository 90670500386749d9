"""How each figure of ``risk_figures`` was computed: the numbers on the way to it."""

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.risk.figures import TAILS, Positions, held_correlations, recent
from portfolio.calc.statistics import RiskThresholds, Track, deepest_drawdowns, statistics_of
from portfolio.calc.statistics.tails import bent_quantile
from portfolio.calc.statistics.track import MONTH

Steps = dict[str, Any]
ENOUGH = 2  # returns
SHARES = {95: 0.05, 99: 0.01}


def risk_steps(track: Track | None, compared: Track | None, positions: Positions) -> dict[str, Steps]:
    """By column of the table: name -> number (or date) of every step, in the order of the calculation; nothing for a
    column that has no figure for want of data. Arguments as ``risk_figures``.
    """
    found = _of_positions(positions)
    if track is not None and track.sessions >= ENOUGH:
        found |= record_steps(track) | tail_steps(recent(track))
    if compared is not None:
        found |= compared_steps(compared)
    return found


def _base(track: Track) -> Steps:
    return {"returns": track.sessions, "risk_free_session": track.risk_free_session}


def compared_steps(track: Track) -> dict[str, Steps]:
    """Of the statistics beside a benchmark, by name; ``track``: on common dates (``common_track``). Nothing with fewer
    than two returns.
    """
    if track.benchmark is None or track.sessions < ENOUGH:
        return {}
    own, other = track.pairs
    mean, mean_other, active = float(own.mean()), float(other.mean()), own - other
    beta = statistics_of(track, ["beta"])["beta"]
    table = np.cov(own, other)
    count: Steps = {"returns": track.sessions}
    means: Steps = {"mean_return": mean, "mean_benchmark_return": mean_other}
    apart: Steps = count | {"mean_difference": float(active.mean()), "standard_deviation": float(active.std(ddof=1))}
    levels: Steps = {"first_level": float(track.benchmark[0]), "last_level": float(track.benchmark[-1])}
    values: Steps = {"first_value": float(track.values[0]), "last_value": float(track.values[-1])}
    return {
        "beta": count | means | {"covariance": float(table[0, 1]), "benchmark_variance": float(table[1, 1])},
        "alpha": count | means | {"beta": beta},
        "treynor_ratio": _base(track) | {"mean_excess_return": float(track.excess.mean()), "beta": beta},
        "tracking_error": apart,
        "information_ratio": apart,
        "benchmark_return": levels,
        "excess_return": values | levels,
    }


def record_steps(track: Track) -> dict[str, Steps]:
    """Of the statistics of a whole ``track`` of two returns or more, by name."""
    moments, excess = track.moments, float(track.excess.mean())
    known = statistics_of(track, ["downside_volatility", "annualized_return", "max_drawdown", "volatility"])
    count: Steps = {"returns": track.sessions}
    spread: Steps = count | {"mean_return": moments.mean, "standard_deviation": moments.std}
    thresholds = RiskThresholds()
    ends: Steps = {"first_value": float(track.values[0]), "last_value": float(track.values[-1])}
    below = np.minimum(track.excess, 0.0)
    return {
        "total_return": ends,
        "annualized_return": ends | {"calendar_days": track.days},
        "downside_volatility": _base(track) | {"mean_square_below": float(below @ below / len(below))},
        "volatility": spread,
        "sharpe_ratio": _base(track) | {"mean_excess_return": excess, "standard_deviation": moments.std},
        "sortino_ratio": _base(track)
        | {"mean_excess_return": excess, "downside_volatility": known["downside_volatility"]},
        "calmar_ratio": count | {name: known[name] for name in ("annualized_return", "max_drawdown")},
        "max_drawdown": _deepest(track),
        "drawdown_duration": _deepest(track),
        "current_drawdown": _current(track),
        "risk_level": {"volatility": known["volatility"], **vars(thresholds)},
    }


def _deepest(track: Track) -> Steps:
    for one in deepest_drawdowns(track, 1):
        at = {day: float(track.values[int(np.searchsorted(track.dates, day))]) for day in (one.start, one.trough)}
        return {
            "peak_date": one.start, "peak_value": at[one.start], "trough_date": one.trough,
            "trough_value": at[one.trough], "recovery_date": one.recovery, "sessions": one.sessions,
        }  # fmt: skip
    return {"returns": track.sessions}


def _current(track: Track) -> Steps:
    peak = int(np.argmax(track.values))
    return {
        "peak_date": track.dates[peak], "peak_value": float(track.values[peak]), "last_date": track.dates[-1],
        "last_value": float(track.values[-1]),
    }  # fmt: skip


def tail_steps(track: Track) -> dict[str, Steps]:
    """Of VaR and CVaR of all returns of ``track``, by column of the table."""
    values = statistics_of(track, TAILS.values())
    makers: dict[str, Callable[[Track, float], Steps]] = {
        "1d": lambda one, share: _quantile(one.ascending, share),
        "1m_overlapping": lambda one, share: _quantile(one.ascending_month, share),
        "1d_normal": lambda one, share: _parametric(one, share, bent=False),
        "1d_cornish_fisher": lambda one, share: _parametric(one, share, bent=True),
    }
    found = {
        f"var_{percent}_{kind}": make(track, share)
        for kind, make in makers.items()
        for percent, share in SHARES.items()
    }
    for percent, share in SHARES.items():
        found[f"var_{percent}_1m"] = {"var_1d": values[f"var_{percent}_1d"], "sessions": MONTH}
        found[f"cvar_{percent}_1d"] = _tail(track, share)
    return found


def _quantile(ascending: np.ndarray, share: float) -> Steps:
    """The returns on either side of the place (n - 1) x share, counted from the worst, 0."""
    if len(ascending) < ENOUGH:
        return {"returns": len(ascending)}
    place = (len(ascending) - 1) * share
    low, high = (float(one) for one in ascending[int(place) : int(place) + 2])
    return {
        "returns": len(ascending), "share": share, "place": place, "return_below": low, "return_above": high,
        "quantile": low + (place - int(place)) * (high - low),
    }  # fmt: skip


def _tail(track: Track, share: float) -> Steps:
    steps = _quantile(track.ascending, share)
    tail = track.ascending[track.ascending <= steps["quantile"] + ZERO]
    return steps | {"returns_in_tail": len(tail), "mean_of_tail": float(tail.mean())}


def _parametric(track: Track, share: float, *, bent: bool) -> Steps:
    mean, std, skewness, kurtosis = track.moments
    steps: Steps = {"returns": track.sessions, "mean_return": mean, "standard_deviation": std}
    if not bent:
        return steps | {"z": NormalDist().inv_cdf(share)}
    z = None if skewness is None or kurtosis is None else bent_quantile(share, skewness, kurtosis)
    return steps | {"skewness": skewness, "kurtosis": kurtosis, "z": z}


def _of_positions(positions: Positions) -> dict[str, Steps]:
    weights = positions.all_weights
    squares = float(weights @ weights)
    together = held_correlations(positions.closes)
    pairs = {"pairs": together.pairs, "pairs_known": together.known}
    return {
        "hhi": {"positions": len(weights), "sum_of_squared_weights": squares},
        "effective_assets": {"hhi": squares},
        "average_correlation": pairs,
        "max_correlation": pairs | {"pair": together.pair},
    }
