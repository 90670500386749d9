"""The catalogue and a factor's page: figures as stored, worked out by hand."""

import json
import re

import numpy as np
import pytest
from django.urls import reverse

from factors.calc.analysis.correlation import pairwise_pearson, score_correlations
from factors.calc.histogram import histogram
from factors.models import FactorAnalysis
from factors.services import analysis_create, analysis_execute
from tests.factors.combining.scored_market import learning_market
from tests.factors.views.world import DAY, analyst, day_text, htmx, scored_market

pytestmark = pytest.mark.django_db
ROE, BETA = "/factors/roe/", "/factors/beta/"


def page(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(html: str) -> list[list[str]]:
    """Texts of the first table's rows."""
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.S)[1]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows
    ]


def figures(html: str) -> list[dict]:
    """What the charts of a page draw."""
    return [json.loads(text) for text in re.findall(r'-figure" type="application/json">(.*?)</script>', html, re.S)]


def test_catalogue_tells_coverage_and_reasons(client):
    scored_market()
    answer = client.get("/factors/", {"search": "beta"}, headers=htmx("table-factors"))
    row = next(row for row in cells(answer.content.decode()) if row[0] == "beta")
    assert row[3:8] == ["low", "8", "12", "67%", "missing field 3"]
    file = client.get("/factors/", {"search": "beta", "export": "csv", "table": "factors"}).getvalue().decode()
    assert "\nbeta,low_volatility,ratio,low,8,12,66.666" in file  # percent, as on the page
    dialog = page(client, f"{BETA}coverage/", region="KR")
    assert "missing field" in dialog
    assert "stale fundamentals" in dialog
    assert "8 of 12 instruments are scored" in dialog


def test_who_is_not_in_the_universe_is_no_part_of_it(client):
    scored_market()
    shown = [row[:3] for row in cells(page(client, f"{BETA}coverage/", region="KR"))]
    assert shown == [
        ["missing field", "3", "25.0%"], ["stale fundamentals", "1", "8.3%"], ["not in universe", "5", "–"],
    ]  # fmt: skip
    tiles = re.findall(r"<b>(.*?)</b>", page(client, BETA, region="KR").partition('class="tiles"')[2])
    assert tiles[:4] == ["12", "8", "8", "4"]  # universe, with a value, scored, without a score


def test_catalogue_narrowed_sorted_and_as_a_file(client):
    scored_market()
    rows = cells(page(client, "/factors/", category="low_volatility", sort="-scored"))
    assert rows[0][0] == "beta"
    assert {row[1] for row in rows} == {"low_volatility"}
    answer = client.get("/factors/", {"export": "csv", "table": "factors", "search": "book value"})
    text = b"".join(answer.streaming_content).decode()
    assert text.splitlines()[1].startswith("pb_ratio,value,ratio,low,")


def test_catalogue_without_scores_says_what_to_do(client):
    assert "manage.py compute_factors --region JP" in page(client, "/factors/", region="JP")


def test_catalogue_shows_the_newest_analysis(client):
    scored_market()
    information = [
        {"horizon": h, "rank_ic": {"mean": ic, "t_newey_west": 2.5}}
        for h, ic in ((1, 0.1), (21, 0.043))
    ]  # fmt: skip
    result = {"days": [], "factors": {"roe": {"information": information, "spread": []}}, "problems": {"beta": "no"}}
    period = {"region": "KR", "start": DAY, "end": DAY, "result": result}
    FactorAnalysis.objects.create(factor_names=["roe", "beta"], state="PARTLY", **period)
    FactorAnalysis.objects.create(factor_names=["roe"], state="FAILED", **period | {"result": None})
    rows = {row[0]: row[8:] for row in cells(page(client, "/factors/"))}
    assert rows["roe"] == ["21", "+0.043", "+2.5"]
    assert rows["beta"] == ["–", "–", "–"]


def test_page_ranks_names_both_ways(client):
    scored_market()
    html = page(client, ROE, region="KR")
    assert day_text(DAY) in html
    assert "net_income_ttm" in html
    top = cells(client.get(ROE, headers=htmx("table-top")).content.decode())
    assert [row[0] for row in top] == [f"T{i:02d}" for i in range(11, 1, -1)]
    assert top[0][2:4] == ["11.0000", "+5.50"]
    bottom = cells(client.get(ROE, headers=htmx("table-bottom")).content.decode())
    assert [row[0] for row in bottom] == [f"T{i:02d}" for i in range(10)]
    assert reverse("market:instrument", args=["KR", "T11"]) in html


def test_page_before_the_first_scores_and_of_no_factor(client):
    scored_market()
    early = page(client, ROE, region="KR", session="2020-01-02")
    assert "has no scores yet on that day" in early
    assert "manage.py compute_factors --region KR" in early
    assert client.get("/factors/nothing/").status_code == 404
    html = page(client, ROE, region="XX", session="yesterday")
    assert "Select a valid choice" in html
    assert "Enter a valid date" in html


def test_distribution_is_that_of_the_figures(client):
    scored_market()
    value, score = figures(page(client, f"{ROE}distribution/", region="KR"))
    assert sum(value["data"][0]["y"]) == sum(score["data"][0]["y"]) == 12
    assert value["layout"]["shapes"][0]["x0"] == 5.5
    assert score["layout"]["shapes"][0]["x0"] == 2.75


def test_histogram_keeps_the_tails_in_the_outer_bins():
    known = np.append(np.arange(998.0), [1e9, -1e9, np.nan])
    found = histogram(known)
    assert found.counts.sum() == 1000
    assert len(found.counts) == 20
    assert (found.lowest, found.highest) == (-1e9, 1e9)
    assert found.edges[-1] < 1000
    assert found.quartiles == tuple(np.percentile(known[:-1], (25, 50, 75)))
    assert histogram(np.array([np.nan])) is None
    assert histogram(np.full(5, 3.0)).counts.tolist() == [5]


def test_pairwise_correlations_are_those_of_the_analyser():
    rng = np.random.default_rng(3)
    score = rng.normal(size=(4, 60)).astype(np.float32)
    score[1] += score[0]
    score[2, :30] = np.nan
    score[3, 2:] = np.nan
    expected, _spearman = score_correlations(score[:, None, :])
    np.testing.assert_allclose(pairwise_pearson(score), expected[0], atol=1e-6)
    assert np.isnan(pairwise_pearson(np.ones((2, 9)))).all()


@pytest.mark.django_db(transaction=True)  # bulk reads see what is committed
def test_other_factors_by_correlation(client):
    scored_market()
    (drawn,) = figures(page(client, f"{ROE}alike/", region="KR"))
    assert drawn["data"][0]["x"] == ["roe", "beta"]
    assert drawn["data"][0]["z"] == [[1.0, -1.0], [-1.0, 1.0]]


def test_history_of_a_name(client):
    scored_market()
    best, other = page(client, f"{ROE}history/", region="KR"), page(client, f"{ROE}history/", region="KR", ticker="T04")
    assert "T11" in best
    assert figures(best)[0]["data"][0]["y"] == [11.0, 11.0]
    assert figures(other)[1]["data"][0]["y"] == [2.0, 2.0]
    assert "KR has no instrument XX." in page(client, f"{ROE}history/", region="KR", ticker="XX")


def test_an_analysis_is_queued_by_those_who_may(client):
    learning_market(count=12, length=40)
    address = reverse("factors:factor-analyse", args=["roe"])
    assert client.post(address, {"region": "KR"}).url.startswith(reverse("accounts:login"))
    ann = analyst()[1]
    assert ann.get(address).status_code == 405
    there = ann.post(address, {"region": "KR"}).url
    job = FactorAnalysis.objects.get()
    assert (job.factor_names, job.state, there) == (["roe"], "QUEUED", f"{ROE}?region=KR#analysis")
    box = reverse("factors:job", args=["factor_analysis", job.pk])
    assert "Waiting for a worker" in page(ann, box)
    assert box in page(ann, f"{ROE}analysis/", region="KR")
    for kind in ("nothing", "combine_run", "factor_run"):
        assert ann.get(reverse("factors:job", args=[kind, job.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_finished_analysis_is_drawn(client):
    learning_market(count=12, length=40)
    job = analysis_create(region="KR", factor_names=["roe", "beta"])
    analysis_execute(analysis_id=job.pk)
    html = page(client, f"{ROE}analysis/", region="KR")
    titles = re.findall(r"<h3>(.*?)</h3>", html)
    wanted = (
        "Information coefficient over time", "Information coefficient, added up", "Return by quantile", "Turnover",
        "Decay of the information coefficient",
    )  # fmt: skip
    assert set(wanted) <= set(titles)
    job.refresh_from_db()
    assert f"{job.result['factors']['roe']['information'][0]['rank_ic']['mean']:+.3f}".replace("-", "−") in html
    done = client.get(reverse("factors:job", args=["factor_analysis", job.pk]), headers=htmx())
    assert done.headers["HX-Refresh"] == "true"


def test_questions_do_not_grow_with_the_names(client, django_assert_max_num_queries):
    scored_market(24)
    with django_assert_max_num_queries(12):
        page(client, ROE, region="KR")
    with django_assert_max_num_queries(10):
        page(client, "/factors/")
