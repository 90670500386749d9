"""Every page that links lead to: no error in the console, no failed request, no fault that axe-core calls serious,
nothing wider than the screen. On the desk in light, on the phone in dark colours.
"""

from functools import cache

import pytest

from tests.browser.crawl import is_gone, pages_found
from tests.shared_data import ROOT

AXE = ROOT / "tests/browser/axe/node_modules/axe-core/axe.min.js"
THEMES = {"desktop": "light", "phone": "dark"}
RUN = """
  const done = arguments[0];
  axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => done(violations
    .filter(({impact}) => ["serious", "critical"].includes(impact))
    .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map((one) => one.html.slice(0, 160)).join(" | ")}`)));
"""


@cache
def axe() -> str:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci in tests/browser/axe")
    return AXE.read_text(encoding="utf-8")


def test_every_page(visitor, site):
    rules = axe()
    pages = pages_found(site, "admin")
    assert {"home", "market:instruments"} <= set(pages)
    visitor.log_in("admin")
    visitor.cookie("theme", THEMES[visitor.screen])
    wrong = []
    for path in pages.values():
        visitor.open(path)
        if is_gone(site, path):
            visitor.problems()
            continue
        visitor.until(
            lambda driver: not driver.find_elements("css selector", ".htmx-request"), f"{path} is never whole"
        )
        visitor.driver.execute_script(rules)
        wrong += [f"{path}: {text}" for text in visitor.driver.execute_async_script(RUN)]
        wrong += [f"{path}: {text}" for text in visitor.problems()]
        if (wide := visitor.driver.execute_script("return document.documentElement.scrollWidth")) > visitor.width:
            wrong.append(f"{path}: {wide} px wide")
    assert wrong == []
