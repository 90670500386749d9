"""Strategies on pages: whose they are, ranking, forms, buttons."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from factors.models import CombineRun, CompositeScore, Strategy
from factors.services import combine_run_create, combine_run_execute
from factors.services.rankings import weights_newest
from tests.factors.views.test_factor_pages import cells
from tests.factors.views.world import BEFORE, DAY, analyst, htmx, scored_market, strategy_of

pytestmark = pytest.mark.django_db
FILLED = {
    "region": "KR",
    "combiner": "equal_weight",
    "member": ["roe", "beta"],
    "weight": ["1", "1"],
    "is_active": "on",
}


@pytest.fixture
def ann():
    return analyst()


def page(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_what_one_may_see_is_listed(client, ann):
    user, hers = ann
    mine, nobodys = strategy_of(user), strategy_of(None, "house")
    bob = analyst("bob")[1]
    assert [row[0] for row in cells(page(hers, "/strategies/"))] == ["house", "mine"]
    for others in (client, bob):
        assert [row[0] for row in cells(page(others, "/strategies/"))] == ["house"]
        assert others.get(f"/strategies/{mine.pk}/").status_code == 404
        assert others.get(f"/strategies/{nobodys.pk}/").status_code == 200


def test_buttons_of_others_strategies_are_refused(client, ann):
    mine, house = strategy_of(ann[0]), strategy_of(None, "house")
    bob = analyst("bob")[1]
    for action in ("combine", "copy", "delete", "edit"):
        assert bob.post(f"/strategies/{mine.pk}/{action}/").status_code == 404
        assert client.post(f"/strategies/{mine.pk}/{action}/").status_code == 302  # to the login
    for action in ("delete", "edit"):
        assert bob.post(f"/strategies/{house.pk}/{action}/").status_code == 403
    assert Strategy.objects.count() == 2
    html = page(client, f"/strategies/{house.pk}/")
    assert "Combine now" not in html
    assert "Delete" not in html


def test_ranking_with_places_won_and_scores(ann):
    stocks = scored_market()
    strategy = strategy_of(ann[0])
    for day, order in ((BEFORE, (0, 1, 2)), (DAY, (2, 0, 5))):
        CompositeScore.objects.bulk_create(
            CompositeScore(strategy=strategy, date=day, instrument=stocks[at], score=100 - 10 * place, rank=place + 1)
            for place, at in enumerate(order)
        )
    rows = cells(ann[1].get(f"/strategies/{strategy.pk}/", headers=htmx("table-ranking")).content.decode())
    shown = [[row[0], row[1], row[4], row[5], *row[6:]] for row in rows]
    assert shown == [
        ["1", "T02", "100.0", "+2", "−2.00", "+1.00"],
        ["2", "T00", "90.0", "−1", "0.00", "0.00"],
        ["3", "T05", "80.0", "–", "−5.00", "+2.50"],
    ]
    first = page(ann[1], f"/strategies/{strategy.pk}/", session=str(BEFORE))
    assert [(row[0], row[5]) for row in cells(first.split("Ranking", 1)[1])] == [("1", "–"), ("2", "–"), ("3", "–")]
    sorted_by = {"session": str(BEFORE), "ranking-sort": "climbed"}
    assert len(cells(page(ann[1], f"/strategies/{strategy.pk}/", **sorted_by).split("Ranking", 1)[1])) == 3
    assert "the first one" in first
    coverage = page(ann[1], f"/strategies/{strategy.pk}/coverage/")
    assert f'"x": ["{BEFORE}", "{DAY}"], "y": [3, 3]' in coverage


def test_a_strategy_is_made_and_changed(ann):
    scored_market()
    user, client = ann
    made = client.post("/strategies/new/", FILLED | {"name": "value", "save": "1", "neutralise": ["sector"]})
    strategy = Strategy.objects.get()
    assert made.url == f"/strategies/{strategy.pk}/"
    assert strategy.owner == user
    assert strategy.neutralise == ["sector"]
    form = page(client, f"/strategies/{strategy.pk}/edit/")
    assert 'value="value"' in form
    assert form.count("<option selected>") == 2
    changed = FILLED | {
        "name": "value", "save": "1", "combiner": "fixed_weight", "weight": ["3", "1"], "region": "US",
        "exclude_sectors": ["bank"], "tickers": "T01, T02",
    }  # fmt: skip
    assert client.post(f"/strategies/{strategy.pk}/edit/", changed).status_code == 302
    strategy.refresh_from_db()
    assert (strategy.region, strategy.combiner) == ("KR", "fixed_weight")
    assert strategy.universe == {"exclude_sectors": ["bank"], "tickers": ["T01", "T02"]}
    assert dict(strategy.members.values_list("factor__name", "weight")) == {"roe": 3.0, "beta": 1.0}


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({"name": "x!"}, "1 to 64 letters"),
        ({"name": ""}, "A strategy needs a name."),
        ({"member": ["", ""]}, "a strategy needs at least one"),
        ({"member": ["roe", "roe"]}, "roe is there twice"),
        ({"member": ["roee", "beta"]}, "did you mean roe"),
        ({"weight": ["x", "1"]}, "x is not a number."),
        ({"weight": ["-1", "1"]}, "weight"),
        ({"combiner": "optimized", "option-window": "7"}, "window must be a whole number from 20 to 2520"),
        ({"combiner": "none"}, "Select a valid choice"),
        ({"tickers": "T99"}, "no stock of KR has the ticker"),
        ({"sectors": ["gold"]}, "Select a valid choice"),
        ({"factor": "roe", "field": "value", "operator": ">=", "value": "x", "upto": ""}, "x is not a number."),
    ],
)
def test_mistakes_stand_beside_their_fields(ann, filled, told):
    scored_market()
    answer = ann[1].post("/strategies/new/", FILLED | {"name": "n", "save": "1"} | filled)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not Strategy.objects.exists()


def test_a_form_is_checked_while_it_is_filled_in(ann):
    scored_market()
    client = ann[1]
    quiet = client.post("/strategies/new/", FILLED, headers=htmx()).content.decode()
    assert 'class="error" role="alert">' not in quiet.replace('role="alert"></p>', "")
    assert '<p class="error">' not in quiet
    unknown = client.post("/strategies/new/", FILLED | {"combiner": "none"}, headers=htmx()).content.decode()
    assert re.search(r'<div id="id_combiner_error"[^>]*><p class="error">Select a valid choice', unknown)
    (swapped,) = re.findall(r'hx-select-oob="([^"]*)"', unknown)
    assert "#id_combiner_error," in swapped
    assert all(f'id="{one.removeprefix("#")}"' in unknown for one in swapped.split(","))
    options = client.post("/strategies/new/", FILLED | {"combiner": "optimized"}, headers=htmx()).content.decode()
    assert 'name="option-window"' in options
    wrong = client.post("/strategies/new/", FILLED | {"member": ["roe", "roe"]}, headers=htmx()).content.decode()
    assert "roe is there twice" in wrong
    more = client.post(
        "/strategies/new/", FILLED | {"add_member": "1", "add_condition": "1"}, headers=htmx()
    ).content.decode()
    assert more.count('name="member"') == 3
    assert more.count('name="operator"') == 1
    less = client.post("/strategies/new/", FILLED | {"drop_member": "0"}, headers=htmx()).content.decode()
    assert less.count('name="member"') == 1
    assert "<option selected>beta</option>" in less
    assert not Strategy.objects.exists()


def test_a_name_that_is_taken_is_told(ann):
    strategy_of(None, "house")
    answer = ann[1].post("/strategies/new/", FILLED | {"name": "house", "save": "1"})
    assert "there is a strategy &#x27;house&#x27; already" in answer.content.decode()


def test_combined_watched_and_cancelled(ann):
    scored_market()
    user, client = ann
    strategy = strategy_of(user)
    assert client.post(f"/strategies/{strategy.pk}/combine/").url == f"/strategies/{strategy.pk}/"
    run = CombineRun.objects.get()
    box = reverse("factors:job", args=["combine_run", run.pk])
    assert box in page(client, f"/strategies/{strategy.pk}/")
    assert "Cancel" in page(client, box)
    assert analyst("bob")[1].get(box).status_code == 404
    client.post(reverse("factors:combine-cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == "CANCELLED"
    assert client.get(box, headers=htmx()).headers["HX-Refresh"] == "true"


@pytest.mark.django_db(transaction=True)
def test_the_ranking_is_that_of_the_run(ann):
    scored_market()
    strategy = strategy_of(ann[0], factors=["roe"])
    combine_run_execute(run_id=combine_run_create(strategy="mine").pk)
    rows = cells(ann[1].get(f"/strategies/{strategy.pk}/", headers=htmx("table-ranking")).content.decode())
    assert [(row[1], row[4]) for row in (rows[0], rows[-1])] == [("T11", "100.0"), ("T00", "0.0")]
    html = page(ann[1], f"/strategies/{strategy.pk}/")
    assert "100.0%" in html  # its weight


def test_weights_are_those_stored_last(ann):
    strategy = strategy_of(ann[0])
    assert weights_newest(strategy=strategy) == {}
    old, new = [{"weights": {"roe": 1.0}}], [{"weights": {"beta": 1.0}}, {"weights": {"roe": 0.75, "beta": 0.25}}]
    for day, weights in ((BEFORE, old), (DAY, new), (None, old)):
        stored = day and dt.datetime.combine(day, dt.time(), dt.UTC)
        CombineRun.objects.create(strategy=strategy, start=DAY, end=DAY, weights=weights, stored_at=stored)
    assert weights_newest(strategy=strategy) == {"roe": 0.75, "beta": 0.25}
    html = page(ann[1], f"/strategies/{strategy.pk}/")
    assert [row[2] for row in cells(html)] == ["25.0%", "75.0%"]


def test_combining_without_scores_says_what_to_do(ann):
    strategy = strategy_of(ann[0])
    answer = ann[1].post(f"/strategies/{strategy.pk}/combine/", follow=True)
    assert "has no" in answer.content.decode()
    assert not CombineRun.objects.exists()


def test_copied_and_deleted(ann):
    user, client = ann
    strategy = strategy_of(None, "house")
    copied = client.post(f"/strategies/{strategy.pk}/copy/")
    own = Strategy.objects.get(owner=user)
    assert (own.name, copied.url) == ("house copy", f"/strategies/{own.pk}/edit/")
    address = f"/strategies/{own.pk}/delete/"
    assert "Delete house copy?" in page(client, address)
    assert Strategy.objects.count() == 2
    assert client.post(address).url == "/strategies/"
    assert list(Strategy.objects.values_list("name", flat=True)) == ["house"]


def test_questions_do_not_grow_with_the_rows(ann, django_assert_max_num_queries):
    stocks = scored_market(24)
    strategy = strategy_of(ann[0])
    for number in range(6):
        strategy_of(ann[0], f"s{number}")
    CompositeScore.objects.bulk_create(
        CompositeScore(strategy=strategy, date=DAY, instrument=one, score=1, rank=at + 1)
        for at, one in enumerate(stocks)
    )
    with django_assert_max_num_queries(9):
        page(ann[1], "/strategies/")
    with django_assert_max_num_queries(20):
        page(ann[1], f"/strategies/{strategy.pk}/")
