"""Every statistic by name. Filled by ``@statistic`` when the package is imported."""

import difflib
import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from portfolio.calc.statistics.track import Track

Measure = Callable[[Track], float | None]
UNITS = ("%", "ratio", "fraction", "sessions", "probability")
ENOUGH = 2  # returns; with fewer there is no statistic


class UnknownStatistic(ValueError):
    """A name nobody registered."""


@dataclass(frozen=True)
class Statistic:
    """A registered statistic. ``function`` gives float or None in ``unit``; never NaN, infinity or an exception."""

    name: str
    unit: str
    function: Measure
    needs_benchmark: bool

    def description(self) -> str:
        """What it is, in words: the docstring."""
        return " ".join((self.function.__doc__ or "").split())


_statistics: dict[str, Statistic] = {}


def statistic(name: str, unit: str, *, needs_benchmark: bool = False) -> Callable[[Measure], Measure]:
    """Function decorator: add the statistic; ValueError when its name is taken or a part of the contract is missing.

    The function then answers None for fewer than two returns (two that the benchmark has too, where it
    ``needs_benchmark``) and for what is beyond the range of floating-point numbers.
    """

    def register(function: Measure) -> Measure:
        if unit not in UNITS:
            raise ValueError(f"{name}: the unit must be one of {', '.join(UNITS)}, not {unit!r}")
        if not function.__doc__:
            raise ValueError(f"{name} has no docstring: say the formula in a sentence")
        if name in _statistics:
            raise ValueError(f"the statistic name {name!r} is taken by {_statistics[name].function.__module__}")
        guarded = _guarded(function, needs_benchmark)
        _statistics[name] = Statistic(name, unit, guarded, needs_benchmark)
        return guarded

    return register


def unregister_statistic(name: str) -> None:
    """Take a statistic back (tests)."""
    _statistics.pop(name, None)


def all_statistics() -> list[Statistic]:
    """Every registered statistic, by name."""
    return [_statistics[name] for name in sorted(_statistics)]


def statistic_named(name: str) -> Statistic:
    """The statistic of this name; UnknownStatistic tells what is close to a wrong one."""
    if name not in _statistics:
        close = difflib.get_close_matches(name, _statistics, n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        raise UnknownStatistic(f"unknown statistic {name!r}{hint}")
    return _statistics[name]


def statistics_of(track: Track, names: Iterable[str] | None = None) -> dict[str, float | None]:
    """The statistics of these ``names`` in their order, all by name for None; UnknownStatistic for a wrong one."""
    wanted = all_statistics() if names is None else [statistic_named(name) for name in names]
    return {one.name: one.function(track) for one in wanted}


def _guarded(function: Measure, needs_benchmark: bool) -> Measure:
    @functools.wraps(function)
    def measure(track: Track) -> float | None:
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is answered by None below
            if (len(track.pairs.own) if needs_benchmark else track.sessions) < ENOUGH:
                return None
            found = function(track)
        return float(found) if found is not None and math.isfinite(found) else None

    return measure
