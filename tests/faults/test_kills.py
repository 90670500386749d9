"""Kill -9 of a worker, of a whole cluster and of the database in mid-job: nothing lost, nothing doubled."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from tests.faults.server import Server
from tests.faults.site import AT_WORK, WAITING, Machine, descendants, outcomes, until

LONG = 90  # seconds that all jobs take at most


def busy(server: Server, database: str) -> list:
    return server.ask(database, AT_WORK, database)


def left(server: Server, database: str) -> int:
    """Tasks and jobs that are not at their end; -1 while the server does not answer."""
    try:
        return server.ask(database, WAITING)[0][0]
    except psycopg.OperationalError:
        return -1


def until_in_the_middle(server: Server, database: str, machine: Machine) -> None:
    """Some jobs are done, others wait, and some are at work."""
    whole = left(server, database)
    until(lambda: 4 < left(server, database) < whole - 6 and busy(server, database), LONG, [machine])


def worker_at_work(server: Server, database: str, machine: Machine) -> int:
    """The process whose connection holds a task, found by its port."""
    ports = {f":{port:04X}" for _, port in busy(server, database)}
    for pid in descendants(machine.processes[0].pid):
        table = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()
        inodes = {line.split()[9] for line in table if line.split()[1][-5:] in ports}
        handles = [str(handle.readlink()) for handle in Path(f"/proc/{pid}/fd").iterdir()]
        if any(one.removeprefix("socket:[").rstrip("]") in inodes for one in handles):
            return pid
    return 0


@pytest.mark.faults  # as of two machines, without namespaces
def test_a_killed_cluster_s_jobs_are_done_once_by_the_next(server, database, machine, undisturbed):
    first = machine("first")
    first.work()
    until_in_the_middle(server, database, first)
    first.kill()
    assert left(server, database) > 0
    second = machine("second")
    second.work()
    until(lambda: left(server, database) == 0, LONG, [second])
    assert outcomes(server, database) == undisturbed


def test_a_killed_worker_s_job_is_done_again_by_the_same_cluster(server, database, machine, undisturbed):
    only = machine("only")
    only.work()
    until_in_the_middle(server, database, only)
    os.kill(until(lambda: worker_at_work(server, database, only), 20, [only]), signal.SIGKILL)
    until(lambda: left(server, database) == 0, LONG, [only])
    assert outcomes(server, database) == undisturbed


def test_a_killed_database_comes_back_and_the_jobs_are_done_once(server, database, machine, undisturbed):
    only = machine("only")
    only.work()
    until_in_the_middle(server, database, only)
    server.kill()
    server.start()
    assert left(server, database) > 0
    until(lambda: left(server, database) == 0, LONG, [only])
    assert outcomes(server, database) == undisturbed
