"""Chromium on pages of every kind: nothing they need is forbidden, so nothing is complained about in the console."""

import shutil
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from backtests import services
from backtests.report import session_report
from market.models import Instrument
from tests.backtests.report.results import result, run
from tests.backtests.stored import bare

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Chromium and its driver"),
]
ASSERT_OF_ALPINE = "return [...document.querySelectorAll('[x-data]')].some((one) => one._x_dataStack)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.implicitly_wait(5)
    yield driver
    driver.quit()


def complaints(browser: webdriver.Chrome) -> list[str]:
    return [
        entry["message"]
        for entry in browser.get_log("browser")
        if entry["level"] == "SEVERE" and "favicon" not in entry["message"]
    ]


def test_no_page_asks_for_what_its_policy_forbids(browser, live_server, monkeypatch):
    boss = User.objects.create_superuser("boss", "boss@example.org")
    stock = Instrument.objects.create(region="KR", ticker="005930", name="One", currency="KRW")
    session = bare(status="COMPLETED")
    told = session_report(result(run(sessions=120, instruments=8)))
    monkeypatch.setattr(services, "backtest_report", lambda session: told)
    client = Client()
    client.force_login(boss)
    browser.get(f"{live_server.url}/accounts/login/")
    browser.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})
    complaints(browser)
    pages = [
        "/", "/accounts/", "/accounts/login/", "/admin/", "/admin/market/instrument/",
        f"/admin/market/instrument/{stock.pk}/change/", "/admin/auth/user/add/", "/admin/factors/strategy/add/",
        "/admin/market/instrument/export/", "/admin/backtests/backtestsession/", "/api/strategies/", "/api/docs/",
        f"/api/backtests/{session.pk}/report/", f"/admin/backtests/backtestsession/{session.pk}/report/",
    ]  # fmt: skip
    found = {}
    for page in pages:
        browser.get(f"{live_server.url}{page}")
        if page == "/api/docs/":
            browser.find_element(By.CSS_SELECTOR, ".opblock")  # Swagger has drawn the addresses
        if page.endswith("/report/"):
            browser.execute_script("document.querySelector('.plot').scrollIntoView()")  # drawn when seen
            browser.find_element(By.CSS_SELECTOR, ".plot .main-svg")
        if page == "/admin/":
            assert browser.execute_script(ASSERT_OF_ALPINE), "Alpine works"
        if messages := complaints(browser):
            found[page] = messages
    assert found == {}


def test_a_script_that_got_into_a_report_does_not_run(browser, live_server, monkeypatch):
    boss = User.objects.create_superuser("boss", "boss@example.org")
    session = bare(status="COMPLETED")
    evil = '<p id="there">here</p><script>document.title = "run"</script><img src=x onerror="document.title=\'run\'">'
    monkeypatch.setattr(services, "backtest_report", lambda session: evil)
    client = Client()
    client.force_login(boss)
    browser.get(f"{live_server.url}/accounts/login/")
    browser.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})
    complaints(browser)
    browser.get(f"{live_server.url}/api/backtests/{session.pk}/report/")
    assert browser.find_element(By.ID, "there").text == "here"
    assert browser.title != "run"
    assert any("Content Security Policy" in message for message in complaints(browser))
