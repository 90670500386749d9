"""Charts, sections and the language and theme of pages."""

import json
import re

import pytest
from django.template import Context, Template

from market.pages.charts import chart, line
from market.pages.sections import Section, register_section, unregister_section


def test_a_chart_brings_its_figure_and_a_place_for_its_data():
    prices = chart("Prices", "won", [line(["2024-01-02", "2024-01-03"], [1.5, None], "close", "#123456")], {})
    html = Template("{% load house %}{% chart prices 'prices' %}").render(Context({"prices": prices}))
    figure = json.loads(re.search(r'<script id="prices-figure" type="application/json">(.*?)</script>', html)[1])
    assert figure["data"][0]["y"] == [1.5, None]
    assert figure["first_column"] == "session"
    assert '<details data-of="prices">' in html
    assert 'aria-label="Prices, won"' in html


@pytest.fixture
def section():
    one = Section("home", "weather", "Weather", "pages/empty.html", lambda request: {"title": "Rain"}, 99)
    register_section(one)
    yield one
    unregister_section("home", "weather")


@pytest.mark.django_db
def test_rooms_add_to_pages_below_them(client, section):
    assert "Weather" in client.get("/").content.decode()
    with pytest.raises(ValueError, match="has a section 'weather' already"):
        register_section(section)


@pytest.mark.django_db
def test_language_and_theme_are_cookies(client):
    client.cookies["theme"] = "dark"
    client.post("/i18n/setlang/", {"language": "ko", "next": "/instruments/"})
    page = client.get("/instruments/").content.decode()
    assert '<html lang="ko" data-theme="dark">' in page
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/instruments/").content.decode()
