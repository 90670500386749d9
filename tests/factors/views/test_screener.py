"""The screener: counts worked out by hand, conditions in the address, mistakes beside their row."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict

from factors.calc.conditions import FIELDS, OPERATORS
from factors.services.screens import instruments_screened
from factors.services.universes import condition_check
from factors.views.conditions import conditions_added, rows_of, written
from tests.factors.views.test_factor_pages import cells
from tests.factors.views.world import DAY, analyst, htmx, scored_market

pytestmark = pytest.mark.django_db


def asked(*conditions: tuple[str, ...], **more: str) -> str:
    """The address of a screen."""
    data = QueryDict(mutable=True)
    data.update({"region": "KR", **more})
    for condition in conditions:
        names = ("factor", "field", "operator", "value", "upto")
        for name, text in zip(names, (*condition, "")[:5], strict=True):
            data.appendlist(name, text)
    return f"/screener/?{data.urlencode()}"


def screened(client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    html = answer.content.decode()
    return [row[0] for row in cells(html)] if "<tbody>" in html else []


ROE = ("roe", "value", ">=", "6")


def test_all_conditions_count(client):
    scored_market()
    assert screened(client, asked(ROE)) == ["T11", "T10", "T09", "T08", "T07", "T06"]
    assert screened(client, asked(ROE, ("beta", "score", "<", "-6"))) == ["T07"]
    assert screened(client, asked(("roe", "value", "between", "2", "4"))) == ["T04", "T03", "T02"]
    assert screened(client, asked(("beta", "value", "<=", "94"))) == ["T07", "T06"]
    assert screened(client, asked(ROE, sector="bank")) == ["T09", "T06"]
    assert len(screened(client, "/screener/?region=KR")) == 12


def test_conditions_are_met_as_in_strategies():
    """The two ways to apply a condition, in SQL here and on arrays when combining, agree."""
    stocks = scored_market()
    roe = {stock.ticker: number for number, stock in enumerate(stocks)}
    for operator in OPERATORS:
        for field in FIELDS[:2]:
            condition = condition_check(given={"factor": "roe", "field": field, "operator": operator, "value": 3})
            figure = {ticker: value if field == "value" else value / 2 for ticker, value in roe.items()}
            expected = {ticker for ticker, value in figure.items() if condition.met(value)}
            found = instruments_screened(region="KR", date=DAY, conditions=[condition])
            assert {one.ticker for one in found} == expected


def test_the_part_that_changes_while_one_types(client):
    scored_market()
    html = client.get(asked(ROE, ("beta", "score", ">=", "x")), headers=htmx("table-screen")).content.decode()
    assert 'id="screen-count" hx-swap-oob="true"' in html
    assert ">6</output>" in html
    assert "<form" not in html
    assert re.search(r'id="wrong-0"[^>]*></p>', html)
    assert re.search(r'id="wrong-1"[^>]*>x is not a number.</p>', html)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("roe", "value", ">=", ""), "A value is missing."),
        (("", "value", ">=", "3"), "Choose a factor."),
        (("roes", "value", ">=", "3"), "unknown factor &#x27;roes&#x27;; did you mean roe"),
        (("roe", "values", ">=", "3"), "the field of a condition is one of value, score, percentile"),
        (("roe", "value", "=>", "3"), "the operator of a condition is one of"),
        (("roe", "value", "between", "4", "2"), "between needs the value [low, high]"),
        (("roe", "value", ">=", "nan"), "must be a number"),
        (("roe", "value", ">=", "1e999"), "must be a number"),
    ],
)
def test_bad_conditions_are_told_beside_their_row(client, row, told):
    scored_market()
    html = client.get(asked(ROE, row)).content.decode()
    assert told in html.split('id="wrong-1"')[1].split("</p>")[0]
    assert len(cells(html)) == 6
    assert "1 condition is left out" in html


def test_rows_are_added_and_removed(client):
    scored_market()
    added = client.get(asked(ROE) + "&add_condition=1")
    assert added.status_code == 302
    assert dict(parse_qsl(urlsplit(added.url).query, keep_blank_values=True)).get("add_condition") is None
    assert client.get(added.url).content.decode().count('name="operator"') == 2
    removed = client.get(asked(ROE, ("beta", "value", ">=", "1")) + "&drop_condition=0")
    query = QueryDict(urlsplit(removed.url).query)
    assert query.getlist("factor") == ["beta"]
    assert query.getlist("value") == ["1"]


def test_a_screen_has_a_limit_and_bears_nonsense(client):
    scored_market()
    html = client.get(asked(*[ROE] * 21)).content.decode()
    assert html.count("A screen has at most 20 conditions.") == 1
    for address in (
        "/screener/?factor=roe",
        "/screener/?value=%00&factor=%00",
        "/screener/?region=KR&sector=none&sort=x&page=z",
    ):
        assert client.get(address).status_code == 200


def test_a_region_without_scores_says_what_to_do_and_can_be_left(client):
    scored_market()
    html = client.get("/screener/", {"region": "US"}).content.decode()
    assert "US has no scores yet on that day" in html
    assert "manage.py compute_factors --region US" in html
    assert 'hx-target="#table-screen"' in html
    assert 'id="table-screen"' in html  # what another region's names come into


def test_files_have_the_figures_as_columns(client):
    scored_market()
    answer = client.get(asked(("roe", "value", ">=", "10"), ("roe", "score", ">=", "0")) + "&table=screen&export=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines == [
        'Ticker,Name,Sector,roe,"roe, score"',
        "T11,Company 11,wood,11.0,5.5",
        "T10,Company 10,chip,10.0,5.0",
    ]


def test_a_screen_becomes_a_strategy():
    scored_market()
    _user, client = analyst()
    html = client.get(asked(ROE, ("beta", "score", "between", "-7", "-1"), sector="bank")).content.decode()
    there = re.search(r'href="(/strategies/new/[^"]+)"', html)[1].replace("&amp;", "&")
    form = client.get(there).content.decode()
    assert re.findall(r"<option selected>(\w+)</option>", form)[:2] == ["roe", "beta"]
    data = QueryDict(urlsplit(there).query, mutable=True)
    data.update({"name": "screened", "combiner": "equal_weight", "save": "1"})
    saved = client.post("/strategies/new/", data.urlencode(), content_type="application/x-www-form-urlencoded")
    assert saved.status_code == 302
    page = client.get(saved.url).content.decode()
    assert "roe &gt;= 6" in page
    assert "beta score between -7 … -1" in page
    assert "bank" in page


def test_stored_conditions_as_rows_and_back():
    given = [
        {"factor": "roe", "field": "value", "operator": ">=", "value": 0.1},
        {"factor": "beta", "field": "score", "operator": "between", "value": [-1.5, 2e20]},
    ]
    data = QueryDict(mutable=True)
    conditions_added(data, given)
    assert written(rows_of(data)) == given


def test_questions_do_not_grow_with_the_names(client, django_assert_num_queries):
    scored_market(24)
    with django_assert_num_queries(6):
        client.get(asked(ROE, ("beta", "score", "<", "9")))
