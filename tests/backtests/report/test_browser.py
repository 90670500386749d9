"""What the scripts of a report do, in a browser; skipped where there is none."""

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

from backtests.report import session_report, sweep_report
from tests.backtests.report import many
from tests.backtests.report.results import result, run

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TOLD = "told-by-the-page"
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")

HELPERS = """
const change = (element, type = "change") => element.dispatchEvent(new Event(type, { bubbles: true }));
const visible = (id) => [...document.querySelectorAll(`#${id} tbody tr:not([hidden])`)];
const shown = (id, column) => visible(id).map((row) => row.cells[column].textContent);
const press = (id, head) => [...document.querySelectorAll(`#${id} thead button`)].find((one) =>
  one.textContent === head).click();
setTimeout(() => parent.postMessage(JSON.stringify(answer()), "*"), 2000);
"""
FRAME = """<body><iframe src="page.html" style="width:{width}px;height:6000px;border:0"></iframe><script>
addEventListener("message", (told) => {{
  document.body.append(Object.assign(document.createElement("p"), {{ id: "{id}", textContent: told.data }}));
}});
</script></body>"""


def ask(html, script, folder, width=1300):
    """What ``script`` answers on the page, shown in a frame of this width (windows have a least width of their own)."""
    place = html.rindex("</body>")
    asked = f"<script>const answer = () => {{ {script} }};{HELPERS}</script>"
    (folder / "page.html").write_text(html[:place] + asked + html[place:], encoding="utf-8")
    (folder / "frame.html").write_text(FRAME.format(width=width, id=TOLD), encoding="utf-8")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}",
        "--virtual-time-budget=6000", "--window-size=1400,6100", "--dump-dom", (folder / "frame.html").as_uri(),
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(unescape(ran.stdout.split(f'id="{TOLD}">')[1].split("</p>")[0]))


@pytest.fixture(scope="module")
def done():
    return result(run(sessions=200, instruments=20), name="A <b>bold</b> & name")


def test_scale_filters_and_sorting(done, tmp_path):
    script = """
    const log = document.querySelector("input[value=logarithmic]"); log.checked = true; change(log);
    const [box, side] = document.querySelector("[data-filters=trades-table]").querySelectorAll("input, select");
    const ticker = shown("trades-table", 0)[3];
    box.value = ticker.toLowerCase(); change(box, "input");
    const found = shown("trades-table", 0);
    side.value = "SELL"; change(side, "input");
    const sold = shown("trades-table", 3);
    box.value = ""; change(box, "input"); press("trades-table", "profit");
    const details = document.querySelector("details[data-of=chart-0]"); details.open = true; change(details, "toggle");
    return {
      axis: document.getElementById("chart-0").layout.yaxis.type, ticker, found, sold,
      profits: shown("trades-table", 13),
      sorted: document.querySelector("[aria-sort]").getAttribute("aria-sort"),
      legend: document.querySelector("#chart-0 .legendtext").textContent,
      rows: details.querySelectorAll("tbody tr").length, drawn: document.querySelectorAll(".plot .main-svg").length,
    };
    """
    told = ask(session_report(done), script, tmp_path)
    assert told["axis"] == "log"
    mine = [one for one in done["trades"] if one["ticker"] == told["ticker"]]
    assert told["found"] == [told["ticker"]] * len(mine)
    assert told["sold"] == ["SELL"] * sum(one["side"] == "SELL" for one in mine)
    profits = [float(text.replace("−", "-").replace(",", "")) for text in told["profits"]]
    assert profits == sorted(profits)
    assert len(profits) == done["statistics"]["sells"]
    assert told["sorted"] == "ascending"
    assert told["legend"] == "A <b>bold</b> & name"
    assert told["rows"] == 201
    assert told["drawn"] > 0


def test_boxes_of_limited_height_say_what_is_seen(done, tmp_path):
    script = """
    const box = document.getElementById("trades-table").closest(".tall");
    const told = box.parentElement.querySelector(".more");
    const first = told.textContent;
    box.scrollTop = box.scrollHeight; box.dispatchEvent(new Event("scroll"));
    dispatchEvent(new Event("beforeprint"));
    const open = [...document.querySelectorAll("details")].map((one) => one.open === !one.dataset.of);
    dispatchEvent(new Event("afterprint"));
    const still = document.querySelectorAll("details[open]").length;
    return [first, told.textContent, told.hidden, open.every((one) => one), open.length > 1, still];
    """
    first, last, hidden, *printed = ask(session_report(done), script, tmp_path)
    rows = len(done["trades"])
    assert re.fullmatch(rf"Rows 1 to \d\d? of {rows} · scroll for more", first)
    assert re.fullmatch(rf"Rows \d+ to {rows} of {rows}", last)
    assert (hidden, printed) == (False, [True, True, 0])


def test_the_axes_of_a_sweep_are_chosen(tmp_path):
    sweep = many.sweep()
    script = """
    const select = document.querySelector("[data-controls] select"); select.selectedIndex = 2; change(select);
    const mean = document.querySelector("input[value=mean]"); mean.checked = true; change(mean);
    return [select.value, document.getElementById("chart-0").data[0].z];
    """
    pair, figures = ask(sweep_report(sweep), script, tmp_path)
    assert pair == "stop loss × cash buffer"
    wanted = [one["statistics"]["sharpe_ratio"] for one in sweep["variants"]
              if one["overrides"]["stop_loss"] == 12.0 and one["overrides"]["cash_buffer"] == 20.0]  # fmt: skip
    assert figures[1][1] == pytest.approx(sum(wanted) / 4, abs=1e-6)


def test_nothing_is_wider_than_a_phone(done, tmp_path):
    script = """
    const { scrollWidth, clientWidth } = document.documentElement;
    const outside = [...document.querySelectorAll("main *, header *")].filter((one) =>
      !one.closest(".scroll") && !one.closest("svg") && one.getBoundingClientRect().right > clientWidth + 1);
    return [scrollWidth - clientWidth, outside.map((one) => one.className || one.tagName)];
    """
    assert ask(session_report(done), script, tmp_path, width=390) == [0, []]
