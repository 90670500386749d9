"""Kill -9 of the web server while jobs are asked for: each that was told to be queued is, and none by halves."""

import http.client
import json
import threading
from collections import Counter
from contextlib import closing

from tests.faults.server import free_port
from tests.faults.site import TOKEN, Machine, until

ASKED = json.dumps({"region": "KR", "date": "2024-06-28"})


class Asker(threading.Thread):
    """Asks for factor runs, one after the other, until nobody answers."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port, self.told = port, []

    def run(self) -> None:
        headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
        try:
            while True:
                with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as web:
                    web.request(
                        "POST", "/api/factor-runs/", json.dumps({"region": "KR", "date": "2024-06-28"}), headers
                    )
                    with web.getresponse() as answer:
                        assert answer.status == 202
                        self.told.append(json.loads(answer.read())["id"])
        except (OSError, http.client.HTTPException):
            return


def answers(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as web:
            web.request("GET", "/api/health/")
            with web.getresponse() as answer:
                return answer.status == 200
    except OSError:
        return False


def killed_in_mid_post(machine: Machine) -> list[int]:
    """The runs that were told to be queued before the web server was killed."""
    port = free_port()
    machine.start("-m", "gunicorn", "quantsite.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4")
    until(lambda: answers(port), 30, [machine])
    askers = [Asker(port) for _ in range(4)]
    for asker in askers:
        asker.start()
    until(lambda: sum(len(one.told) for one in askers) > 8, 30, [machine])
    machine.kill()
    for asker in askers:
        asker.join(30)
    return [pk for one in askers for pk in one.told]


def tasks_of_runs(machine: Machine) -> Counter[int]:
    """How many tasks each factor run has; read by a process of the site, which knows how they are signed."""
    machine.run("-m", "tests.faults.show_queue")
    return Counter(json.loads((machine.home / "queue.json").read_text()))


def test_a_job_and_its_task_are_there_both_or_neither(server, database, machine):
    only = machine("only")
    told = killed_in_mid_post(only)
    rows = [pk for (pk,) in server.ask(database, "SELECT id FROM factors_factorrun WHERE state = 'QUEUED'")]
    assert set(told) <= set(rows)
    assert tasks_of_runs(only) == Counter(rows)
