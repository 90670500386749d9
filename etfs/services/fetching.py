"""Answers of a network source, fetched by several threads and handed out in the order asked."""

import threading
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue

from etfs.sources.base import Ask, NetworkSource, Raw, SourceProblem
from etfs.sources.http import Client
from etfs.sources.limits import LONGEST_WAIT

AHEAD = 2  # answers per worker that may wait to be stored
LONGEST_FETCH = 900.0  # seconds for one fund, pages and turns included: sources end by themselves long before
_Job = tuple[Ask, Future[Raw]]


class Answer:
    """What a source says to one ask, as soon as it is there."""

    def __init__(self, ask: Ask, future: Future[Raw]) -> None:
        self.ask, self._future = ask, future

    def raw(self) -> Raw:
        """The bytes; whatever ``fetch`` raised is raised here. SourceProblem when it does not end."""
        try:
            return self._future.result(timeout=LONGEST_FETCH)
        except TimeoutError:
            if self._future.done():
                raise
            raise SourceProblem(f"{self.ask.ticker}: no answer within {LONGEST_FETCH:g} s", "timeout") from None


def answers_fetch(source: NetworkSource, asks: Sequence[Ask], most_workers: int) -> Generator[Answer, None, None]:
    """Answers in the order asked; at most ``AHEAD`` per worker are fetched before they are taken.

    The threads are daemons, since a request cannot be stopped from outside: who presses Ctrl-C does not wait for it.
    """
    workers = min(workers_of(source, most_workers), len(asks))
    jobs: SimpleQueue[_Job | None] = SimpleQueue()
    for number in range(workers):
        name = f"collect-{source.name}-{number}"
        threading.Thread(target=_work, args=(source, Client(source), jobs), name=name, daemon=True).start()
    waiting: deque[_Job] = deque()
    left = iter(asks)
    try:
        while True:
            while len(waiting) < AHEAD * workers and (ask := next(left, None)) is not None:
                waiting.append((ask, Future()))
                jobs.put(waiting[-1])
            if not waiting:
                return
            yield Answer(*waiting.popleft())
    finally:
        for _, future in waiting:
            future.cancel()
        for _ in range(workers):
            jobs.put(None)


def workers_of(source: NetworkSource, most: int) -> int:
    """Not more threads than get their turn in half the longest wait: at 5 requests a minute the others would only wait
    until their time is over."""
    return max(1, min(most, int(source.rate_limit * LONGEST_WAIT / 2)))


def _work(source: NetworkSource, client: Client, jobs: SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        ask, future = job
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(source.fetch(ask, client))
        except BaseException as error:  # noqa: BLE001 - handed on to the thread that waits for it
            future.set_exception(error)
