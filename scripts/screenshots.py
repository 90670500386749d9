"""The pictures of docs/user-guide.md, made anew: ``make screenshots``. Needs Chromium and chromedriver.

Each is of a site with the demo's data, made for this alone, on which some work was done; a line of ``PICTURES`` is a
file, an address and how it is looked at. Addresses name things of the demo by what they are called: ``{portfolio}`` is
the number of its portfolio. The demo has no holdings of funds, and no issuer's figures are ours to pass on: there is no
picture of these.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser import site as sites
from tests.browser.visitor import Visitor, browser_started

FOLDER = sites.ROOT / "docs" / "images"
TALLEST = 1500
SWEEP = (
    "sweep_backtests", "docs/examples/momentum.yaml", "--grid", "max_positions=[3,5,8]",
    "--grid", "sell_conditions.0.value=10..25:5",
)  # fmt: skip
OWN = """
from django.contrib.auth.models import User
from portfolio.models import Portfolio
Portfolio.objects.filter(name="momentum").update(owner=User.objects.get(username="admin"))
"""
NUMBERS = """
import json
from backtests.models import BacktestSession, BacktestSweep
from factors.models import Strategy
from portfolio.models import Portfolio
first = {"portfolio": Portfolio, "backtest": BacktestSession, "sweep": BacktestSweep, "strategy": Strategy}
numbers = {name: model.objects.values_list("pk", flat=True).order_by("pk").first() for name, model in first.items()}
print("NUMBERS", json.dumps(numbers))
"""


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    screen: str = "desktop"
    theme: str = "light"
    language: str = "en"


SCREEN = (
    "?region=US&factor=price_momentum_12m&field=percentile&operator=%3E%3D&value=50&upto="
    "&factor=volatility_60d&field=percentile&operator=%3E%3D&value=40&upto="
)
PICTURES = (
    Picture("home", "/"),
    Picture("home-dark-korean", "/", theme="dark", language="ko"),
    Picture("instrument", "/instruments/US/AAPL/"),
    Picture("instrument-phone", "/instruments/US/AAPL/", screen="phone"),
    Picture("factors", "/factors/"),
    Picture("factor", "/factors/price_momentum_12m/"),
    Picture("screener", f"/screener/{SCREEN}"),
    Picture("strategy", "/strategies/{strategy}/"),
    Picture("backtest-new", "/backtests/new/?like={backtest}"),
    Picture("backtest", "/backtests/{backtest}/"),
    Picture("backtest-phone", "/backtests/{backtest}/", screen="phone", theme="dark"),
    Picture("sweep", "/backtests/sweeps/{sweep}/"),
    Picture("portfolio", "/portfolios/{portfolio}/"),
    Picture("portfolio-korean", "/portfolios/{portfolio}/", language="ko"),
    Picture("transactions", "/portfolios/{portfolio}/transactions/"),
    Picture("risk", "/portfolios/{portfolio}/risk/"),
    Picture("allocation", "/portfolios/{portfolio}/allocation/"),
    Picture("rebalancing", "/portfolios/{portfolio}/rebalancing/"),
    Picture("stress", "/portfolios/{portfolio}/stress/"),
    Picture("jobs", "/jobs/"),
    Picture("data", "/data/"),
)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        sites.prepare(var)
        work_done(var)
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


def work_done(var: Path) -> None:
    """What somebody who uses the site would have done by now."""
    sites.manage(var, *SWEEP)
    sites.manage(var, "shell", "-c", OWN)
    sites.manage(var, "snapshot_portfolios")


def _take(visitor: Visitor, picture: Picture, path: str) -> None:
    """The whole page, down to ``TALLEST``, when its charts have been drawn; RuntimeError where it is an error's."""
    visitor.open(path)
    status = visitor.driver.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus")
    if status != HTTPStatus.OK:
        raise RuntimeError(f"{path} answers {status}")
    time.sleep(1)
    height = min(TALLEST, int(visitor.driver.execute_script("return document.documentElement.scrollHeight")))
    visitor.resize(height)
    visitor.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    visitor.until(lambda _: not visitor.all(".htmx-request"), f"{path} is never whole")
    time.sleep(1.5)
    FOLDER.mkdir(exist_ok=True)
    visitor.driver.save_screenshot(str(FOLDER / f"{picture.name}.png"))
    print(f"{picture.name}.png  {path}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
