"""From figures per session to the figures of the whole period."""

from dataclasses import dataclass

import numpy as np

from factors.calc.analysis.daily import Daily, Plan
from factors.calc.analysis.inference import Mean, mean_of
from factors.calc.analysis.quantiles import growth, monotonicity

SUSPICIOUS_IC, SUSPICIOUS_T = 0.10, 10.0
TIED_SHARE = 0.05


@dataclass(frozen=True)
class Summary:
    """One factor over a period, by horizon of ``Plan.horizons`` [H] (``decay`` by ``Plan.decay``).

    ``quantiles[h][q]`` is the mean over sessions of the quantile's mean return; ``spread`` that of the top less the
    bottom quantile (long 1, short 1). ``growth`` [T, Q] and ``spread_growth`` [T]: what 1 became when each session's
    quantiles are held for one session; None without the horizon 1. ``untiled``: sessions with scores but no quantiles.
    """

    rank_ic: list[Mean]
    pearson_ic: list[Mean]
    decay: list[Mean]
    quantiles: list[list[Mean]]
    spread: list[Mean]
    monotonicity: list[float | None]
    turnover_top: float | None
    turnover_bottom: float | None
    autocorrelation: float | None
    autocorrelation_1: float | None
    growth: np.ndarray | None
    spread_growth: np.ndarray | None
    untiled: int
    warnings: list[str]


def spread_of(quantile_return: np.ndarray) -> np.ndarray:
    """Top less bottom quantile [..., T] of returns [..., T, Q]."""
    result: np.ndarray = quantile_return[..., -1] - quantile_return[..., 0]
    return result


def summarise(daily: Daily, plan: Plan) -> Summary:
    """The period's figures of ``daily``; a figure that no session has is None."""
    spread = spread_of(daily.quantile_return)
    quantiles = [
        [mean_of(returns[:, k], horizon) for k in range(plan.quantiles)]
        for returns, horizon in zip(daily.quantile_return, plan.horizons, strict=True)
    ]
    held = daily.quantile_return[plan.horizons.index(1)] if 1 in plan.horizons else None
    rank_ics = [mean_of(series, horizon) for series, horizon in zip(daily.rank_ic, plan.horizons, strict=True)]
    tiled = daily.quantile_names.any(axis=1)
    untiled = int(((daily.analysed > 0) & ~tiled).sum())
    return Summary(
        rank_ic=rank_ics,
        pearson_ic=[mean_of(series, horizon) for series, horizon in zip(daily.pearson_ic, plan.horizons, strict=True)],
        decay=[mean_of(series, horizon) for series, horizon in zip(daily.decay, plan.decay, strict=True)],
        quantiles=quantiles,
        spread=[mean_of(series, horizon) for series, horizon in zip(spread, plan.horizons, strict=True)],
        monotonicity=[monotonicity(_means(row)) for row in quantiles],
        turnover_top=_mean(daily.turnover_top), turnover_bottom=_mean(daily.turnover_bottom),
        autocorrelation=_mean(daily.autocorrelation), autocorrelation_1=_mean(daily.autocorrelation_1),
        growth=None if held is None else growth(held), spread_growth=None if held is None else growth(spread_of(held)),
        untiled=untiled, warnings=[*_suspicions(rank_ics, plan), *_gaps(daily, untiled)],
    )  # fmt: skip


def _suspicions(rank_ics: list[Mean], plan: Plan) -> list[str]:
    """A rank IC over one session that no honest factor has (without any variation, t is beyond all bounds)."""
    if 1 not in plan.horizons:
        return []
    one = rank_ics[plan.horizons.index(1)]
    if one.mean is None or one.std is None or abs(one.mean) <= SUSPICIOUS_IC:
        return []
    t = np.inf if one.t_newey_west is None else abs(one.t_newey_west)
    if t <= SUSPICIOUS_T:
        return []
    return [
        f"suspicious: look-ahead? A mean rank IC of {one.mean:+.3f} over one session (|t| = {t:.0f}) is more than"
        " published factors reach; check that its scores use nothing after their session"
    ]


def _gaps(daily: Daily, untiled: int) -> list[str]:
    sessions = int((daily.analysed > 0).sum())
    if sessions and untiled > TIED_SHARE * sessions:
        return [
            f"{untiled} of {sessions} sessions have no quantiles: too many names share the same score there;"
            " the ICs use them all the same"
        ]
    return []


def _mean(series: np.ndarray) -> float | None:
    known = series[np.isfinite(series)]
    return float(known.mean()) if len(known) else None


def _means(row: list[Mean]) -> np.ndarray:
    return np.array([np.nan if one.mean is None else one.mean for one in row])
