"""Searches of every method: how many variants one would have before it is asked for, and asking for it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from backtests.models import BacktestSweep
from backtests.services.axes import MOST_VARIANTS, combinations_counted
from backtests.services.sweeps import base_check, sweep_create, sweep_enqueue
from backtests.services.walk_forward import walk_forward_check, walk_forward_create

Method = BacktestSweep.Method
OF_METHOD = {Method.GRID: (), Method.RANDOM: ("samples", "seed"), Method.WALK_FORWARD: ("train", "test", "anchored")}


def sweep_planned(
    *, config: Any, axes: Mapping[str, Any], method: str = Method.GRID, objective: str = "sharpe_ratio",
    samples: int | None = None, train: int = 24, test: int = 6, anchored: bool = False, owner: User | None = None,
) -> int:  # fmt: skip
    """The number of variants; BacktestError begins with the field that is wrong, as when the search is made."""
    if method != Method.WALK_FORWARD:
        _base, checked = base_check(config=config, axes=axes, objective=objective, owner=owner)
        return combinations_counted(checked, method, samples)
    _base, checked, windows = walk_forward_check(
        config=config, axes=axes, train=train, test=test, anchored=anchored, objective=objective, owner=owner
    )
    return len(windows) * combinations_counted(checked, Method.GRID, None, MOST_VARIANTS // len(windows))


def sweep_ask(*, method: str = Method.GRID, **asked: Any) -> BacktestSweep:
    """Created and handed to the workers, or neither: ``asked`` as of ``sweep_create`` or ``walk_forward_create``."""
    with transaction.atomic():
        is_walk = method == Method.WALK_FORWARD
        made = walk_forward_create(**asked) if is_walk else sweep_create(method=method, **asked)
        return sweep_enqueue(sweep_id=made.pk)
