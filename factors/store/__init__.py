"""Bulk reads and writes of factors, and their locks: the only doors to these tables besides the ORM."""

from factors.store.analyses import counts_read, information_read
from factors.store.catalogue import factors_sync, formulas_lock
from factors.store.composites import Composites, composites_delete, composites_read, composites_write
from factors.store.cubes import FIGURES, ScoreCube, cube_read
from factors.store.locks import (
    analysis_lock,
    backfill_lock,
    interrupted_mark,
    job_kinds,
    lock_of,
    lock_register,
    run_lock,
    strategy_lock,
)
from factors.store.returns import returns_write, scores_before
from factors.store.scores import scores_read, scores_write
from factors.store.sessions import session_scores
from market.jobs.locks import RunInProgress, advisory_lock

__all__ = [
    "FIGURES",
    "Composites",
    "RunInProgress",
    "ScoreCube",
    "advisory_lock",
    "analysis_lock",
    "backfill_lock",
    "composites_delete",
    "composites_read",
    "composites_write",
    "counts_read",
    "cube_read",
    "factors_sync",
    "formulas_lock",
    "information_read",
    "interrupted_mark",
    "job_kinds",
    "lock_of",
    "lock_register",
    "returns_write",
    "run_lock",
    "scores_before",
    "scores_read",
    "scores_write",
    "session_scores",
    "strategy_lock",
]
