"""Two machines that share nothing but the database's address, one killed in mid-job: every task once in effect."""

from collections.abc import Iterator

import pytest

from tests.faults.networks import CABLES, namespaces, pull_out
from tests.faults.server import Server
from tests.faults.site import AT_WORK, WAITING, Machine, outcomes, until

LONG = 90  # seconds that all jobs take at most
A, B = CABLES


@pytest.fixture(scope="module")
def hosts(server: Server) -> Iterator[dict[str, str]]:
    with namespaces() as addresses:
        server.stop_process()
        for network in CABLES.values():
            server.allow(f"{network}.0/24")
        server.listen += addresses.values()
        server.start()
        yield addresses


def at_work(server: Server, database: str) -> set[str]:
    """The machines that hold tasks, by address."""
    return {address for address, _ in server.ask(database, AT_WORK, database)}


def both_at_work(server: Server, database: str) -> bool:
    return at_work(server, database) == {f"{network}.2" for network in CABLES.values()}


def left(server: Server, database: str) -> int:
    return int(server.ask(database, WAITING)[0][0])


@pytest.fixture
def machines(hosts, server, database, machine) -> list[Machine]:
    """Both at work on the same queue."""
    made = [machine(name, hosts[name], name) for name in CABLES]
    for one in made:
        one.work()
    until(lambda: both_at_work(server, database), LONG, made)
    return made


def test_one_of_two_machines_killed_in_mid_job(server, database, machines, undisturbed):
    first, second = machines
    first.kill()
    assert left(server, database) > 0
    until(lambda: left(server, database) == 0, LONG, [second])
    assert at_work(server, database) == set()
    assert outcomes(server, database) == undisturbed


@pytest.mark.faults
def test_one_of_two_machines_without_power(server, database, machines, undisturbed):
    """Nobody tells the server that it is gone; it finds out, and the machine that comes back changes nothing."""
    pull_out(A)
    until(lambda: left(server, database) == 0, 240, machines)
    assert outcomes(server, database) == undisturbed
