"""Somebody at a browser: opens pages, fills fields by their labels, presses what is written on it, and sees."""

import json
import shutil
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.site import Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
SECONDS = 15
SCREENS = {"desktop": (1360, 900), "phone": (390, 844)}
# What is under one's hand was just exchanged by the page, or is covered while it scrolls: a person looks again.
PASSING = (StaleElementReferenceException, ElementClickInterceptedException)
CANCELLED = "net::ERR_ABORTED"  # the page went on before an answer came


class Visitor:
    """One screen of one person."""

    def __init__(self, driver: webdriver.Chrome, site: Site, screen: str) -> None:
        self.driver, self.site, self.screen = driver, site, screen
        self.allowed: set[int] = set()
        self.width, height = SCREENS[screen]
        self.resize(height)
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.get("about:blank")
        self.problems()  # of who was here before

    def resize(self, height: int) -> None:
        """Another height of the window; its width is the screen's."""
        size = {"width": self.width, "height": height, "deviceScaleFactor": 1, "mobile": self.screen == "phone"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def log_in(self, name: str) -> None:
        """As ``analyst``, ``operator`` or ``admin``."""
        self.cookie("sessionid", self.site.sessions[name])

    def cookie(self, name: str, value: str) -> None:
        self.driver.execute_cdp_cmd("Network.setCookie", {"name": name, "value": value, "url": self.site.url})

    def open(self, path: str) -> None:
        self.driver.get(f"{self.site.url}{path}")

    @property
    def path(self) -> str:
        """Where we are: path and query."""
        return str(self.driver.current_url).removeprefix(self.site.url)

    def until(self, condition: Any, what: str, seconds: float = SECONDS) -> Any:
        return WebDriverWait(self.driver, seconds, 0.1, ignored_exceptions=PASSING).until(condition, what)

    def find(self, css: str) -> WebElement:
        """The first that is seen; waits for it."""
        return self.until(
            lambda driver: next((one for one in self.all(css) if shown(one)), None), f"no {css} on {self.path}"
        )

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def see(self, text: str, css: str = "body", seconds: float = SECONDS) -> None:
        """Waits until a text stands on the page (in the first element of ``css``)."""
        self.until(lambda _: text in self.text(css), f"{text!r} does not appear on {self.path}", seconds)

    def text(self, css: str = "body") -> str:
        script = "const one = document.querySelector(arguments[0]); return one ? one.innerText : '';"
        return str(self.driver.execute_script(script, css))

    def press(self, text: str, within: str = "body") -> None:
        """The first button or link that is seen with this text (or this label for screen readers)."""

        def pressed(_: Any) -> bool:
            for one in self.all(f"{within} :is(a, button, summary, input[type=submit])"):
                if text in (one.text.strip(), one.get_attribute("aria-label"), one.get_attribute("value")) and shown(
                    one
                ):
                    self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", one)
                    one.click()
                    return True
            return False

        self.until(pressed, f"nothing to press called {text!r} on {self.path}")

    def fill(self, label: str, value: str, within: str = "body") -> None:
        """The field with this label: typed into, chosen, or given a file's path."""

        def filled(_: Any) -> bool:
            self._fill(self.field(label, within), value)
            return True

        self.until(filled, f"the field {label!r} on {self.path} does not stay")

    def _fill(self, field: WebElement, value: str) -> None:
        if field.tag_name == "select":
            Select(field).select_by_visible_text(value)
            # A person's choice is told by "input" and "change"; the driver tells "change" alone.
            self.driver.execute_script("arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", field)
            return
        if field.get_attribute("type") == "date":
            script = (
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))"
            )
            self.driver.execute_script(script, field, value)
            return
        if field.get_attribute("type") != "file":
            field.clear()
        field.send_keys(value)

    def field(self, label: str, within: str = "body") -> WebElement:
        script = """
          const place = document.querySelector(arguments[1]);
          const labels = place ? [...place.querySelectorAll("label")] : [];
          const found = labels.find((one) => one.innerText.trim() === arguments[0]);
          return found ? found.control : place?.querySelector(`[aria-label="${arguments[0]}"]`) ?? null;"""
        return self.until(
            lambda driver: driver.execute_script(script, label, within), f"no field {label!r} on {self.path}"
        )

    def rows(self, css: str = "table.rows") -> list[list[str]]:
        """The texts of a table's cells."""
        script = """return [...document.querySelectorAll(`${arguments[0]} tbody tr`)].map((row) =>
          [...row.cells].map((cell) => cell.innerText.trim()));"""
        found: list[list[str]] = self.driver.execute_script(script, css)
        return found

    def charts_drawn(self, count: int = 1) -> None:
        """Waits until so many charts have been drawn: each is scrolled to, since they wait for that."""

        def drawn(driver: Any) -> bool:
            for place in self.all(".plot[id]:not([data-drawn])")[:count]:
                driver.execute_script("arguments[0].scrollIntoView()", place)
            return len(self.all(".plot[data-drawn] .main-svg")) >= count

        self.until(drawn, f"fewer than {count} charts on {self.path}")

    def fits(self) -> None:
        """Nothing makes the page wider than the screen."""
        wide = int(self.driver.execute_script("return document.documentElement.scrollWidth"))
        assert wide <= self.width, f"{self.path} is {wide} px wide on the {self.screen}"

    def problems(self) -> list[str]:
        """Errors of the console and requests that failed since this was last asked."""
        console = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        told = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        answered = [one["params"]["response"] for one in told if one["method"] == "Network.responseReceived"]
        failed = [one["params"] for one in told if one["method"] == "Network.loadingFailed"]
        bad = [
            f"{one['status']} {one['url']}"
            for one in answered
            if one["status"] >= 400 and one["status"] not in self.allowed
        ]
        bad += [one["errorText"] for one in failed if one["errorText"] != CANCELLED and not one.get("canceled")]
        return bad + [text for text in console if not any(f"status of {code}" in text for code in self.allowed)]


def shown(element: WebElement) -> bool:
    return bool(element.is_displayed())


def browser_started() -> webdriver.Chrome:
    """A Chromium without a window, with its console and requests on record."""
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.binary_location = CHROMIUM or ""
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
