"""How many variants a search would have, before it is asked for."""

from collections.abc import Mapping
from math import prod
from typing import Any

from django.contrib.auth.models import User

from backtests.models import BacktestSweep
from backtests.services.axes import MOST_VARIANTS
from backtests.services.errors import BacktestError
from backtests.services.sweeps import base_check
from backtests.services.walk_forward import windows_check

Method = BacktestSweep.Method


def sweep_planned(
    *, config: Any, axes: Mapping[str, Any], method: str = Method.GRID, objective: str = "sharpe_ratio",
    samples: int | None = None, train: int = 24, test: int = 6, anchored: bool = False, owner: User | None = None,
) -> int:  # fmt: skip
    """The number of variants; BacktestError begins with the field that is wrong, as when the search is made."""
    base, checked = base_check(config=config, axes=axes, objective=objective, owner=owner)
    total = prod(len(axis["values"]) for axis in checked)
    if method == Method.RANDOM:
        if samples is None or not 1 <= samples <= min(total, MOST_VARIANTS):
            raise BacktestError(f"samples: must be from 1 to {min(total, MOST_VARIANTS):,}, not {samples}")
        return samples
    if method == Method.WALK_FORWARD:
        total *= len(windows_check(base=base, train=train, test=test, anchored=anchored))
    if total > MOST_VARIANTS:
        raise BacktestError(f"axes: {total:,} variants are too many (at most {MOST_VARIANTS:,}): draw some of them")
    return total
