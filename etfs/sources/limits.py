"""The declared request rate of a source, kept by all threads of the process together."""

import math
import threading

from pyrate_limiter import GCRA, Limiter, Rate, SingleBucketFactory, StateBucket
from pyrate_limiter.clocks import AbstractClock

from etfs.sources.base import SourceProblem

LONGEST_WAIT = 120.0  # seconds for a turn; at the slowest declared rate (5 a minute) that is a queue of ten
_limiters: dict[tuple[str, float], Limiter] = {}
_lock = threading.Lock()


def limiter_new(rate: float, clock: AbstractClock | None = None) -> Limiter:
    """At most ``rate`` requests a second, evenly spaced: a burst of the whole allowance would be refused by sources
    that count in shorter windows than they publish. GCRA holds one number, so nothing has to be cleaned up later."""
    if not rate > 0:
        raise ValueError(f"a rate is above 0 requests a second, not {rate}")
    bucket = StateBucket([Rate(1, math.ceil(1000 / rate))], algorithm=GCRA(), clock=clock)
    return Limiter(SingleBucketFactory(bucket, schedule_leak=False), buffer_ms=1)


def limiter_of(name: str, rate: float) -> Limiter:
    """The one limiter of the source ``name`` at this rate in this process."""
    with _lock:
        return _limiters.setdefault((name, rate), limiter_new(rate))


def turn_wait(name: str, rate: float, longest: float = LONGEST_WAIT) -> None:
    """Wait until the source may be asked again; SourceProblem when that is more than ``longest`` seconds away."""
    if not limiter_of(name, rate).try_acquire(name, timeout=max(longest, 0)):
        raise SourceProblem(f"{name}: no turn within {longest:g} s at {rate:g} requests a second", "rate_limit")
