"""What a factor earned from one session to the next. FORMULAS.md sections 3 and 9."""

from dataclasses import dataclass

import numpy as np

from factors.calc.analysis.ranks import correlate_ranks, rank_rows

DECILES = 10
RECENT_DAYS = 31  # scores older than this are none of "the session before"


@dataclass(frozen=True)
class FactorReturns:
    """By session: ``value`` float [T], the mean return of the top decile less that of the bottom decile, a fraction;
    ``ic`` float [T], the Spearman correlation of scores and returns; ``count`` int [T], names with both.

    NaN where fewer than two names have both (``ic``: three, or no spread).
    """

    value: np.ndarray
    ic: np.ndarray
    count: np.ndarray


def factor_returns(scores: np.ndarray, returns: np.ndarray) -> FactorReturns:
    """Scores of the session before against the returns of this one, float [T, N], columns in the order of tickers.

    Deciles of floor(n / 10) names, at least 1, ties by ticker; names without a score or a return are left out.
    """
    both = np.isfinite(scores) & np.isfinite(returns)
    count = both.sum(axis=1)
    size = np.maximum(count // DECILES, 1)
    order = np.argsort(np.where(both, -scores, np.inf), axis=1, kind="stable")  # best first, absent last
    ranked = np.take_along_axis(np.where(both, returns, 0.0), order, axis=1)
    running = np.concatenate([np.zeros((len(ranked), 1)), np.cumsum(ranked, axis=1)], axis=1)
    rows = np.arange(len(ranked))
    top = running[rows, np.minimum(size, count)]
    bottom = running[rows, count] - running[rows, np.maximum(count - size, 0)]
    value = np.where(count >= 2, (top - bottom) / size, np.nan)
    ic = correlate_ranks(rank_rows(scores, both), rank_rows(returns, both))
    return FactorReturns(value, ic, count)


@dataclass(frozen=True)
class Earlier:
    """The newest scores of a factor before a range of sessions: ``scores`` float [N], of session ``day`` (days since
    1970-01-01)."""

    scores: np.ndarray
    day: int


def previous(scores: np.ndarray, days: np.ndarray, before: Earlier) -> tuple[np.ndarray, Earlier]:
    """Each session's scores of the session before that has any, and those the session after the last will have.

    scores: [T, N] of sessions ``days`` int [T]. Scores more than 31 days old count no more: NaN.
    """
    all_scores, all_days = np.concatenate([before.scores[None], scores]), np.concatenate([[before.day], days])
    exists = np.isfinite(all_scores).any(axis=1)
    source = np.maximum.accumulate(np.where(exists, np.arange(len(all_scores)), 0))
    too_old = days - all_days[source[:-1]] > RECENT_DAYS
    found = np.where(too_old[:, None], np.nan, all_scores[source[:-1]])
    return found, Earlier(all_scores[source[-1]], int(all_days[source[-1]]))
