"""Bulk reads and writes of factors, and their locks: the only doors to these tables besides the ORM."""

from factors.store.catalogue import factors_sync
from factors.store.cubes import ScoreCube, cube_read
from factors.store.locks import RunInProgress, interrupted_mark, run_lock
from factors.store.scores import scores_read, scores_write

__all__ = [
    "RunInProgress",
    "ScoreCube",
    "cube_read",
    "factors_sync",
    "interrupted_mark",
    "run_lock",
    "scores_read",
    "scores_write",
]
