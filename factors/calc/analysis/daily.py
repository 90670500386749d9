"""Everything about one factor that is a figure per session."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from factors.calc.analysis.coefficients import pearson_ic, rank_ic
from factors.calc.analysis.quantiles import quantile_returns, quantile_rows, quantile_sizes
from factors.calc.analysis.ranks import Ranked, blocks, centred, rank_rows
from factors.calc.analysis.returns import demeaned, forward_returns
from factors.calc.analysis.stability import rank_autocorrelation, turnover


@dataclass(frozen=True)
class Plan:
    """What is asked: ``horizons`` and ``decay`` (rank IC alone) in sessions, ascending; ``quantiles`` 2 to 20;
    ``window`` of turnover and autocorrelation in sessions; ``demean``: returns less the mean of the session's names.
    """

    horizons: tuple[int, ...] = (1, 5, 21)
    decay: tuple[int, ...] = (1, 2, 3, 5, 10, 15, 21, 42, 63)
    quantiles: int = 5
    window: int = 21
    demean: bool = False

    @property
    def longest(self) -> int:
        """The longest horizon, in sessions."""
        return max(*self.horizons, *self.decay)


@dataclass(frozen=True)
class Daily:
    """Figures per session [T] of one factor; NaN where not known.

    ``rank_ic`` and ``pearson_ic`` [H, T] by ``Plan.horizons``; ``decay`` [D, T] rank ICs by ``Plan.decay``;
    ``quantile_return`` [H, T, Q], fractions; ``quantile_names`` int [T, Q]; ``turnover_top``, ``turnover_bottom``,
    ``autocorrelation`` over the plan's window, ``autocorrelation_1`` over one session; ``scored`` int: names with a
    score; ``analysed`` int: those of them with a close to start from.
    """

    rank_ic: np.ndarray
    pearson_ic: np.ndarray
    decay: np.ndarray
    quantile_return: np.ndarray
    quantile_names: np.ndarray
    turnover_top: np.ndarray
    turnover_bottom: np.ndarray
    autocorrelation: np.ndarray
    autocorrelation_1: np.ndarray
    scored: np.ndarray
    analysed: np.ndarray

    def after(self, sessions: int) -> "Daily":
        """Without the first ``sessions`` of them."""
        kept = {name: np.moveaxis(values, _axis(name), 0)[sessions:] for name, values in vars(self).items()}
        return Daily(**{name: np.moveaxis(values, 0, _axis(name)) for name, values in kept.items()})


def joined(parts: Sequence[Daily]) -> Daily:
    """Figures of periods that follow one another, as one."""
    return Daily(**{
        name: np.concatenate([getattr(part, name) for part in parts], axis=_axis(name)) for name in vars(parts[0])
    })  # fmt: skip


def _axis(name: str) -> int:
    """Which axis of a field of ``Daily`` goes through the sessions."""
    return 1 if name in ("rank_ic", "pearson_ic", "decay", "quantile_return") else 0


def daily_figures(score: np.ndarray, close: np.ndarray, first: int, plan: Plan) -> Daily:
    """Figures of ``score`` [T, N], one row per session of the exchange, joined with returns after it.

    ``close`` [R, N]: closes of consecutive sessions, gaps carried (``returns.carried``); row ``first`` is that of the
    first session of ``score``. Nothing of a later session goes into ranks or quantiles: they need a score and a close
    of the session itself; only the returns they are set against come after it.

    Takes a few sessions at a time, so that what is derived from them stays in a core's cache.
    """
    sessions, names = score.shape
    ranks, quantile = np.zeros((sessions, names)), np.zeros((sessions, names), dtype=np.int8)

    def some(block: slice) -> tuple[np.ndarray, ...]:
        sample = np.where(np.isfinite(close[first:][block]), score[block], np.nan).astype(np.float64, copy=False)
        ranked = rank_rows(sample)
        ranks[block], quantile[block] = ranked.ranks, quantile_rows(sample, plan.quantiles, ranked)
        return _against_returns(sample, ranked, quantile[block], close[first + block.start :], plan)

    parts = [some(block) for block in blocks(sessions, names)]
    rank_ics, pearson_ics, decay, by_quantile = (np.concatenate(found, axis=1) for found in zip(*parts, strict=True))
    return Daily(
        rank_ic=rank_ics, pearson_ic=pearson_ics, decay=decay, quantile_return=by_quantile,
        quantile_names=quantile_sizes(quantile, plan.quantiles),
        turnover_top=turnover(quantile == plan.quantiles, plan.window),
        turnover_bottom=turnover(quantile == 1, plan.window),
        autocorrelation=rank_autocorrelation(ranks, plan.window), autocorrelation_1=rank_autocorrelation(ranks, 1),
        scored=np.isfinite(score).sum(axis=1), analysed=np.count_nonzero(ranks, axis=1),
    )  # fmt: skip


def _against_returns(
    sample: np.ndarray, ranked: Ranked, quantile: np.ndarray, close: np.ndarray, plan: Plan
) -> tuple[np.ndarray, ...]:
    """(rank ICs [H, T], Pearson ICs [H, T], rank ICs of the decay [D, T], quantile returns [H, T, Q]) of some sessions,
    the first of which is row 0 of ``close``.
    """
    sessions = len(sample)
    around = centred(sample, ranked.ranks > 0)
    by_rank, pearson, by_quantile = {}, {}, {}
    for horizon in {*plan.horizons, *plan.decay}:
        returns = forward_returns(close, sessions, horizon)
        by_rank[horizon] = rank_ic(sample, returns, ranked)
        if horizon in plan.horizons:
            pearson[horizon] = pearson_ic(sample, returns, around)
            earned = demeaned(returns, quantile > 0) if plan.demean else returns
            by_quantile[horizon] = quantile_returns(quantile, earned, plan.quantiles)
    nothing = np.zeros((0, sessions))
    return (
        np.stack([by_rank[horizon] for horizon in plan.horizons]),
        np.stack([pearson[horizon] for horizon in plan.horizons]),
        np.stack([by_rank[horizon] for horizon in plan.decay]) if plan.decay else nothing,
        np.stack([by_quantile[horizon] for horizon in plan.horizons]),
    )
