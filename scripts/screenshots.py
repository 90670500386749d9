"""The pictures of docs/user-guide.md, made anew: ``make screenshots``. Needs Chromium and chromedriver.

Each is of a site with the demo's data, made for this alone; a line of ``PICTURES`` is a file, an address and how it is
looked at. Addresses name things of the demo by what they are called: ``{portfolio}`` is the number of its portfolio.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser import site as sites
from tests.browser.visitor import Visitor, browser_started

FOLDER = sites.ROOT / "docs" / "images"
TALLEST = 1500
NUMBERS = """
import json
from backtests.models import BacktestSession
from factors.models import Strategy
from portfolio.models import Portfolio
first = {"portfolio": Portfolio, "backtest": BacktestSession, "strategy": Strategy}
numbers = {name: model.objects.values_list("pk", flat=True).first() for name, model in first.items()}
print("NUMBERS", json.dumps(numbers))
"""


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    screen: str = "desktop"
    theme: str = "light"
    language: str = "en"


PICTURES = (
    Picture("home", "/"),
    Picture("home-dark-korean", "/", theme="dark", language="ko"),
    Picture("instrument", "/instruments/US/AAPL/"),
    Picture("instrument-phone", "/instruments/US/AAPL/", screen="phone"),
    Picture("factors", "/factors/"),
)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        sites.prepare(var)
        numbers = json.loads(sites.manage(var, "shell", "-c", NUMBERS).split("NUMBERS ")[1])
        site = sites.start(var)
        driver = browser_started()
        try:
            for picture in PICTURES:
                visitor = Visitor(driver, site, picture.screen)
                visitor.log_in("admin")
                visitor.cookie("theme", picture.theme)
                visitor.cookie("django_language", picture.language)
                _take(visitor, picture, picture.path.format(**numbers))
        finally:
            driver.quit()
            sites.stop(site)
            site.manage("db_stop")
    return 0


def _take(visitor: Visitor, picture: Picture, path: str) -> None:
    """The whole page, down to ``TALLEST``, when its charts have been drawn."""
    visitor.open(path)
    time.sleep(1)
    height = min(TALLEST, int(visitor.driver.execute_script("return document.documentElement.scrollHeight")))
    visitor.resize(height)
    visitor.until(lambda _: not visitor.all(".htmx-request"), f"{path} is never whole")
    time.sleep(1.5)
    FOLDER.mkdir(exist_ok=True)
    visitor.driver.save_screenshot(str(FOLDER / f"{picture.name}.png"))
    print(f"{picture.name}.png  {path}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
