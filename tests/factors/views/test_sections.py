"""What factors say on the first page and on that of an instrument, with percentiles given by hand."""

import datetime as dt
import json
import re

import pytest

from factors.models import Factor, FactorRun, FactorScore
from factors.services.instrument_scores import Profile, factor_profile
from factors.services.movers import movers_get
from market.models import Instrument

pytestmark = pytest.mark.django_db
FIRST, SECOND = dt.date(2024, 6, 27), dt.date(2024, 6, 28)
HTMX = {"HTTP_HX_REQUEST": "true"}
CATEGORIES = {"pe_ratio": "value", "roe": "quality", "beta": "low_volatility", "roa": "quality"}
# Percentiles of pe_ratio on both days; the others have 80 on the second.
MOVES = {"A": (10.0, 90.0), "B": (50.0, 45.0), "C": (70.0, 20.0), "D": (30.0, 30.0)}


@pytest.fixture
def scored():
    factors = {name: Factor.objects.create(
        name=name, category=category, unit="ratio", direction=1, lookback=1
    ) for name, category in CATEGORIES.items()}  # fmt: skip
    for place, (ticker, percentiles) in enumerate(MOVES.items()):
        stock = Instrument.objects.create(region="KR", ticker=ticker, name=f"Stock {ticker}", currency="KRW")
        for day, percentile in zip((FIRST, SECOND), percentiles, strict=True):
            FactorScore.objects.create(
                date=day, instrument=stock, factor=factors["pe_ratio"], value=place, score=0.5, percentile=percentile
            )
        for name in ("roe", "beta", "roa"):
            FactorScore.objects.create(
                date=SECOND, instrument=stock, factor=factors[name], value=2e9, score=1.0,
                percentile={"roe": 80.0, "beta": 60.0, "roa": 40.0}[name],
            )  # fmt: skip
    for day in (FIRST, SECOND):
        FactorRun.objects.create(region="KR", date=day, state="DONE", score_count=4)


def test_movers(scored):
    found = movers_get(region="KR", factor="pe_ratio")
    assert (found.date, found.before) == (SECOND, FIRST)
    assert [(one.ticker, one.change) for one in found.rows] == [("A", 80.0), ("B", -5.0), ("C", -50.0)]
    assert [one.ticker for one in movers_get(region="KR", factor="pe_ratio", most=1).rows] == ["A", "C"]
    assert movers_get(region="US", factor="pe_ratio").rows == ()
    assert movers_get(region="KR", factor="nonsense").rows == ()


def test_the_page_of_movers(client, scored):
    answer = client.get("/movers/", {"factor": "pe_ratio"})
    rows = [row.record.ticker for row in answer.context["tables"]["movers"].paginated_rows]
    assert rows == ["A", "C", "B"]  # the largest first, either way
    box = client.get("/movers/", {"factor": "pe_ratio"}, **HTMX, HTTP_HX_TARGET="box-movers").content.decode()
    assert "<html" not in box
    assert 'href="/instruments/KR/A/"' in box
    wrong = client.get("/movers/", {"factor": "nonsense"})
    assert wrong.status_code == 200
    assert "Select a valid choice" in wrong.content.decode()


def test_movers_need_two_sessions(client):
    assert "compute_factors" in client.get("/movers/").content.decode()
    Factor.objects.create(name="pe_ratio", category="value", unit="x", direction=1, lookback=1)
    FactorRun.objects.create(region="KR", date=FIRST, state="DONE", score_count=4)
    assert "Scores of one session only" in client.get("/movers/").content.decode()


def figure(answer, name):
    text = answer.content.decode()
    return json.loads(re.search(rf'id="{name}-figure" type="application/json">(.*?)</script>', text)[1])


def test_the_profile_is_the_mean_percentile_of_categories(client, scored):
    trace = figure(client.get("/instruments/KR/A/"), "profile")["data"][0]
    assert trace["theta"] == ["low volatility", "quality", "value", "low volatility"]
    assert trace["r"] == [60.0, 60.0, 90.0, 60.0]  # quality: of 80 and 40


def test_a_profile_of_few_categories_is_one_of_factors(scored):
    def of(*names):
        rows = FactorScore.objects.filter(instrument__ticker="A", date=SECOND, factor__name__in=names).with_names()
        return factor_profile(scores=list(rows))

    assert of("pe_ratio", "roe", "roa") == Profile(False, {"pe_ratio": 90.0, "roa": 40.0, "roe": 80.0})
    assert of("pe_ratio", "roe", "roa", "beta") == Profile(
        True, {"low_volatility": 60.0, "quality": 60.0, "value": 90.0}
    )
    assert of("pe_ratio", "roe") is None


def test_scores_of_an_instrument(client, scored):
    table = client.get("/scores/KR/A/", {"sort": "-percentile"}).context["tables"]["scores"]
    assert [row.record.factor.name for row in table.paginated_rows] == ["pe_ratio", "roe", "beta", "roa"]
    assert 'href="/factors/pe_ratio/?region=KR"' in client.get("/scores/KR/A/").content.decode()
    lines = client.get("/scores/KR/A/", {"export": "csv", "table": "scores"}).getvalue().decode().splitlines()
    assert "pe_ratio,90.0,0.5,0.0,ratio,value" in lines


def test_history_of_a_factor(client, scored):
    drawn = figure(client.get("/score-history/KR/A/", {"factor": "pe_ratio"}, **HTMX), "score-history-chart")
    assert drawn["data"][0]["x"] == ["2024-06-27", "2024-06-28"]
    assert drawn["data"][0]["y"] == [10.0, 90.0]
    assert "one session only" in client.get("/score-history/KR/A/", {"factor": "roe"}, **HTMX).content.decode()
    wrong = client.get("/score-history/KR/A/", {"factor": "nonsense"}, **HTMX)
    assert "Select a valid choice" in wrong.content.decode()
    assert client.get("/score-history/KR/A/").url == "/instruments/KR/A/"
    assert client.get("/score-history/KR/NOBODY/").status_code == 404


def test_the_first_page_for_everybody(client, scored):
    page = client.get("/").content.decode()
    assert "Quantitative research, point in time" in page
    assert "Jun 28, 2024" in page  # scores
    assert 'hx-get="/movers/"' in page


def test_a_region_without_scores_says_how_to_have_them(client):
    Instrument.objects.create(region="JP", ticker="7203", currency="JPY")
    assert "manage.py compute_factors --region JP" in client.get("/instruments/JP/7203/").content.decode()


def test_indices_have_no_profile(client, scored):
    Instrument.objects.create(region="KR", ticker="KOSPI", currency="KRW", asset_type="INDEX")
    assert "Factors" not in client.get("/instruments/KR/KOSPI/").content.decode().partition("<main")[2]
