"""Rates, with a clock that only moves when told."""

import threading
import time
from itertools import pairwise

import pytest
from pyrate_limiter.clocks import AbstractClock

from etfs.sources import limits
from etfs.sources.base import NetworkSource, SourceProblem
from etfs.sources.limits import limiter_new, limiter_of, turn_wait
from etfs.sources.registry import source_get, source_names

RATES = {
    "akshare": 1.5,
    "etfcheck": 1.0,
    "jpx": 1.0,
    "kis": 20.0,
    "polygon": 5 / 60,
    "pykrx": 1.0,
    "schwab": 0.5,
    "vndirect": 2.0,
    "yfinance": 0.5,
}


class Clock(AbstractClock):
    def __init__(self) -> None:
        self.ms = 1_000_000

    def now(self) -> int:
        return self.ms


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_limiters", {})


def test_declared_rates() -> None:
    assert {name: source_get(name).rate_limit for name in source_names(base=NetworkSource)} == RATES


@pytest.mark.parametrize("rate", sorted(set(RATES.values())))
def test_never_more_than_the_rate(rate: float) -> None:
    clock = Clock()
    limiter = limiter_new(rate, clock)
    taken = []
    for _ in range(round(10 / rate * 1000)):  # ten turns' time, asked every millisecond
        if limiter.try_acquire("x", blocking=False):
            taken.append(clock.ms)
        clock.ms += 1
    assert 9 <= len(taken) <= 10
    assert all(later - earlier >= 1000 / rate for earlier, later in pairwise(taken))


@pytest.mark.parametrize("rate", [0, -1.0, float("nan")])
def test_rates_that_are_none(rate: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        limiter_new(rate)


def test_threads_share_the_limiter_of_a_source() -> None:
    assert limiter_of("a", 5) is limiter_of("a", 5)
    assert limiter_of("a", 5) is not limiter_of("b", 5)
    began = time.monotonic()
    threads = [threading.Thread(target=turn_wait, args=("shared", 50.0)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began >= 0.09  # six turns, 20 ms apart


def test_a_turn_too_far_away() -> None:
    turn_wait("slow", 0.01)
    with pytest.raises(SourceProblem) as caught:
        turn_wait("slow", 0.01, longest=0.02)
    assert caught.value.error_type == "rate_limit"
