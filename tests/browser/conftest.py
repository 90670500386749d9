"""Browsers on a real site with the demo's data. Skipped where Chromium or its driver is missing."""

from collections.abc import Iterator

import pytest
from fasteners import InterProcessLock

from tests.browser import site as sites
from tests.browser.visitor import CHROMIUM, DRIVER, SCREENS, Visitor, browser_started


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[sites.Site]:
    """One set of data for all processes of a run; each has a server and a worker of its own."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("needs Chromium and chromedriver (Debian: chromium, chromium-driver)")
    base = tmp_path_factory.getbasetemp()
    var = (base.parent if hasattr(request.config, "workerinput") else base) / "site"
    var.mkdir(exist_ok=True)
    with InterProcessLock(var / "lock"):
        if not (var / "people.json").exists():
            sites.prepare(var)
        sites.users_counted(var, +1)
    started = sites.start(var)
    yield started
    sites.stop(started)
    with InterProcessLock(var / "lock"):
        if sites.users_counted(var, -1) == 0:
            started.manage("db_stop")


@pytest.fixture(scope="session")
def driver(site: sites.Site) -> Iterator:
    found = browser_started()
    yield found
    found.quit()


@pytest.fixture(params=SCREENS)
def visitor(request: pytest.FixtureRequest, site: sites.Site, driver) -> Iterator[Visitor]:
    """A journey, once on a desk and once on a phone; it fails for what the console or a request complains of."""
    found = Visitor(driver, site, request.param)
    yield found
    assert found.problems() == []
