"""The variants of a search: every combination of the values of some fields, or some of them drawn."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from backtests.models import BacktestSweep
from backtests.services.errors import BacktestError
from backtests.services.overrides import path_check, plain

MOST_AXES = 20
MOST_VARIANTS = 100_000
MOST_COMBINATIONS = 10**15  # to draw from
Axis = dict[str, Any]
Method = BacktestSweep.Method


def axes_check(config: Mapping[str, Any], axes: Any) -> list[Axis]:
    """``axes`` (values by field) as a list of {field, values}; BacktestError for a field that ``config`` cannot have,
    and for one that is not given a list of different values.
    """
    if not isinstance(axes, Mapping) or not axes:
        raise BacktestError("axes: name at least one field with a list of values")
    if len(axes) > MOST_AXES:
        raise BacktestError(f"axes: {len(axes):,} fields are too many (at most {MOST_AXES})")
    found = [{"field": path_check(config, path), "values": _values(path, axes[path])} for path in axes]
    names = [str(axis["field"]) for axis in found]
    for name in names:
        for other in names:
            if other.startswith(f"{name}."):
                raise BacktestError(f"axes: {other} is a part of {name}: vary one of them")
    return found


def _values(path: str, asked: Any) -> list[Any]:
    if not isinstance(asked, list | tuple) or not asked:
        raise BacktestError(f"axes: {path}: needs a list of values, not {asked!r}")
    found = [plain(value, path) for value in asked]
    seen: set[str] = set()
    for value in found:
        text = json.dumps(value, sort_keys=True)
        if text in seen:
            raise BacktestError(f"axes: {path}: {value!r} is there twice")
        seen.add(text)
    return found


def combinations(
    axes: Sequence[Axis], method: str, samples: int | None, seed: int, most: int = MOST_VARIANTS
) -> list[dict[str, Any]]:
    """Overrides of each variant, in the order of the grid (the last axis changes first); RANDOM draws ``samples``
    different ones, the same for the same ``seed``. BacktestError as of ``combinations_counted``.
    """
    count = combinations_counted(axes, method, samples, most)
    if method == Method.GRID:
        return list(_all(axes))
    sizes = [len(axis["values"]) for axis in axes]
    drawn = np.random.default_rng(_seed(seed)).choice(prod(sizes), count, replace=False)
    drawn.sort()
    return [_at(axes, sizes, place) for place in drawn.tolist()]


def combinations_counted(axes: Sequence[Axis], method: str, samples: int | None, most: int = MOST_VARIANTS) -> int:
    """How many ``combinations`` makes; BacktestError for what cannot be, and for more than ``most``."""
    total = min(prod(len(axis["values"]) for axis in axes), MOST_COMBINATIONS + 1)
    if method == Method.GRID:
        if total > most:
            raise BacktestError(f"axes: {total:,} variants are too many (at most {most:,}): draw some of them")
        return total
    if method != Method.RANDOM:
        raise BacktestError(f"method: must be GRID or RANDOM, not {method!r}")
    count = _whole("samples", samples, f" (from 1 to {min(total, most):,})")
    if not 1 <= count <= most:
        raise BacktestError(f"samples: must be from 1 to {most:,}, not {count:,}")
    if count > total:
        raise BacktestError(f"samples: there are {total:,} combinations alone, {count:,} are asked for")
    if total > MOST_COMBINATIONS:
        raise BacktestError(f"axes: more than {MOST_COMBINATIONS:.0e} combinations are too many to draw from")
    return count


def _all(axes: Sequence[Axis]) -> Iterator[dict[str, Any]]:
    fields = [axis["field"] for axis in axes]
    for values in product(*(axis["values"] for axis in axes)):
        yield dict(zip(fields, values, strict=True))


def _at(axes: Sequence[Axis], sizes: Sequence[int], place: int) -> dict[str, Any]:
    """The combination at ``place`` of the grid."""
    found: dict[str, Any] = {}
    for axis, size in zip(reversed(axes), reversed(sizes), strict=True):
        place, which = divmod(place, size)
        found[axis["field"]] = axis["values"][which]
    return {axis["field"]: found[axis["field"]] for axis in axes}


def _whole(name: str, value: Any, hint: str = "") -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BacktestError(f"{name}: must be a whole number, not {value!r}{hint}")
    return value


def _seed(value: Any) -> int:
    if _whole("seed", value) < 0:
        raise BacktestError(f"seed: must not be below 0, not {value}")
    return int(value)
