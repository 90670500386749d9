"""Fifty people who read the site at once, on the demo's data: how long pages take to answer."""

import http.client
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from benchmarks.report import Report, Row, step
from tests.browser import site as sites
from tests.browser.crawl import pages_found

READERS, SECONDS = 50, 60
PAUSE = (1.0, 5.0)  # seconds that somebody looks at a page, drawn evenly
HEALTH = ["/api/health/"]
P95 = 0.95


def measure(report: Report, part: int) -> None:
    """Pages with pauses between them (judged), the same without any, and an address that does next to nothing."""
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        with step("a site with the demo's data"):
            sites.prepare(var)
            site = sites.start(var, web_workers=2)
        try:
            _measure(site, report, max(5, SECONDS // part))
        finally:
            sites.stop(site)
            site.manage("db_stop")


def _measure(site: sites.Site, report: Report, seconds: int) -> None:
    pages = sorted(pages_found(site, "analyst").values())
    for path in pages:  # what is made once per process is made
        _answered(_connection(site), site, path)
    what = f"{READERS} readers, {len(pages)} pages, {seconds} s"
    for name, pause, paths, target in (
        (f"{what}, 1 to 5 s on each page", PAUSE, pages, 500.0),
        (f"{what}, without a pause", (0.0, 0.0), pages, None),
        ("baseline: the same without a pause, /api/health/ alone", (0.0, 0.0), HEALTH, None),
    ):
        with step(name):
            taken, wrong = _read(site, paths, pause, seconds)
        note = f"{len(taken) / seconds:.0f} answers a second, median {1000 * statistics.median(taken):.0f} ms"
        p95 = 1000 * float(np.quantile(taken, P95, method="higher"))
        report.add(
            Row(f"p95 of {name}", "ms", [p95], target, note),
            Row(f"failed answers of {name}", "answers", [len(wrong)], 0, f"first: {wrong[0]}" if wrong else ""),
        )


def _read(
    site: sites.Site, paths: Sequence[str], pause: tuple[float, float], seconds: float
) -> tuple[list[float], list[str]]:
    """Seconds of every answer, and what went wrong."""
    taken: list[float] = []
    wrong: list[str] = []
    until = time.monotonic() + seconds

    def reader(number: int) -> None:
        chance, connection = random.Random(number), _connection(site)
        time.sleep(chance.uniform(0, pause[1]))  # they do not all come at once
        while time.monotonic() < until:
            path = chance.choice(paths)
            began = time.perf_counter()
            problem = _answered(connection, site, path)
            taken.append(time.perf_counter() - began)
            if problem:
                wrong.append(problem)
                connection = _connection(site)
            time.sleep(chance.uniform(*pause))

    _together(reader)
    return taken, wrong


def _together(reader: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=reader, args=[number]) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _connection(site: sites.Site) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=60)


def _answered(connection: http.client.HTTPConnection, site: sites.Site, path: str) -> str:
    """Why a page did not come; "" if it did."""
    try:
        connection.request("GET", path, headers={"Cookie": f"sessionid={site.sessions['analyst']}"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        return f"{path}: {error!r}"
    return "" if answer.status == http.client.OK else f"{path}: {answer.status}"
