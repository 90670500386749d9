"""Run by the Python of the peers' environment: ``python -m benchmarks.peers_runner ASKED.npz FOUND.npz``.

Takes the arrays of ``Task`` with ``close`` [T, N] and ``days`` [T] for its prices; ``peer``, the package, and ``way``,
one of its WAYS; ``runs``, and whether to ``warm`` up before them. Writes ``seconds`` of each run, from frames in memory
to the curve, and ``cpu`` seconds; ``warming``, seconds of the unmeasured run, which compiles; ``value`` [T], NaN where
the peer does not tell it; ``version``.
"""

import sys
import time
import warnings
from importlib import import_module, metadata

import numpy as np

from benchmarks.peers.task import Task


def main(asked: str, found: str) -> None:
    warnings.simplefilter("ignore")
    given = dict(np.load(asked))
    peer = str(given["peer"])
    way = import_module(f"benchmarks.peers.with_{peer}").WAYS[str(given["way"])]
    task, unmeasured = Task.of(given), int(given["warm"])
    spent, cpu = [], []
    for _ in range(unmeasured + int(given["runs"])):
        started, used = time.perf_counter(), time.process_time()
        value = way(task)
        spent.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    np.savez(
        found, seconds=spent[unmeasured:], cpu=cpu[unmeasured:], warming=spent[:unmeasured], value=value,
        version=metadata.version(peer),
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
