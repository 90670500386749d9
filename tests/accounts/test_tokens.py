"""API tokens: made, shown once, kept as hashes, revoked; wrong ones are soon refused unread."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from quantsite.accounts.models import ApiToken
from quantsite.accounts.tokens import TokenRefused, token_create
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ADDRESS = "/api/portfolios/"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", "ann@example.org")


@pytest.fixture
def browser(ann) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def status(text: str, **more) -> int:
    return Client(headers={"Authorization": f"Token {text}"}, **more).get(ADDRESS).status_code


def test_a_token_acts_as_its_user_and_is_kept_as_a_hash(ann):
    row, text = token_create(user=ann, name="notebook")
    assert text.startswith("qs_")
    assert status(text) == 200
    assert status(text[:-1] + ("0" if text[-1] != "0" else "1")) == 401
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_apitoken AS t")
        (stored,) = cursor.fetchone()
    assert text not in stored
    assert text[15:] not in stored
    assert str(row) == f"notebook ({text[:15]}...)"


def test_an_expired_token_and_one_of_somebody_who_left_do_not_work(ann):
    row, text = token_create(user=ann, name="notebook", days=1)
    assert status(text) == 200
    ApiToken.objects.filter(pk=row.pk).update(expiry=timezone.now() - dt.timedelta(seconds=1))
    assert status(text) == 401
    _row, text = token_create(user=ann, name="other")
    User.objects.update(is_active=False)
    assert status(text) == 401


def test_made_shown_once_and_revoked_on_the_page(browser, ann):
    answer = browser.post("/accounts/tokens/", {"name": "notebook", "days": "30"})
    text = re.search(r'id="made-token">(\w+)<', answer.content.decode())[1]
    assert (answer.status_code, status(text)) == (200, 200)
    assert "no-store" in answer["Cache-Control"]
    page = browser.get("/accounts/").content.decode()
    assert "notebook" in page
    assert text not in page
    row = ApiToken.objects.get()
    assert dt.timedelta(days=29) < row.expiry - timezone.now() <= dt.timedelta(days=30)
    other = Client()
    other.force_login(User.objects.create_user("bob"))
    assert other.post(f"/accounts/tokens/{row.token_key}/revoke/").status_code == 404
    assert browser.post(f"/accounts/tokens/{row.token_key}/revoke/").status_code == 302
    assert status(text) == 401


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x", "days": "0"}, "greater than or equal to 1"),
        ({"name": "x", "days": "3651"}, "less than or equal to 3650"),
        ({"name": "there"}, "you have a token &#x27;there&#x27; already"),
    ],
)
def test_tokens_that_are_refused(browser, ann, asked, told):
    token_create(user=ann, name="there")
    answer = browser.post("/accounts/tokens/", asked)
    assert (answer.status_code, told in answer.content.decode()) == (400, True)
    assert ApiToken.objects.count() == 1


def test_the_command(ann, capsys):
    call_command("create_token", "ann", "--name", "cron", "--days", "7")
    assert status(capsys.readouterr().out.strip()) == 200
    with pytest.raises(CommandError, match="USER: there is no user 'nobody'"):
        call_command("create_token", "nobody")
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="user: ann is not active"):
        call_command("create_token", "ann")


def test_fifty_tokens_are_enough(ann):
    for number in range(50):
        token_create(user=ann, name=str(number))
    with pytest.raises(TokenRefused, match="revoke one first"):
        token_create(user=ann, name="more")


@pytest.mark.parametrize("text", ["", "a b", "ü", "\x01", "x" * 5000, "qs_", "'; DROP TABLE auth_user --"])
def test_what_is_no_token(ann, text):
    assert status(text) == 401


def test_who_guesses_is_refused_even_with_a_right_one_until_later(ann):
    _row, text = token_create(user=ann, name="notebook")
    assert [status(f"qs_{number}") for number in range(31)] == [401] * 30 + [429]
    assert status(text) == 429
    assert status(text, REMOTE_ADDR="10.0.0.9") == 200


@pytest.mark.django_db(transaction=True)
def test_one_name_is_one_token_however_often_it_is_asked_for(ann):
    made = at_once(*[lambda: bool(token_create(user=ann, name="notebook"))] * 4, refusals=(TokenRefused,))
    assert sorted(map(str, made)) == ["True", *["name: you have a token 'notebook' already"] * 3]
    assert ApiToken.objects.count() == 1
