"""Instruments are listed, narrowed while one types, sorted, turned over and taken away."""


def test_narrow_sort_and_turn_over(visitor):
    visitor.open("/instruments/")
    visitor.see("26 rows")
    visitor.fits()
    visitor.press("2", "nav.pages")
    visitor.until(lambda _: "page=2" in visitor.path, "the second page has no address")
    visitor.see("XOM", "table.rows")
    visitor.fill("Ticker or name", "factor etf")
    visitor.see("5 rows")
    visitor.press("Ticker", "thead")
    visitor.until(lambda _: "sort=" in visitor.path, "sorting has no address")
    assert [row[0] for row in visitor.rows()] == ["VLUE", "USMV", "SIZE", "QUAL", "MTUM"]  # it was by ticker already


def test_dark_and_korean(visitor):
    visitor.open("/instruments/")
    if visitor.screen == "phone":
        visitor.press("Menu")
    visitor.press("Light or dark")
    assert visitor.find("html").get_attribute("data-theme") == "dark"
    visitor.press("한국어")
    visitor.until(lambda _: visitor.find("html").get_attribute("lang") == "ko", "the page is not Korean")
    assert visitor.find("html").get_attribute("data-theme") == "dark"
