"""A formula is tried while it is written, and saved by those who may."""

import pytest
from django.contrib.auth.models import User

from factors.models import FactorFormula
from factors.services.formulas import formula_try
from tests.factors.market_tables import random_market
from tests.factors.views.test_factor_pages import cells
from tests.factors.views.world import analyst, htmx

ADDRESS, FORMULA = "/formulas/new/", "close / mean(close, 5) - 1"


@pytest.mark.django_db(transaction=True)  # bulk reads see what is committed
def test_the_highest_values_are_those_of_the_service():
    random_market(11, 12)
    client = analyst()[1]
    html = client.get(ADDRESS, {"formula": FORMULA, "region": "KR"}, headers=htmx("tried")).content.decode()
    top = formula_try(formula=FORMULA, region="KR", count=10)["top"]
    assert [row[0] for row in cells(html)] == [row["ticker"] for row in top]
    assert cells(html)[0][2].replace("−", "-") == f"{top[0]['value']:.5f}"  # three digits that count
    assert "11 of 11 instruments have a value" in html


@pytest.mark.django_db
def test_a_mistake_is_told_with_its_place():
    html = analyst()[1].get(ADDRESS, {"formula": "close / meen(close, 5)", "region": "KR"}).content.decode()
    assert "close / <mark>meen(close, 5)</mark>" in html


@pytest.mark.django_db
def test_saved_by_those_who_may(client):
    filled = {"formula": FORMULA, "region": "KR", "name": "over_mean", "direction": "-1"}
    assert client.post(ADDRESS, filled).status_code == 302  # to the login
    client.force_login(User.objects.create_user("reader"))
    assert client.post(ADDRESS, filled).status_code == 403
    user, ann = analyst()
    assert "is no name" in ann.post(ADDRESS, filled | {"name": "Over mean"}).content.decode()
    assert not FactorFormula.objects.exists()
    assert ann.post(ADDRESS, filled).url == "/factors/over_mean/"
    saved = FactorFormula.objects.get()
    assert (saved.formula, saved.direction, saved.owner) == (FORMULA, -1, user)
    assert FORMULA in ann.get("/factors/over_mean/").content.decode()
