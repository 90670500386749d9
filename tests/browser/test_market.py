"""Somebody looks up an instrument, sees how the data are, watches jobs, and reads the first page."""

from selenium.webdriver.common.keys import Keys

BOX = "Search instruments and funds"


def open_menu(visitor):
    if visitor.screen == "phone":
        visitor.press("Menu")


def test_look_up_an_instrument_and_read_its_profile(visitor):
    visitor.open("/")
    open_menu(visitor)
    visitor.fill(BOX, "micro")
    visitor.see("MSFT", "#found")
    field = visitor.field(BOX)
    field.send_keys(Keys.ARROW_DOWN)
    first = visitor.driver.switch_to.active_element
    assert "MSFT" in first.text
    first.send_keys(Keys.ENTER)
    visitor.see("Microsoft", "h1")
    visitor.see("Dec 28, 2022", ".quote")
    visitor.charts_drawn(2)
    visitor.driver.execute_script("document.querySelector('#box-scores, #table-scores').scrollIntoView()")
    visitor.see("low_volatility", "#table-scores")
    visitor.fits()
    choose(visitor, "5 years")
    visitor.see("Each bar is a week.", "#prices")
    choose(visitor, "Candles")
    visitor.until(lambda _: visitor.all("#prices path.box"), "no candles")
    visitor.press("Data", "#prices")
    visitor.see("high", "#prices table")
    visitor.fill("Factor", "beta", "#score-history")
    visitor.see("beta over time", "#score-history")
    visitor.until(lambda _: visitor.all("#score-history [data-drawn] .main-svg"), "no history is drawn")
    visitor.press("Score", "#table-scores")
    visitor.until(lambda _: "sort" not in visitor.path, "the table inside the page changed its address")


def choose(visitor, label):
    """A radio button of the chart, by its text."""
    script = """return [...document.querySelectorAll("#prices .controls label")]
      .find((one) => one.innerText.trim() === arguments[0])"""
    found = visitor.until(lambda driver: driver.execute_script(script, label), f"no choice {label}")
    visitor.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
    found.click()


def test_enter_leads_to_the_ticker(visitor):
    visitor.open("/instruments/")
    open_menu(visitor)
    visitor.field(BOX).send_keys("aapl", Keys.ENTER)
    visitor.see("Apple", "h1")
    open_menu(visitor)
    visitor.field(BOX).send_keys("factor", Keys.ENTER)
    visitor.see("5 rows", "#table-found")
    visitor.fits()


def test_loads_and_jobs(visitor):
    visitor.log_in("admin")
    visitor.open("/data/")
    visitor.see("By region")
    visitor.fill("Kind", "Prices", "section:has(> #table-loads)")
    visitor.until(lambda _: "loads-kind=prices" in visitor.path, "the filter has no address")
    visitor.fits()
    visitor.open("/jobs/")
    visitor.see("Backtest", "#table-jobs")
    visitor.fill("Kind", "Factor run")
    visitor.until(lambda _: {row[1] for row in visitor.rows()} == {"Factor run"}, "other kinds are listed")
    visitor.fits()
    visitor.press(visitor.rows()[0][0], "#table-jobs")
    visitor.see("Ended", ".events")
    visitor.fits()


def test_the_first_page_in_korean_and_dark(visitor):
    visitor.log_in("analyst")
    visitor.cookie("theme", "dark")
    visitor.cookie("django_language", "ko")
    visitor.open("/")
    assert visitor.find("html").get_attribute("lang") == "ko"
    assert visitor.find("html").get_attribute("data-theme") == "dark"
    visitor.find("#freshness")
    visitor.find("#table-movers")
    visitor.see("2022", "#freshness")
    visitor.fits()
