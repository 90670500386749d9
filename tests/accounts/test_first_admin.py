"""The first administrator: no default password, an address that works once."""

import datetime as dt
import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from quantsite.accounts.models import SetupSecret
from quantsite.accounts.setup import setup_path

pytestmark = pytest.mark.django_db
PASSWORD = "a-good-password-7"
FORM = {"username": "boss", "email": "boss@example.org", "password1": PASSWORD, "password2": PASSWORD}


def said(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_the_address_of_the_terminal_makes_one_administrator(client):
    address = said("setup_link", "--site", "http://here:8000/").split()[-1].removeprefix("http://here:8000")
    assert address.startswith("/setup/")
    secret = address.split("/")[2]
    assert len(secret) >= 43
    assert secret not in SetupSecret.objects.get().digest
    page = client.get(address)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"  # the address goes to nobody else
    assert client.post(address, FORM).status_code == 302
    boss = User.objects.get()
    assert (boss.username, boss.is_superuser, boss.is_staff, boss.check_password(PASSWORD)) == (
        "boss",
        True,
        True,
        True,
    )
    assert client.get("/admin/").status_code == 200
    assert client.get(address).status_code == 404
    assert client.post(address, FORM | {"username": "second"}).status_code == 404
    User.objects.all().delete()
    assert client.get(address).status_code == 404  # once is once
    assert said("setup_link", "--quiet") != ""


def test_nothing_is_said_where_there_is_an_administrator():
    User.objects.create_superuser("boss")
    assert said("setup_link", "--quiet") == ""
    assert "There is an administrator" in said("setup_link")
    assert setup_path() is None


def test_the_address_ends_with_a_newer_one_after_a_day_and_with_an_administrator(client):
    old, new = setup_path(), setup_path()
    assert [client.get(address).status_code for address in (old, new, "/setup/guess/")] == [404, 200, 404]
    SetupSecret.objects.update(created_at=timezone.now() - dt.timedelta(days=1, seconds=1))
    assert client.get(new).status_code == 404
    newest = setup_path()
    User.objects.create_superuser("boss")
    assert client.get(newest).status_code == 404
    assert client.post(newest, FORM).status_code == 404


@pytest.mark.parametrize("changes", [{"password1": "12345", "password2": "12345"}, {"email": ""}, {"username": "a b"}])
def test_what_is_refused_leaves_the_address_open(client, changes):
    address = setup_path()
    assert client.post(address, FORM | changes).status_code == 200
    assert not User.objects.exists()
    assert client.get(address).status_code == 200


def test_the_command_prints_a_link_that_works_once(client):
    told = said(
        "create_admin", "--username", "boss", "--email", "boss@example.org", "--site", "https://quant.example.org"
    )
    assert "Made the administrator boss" in told
    boss = User.objects.get()
    assert (boss.is_superuser, boss.has_usable_password()) == (True, False)
    link = told.split()[-1].removeprefix("https://quant.example.org")
    form = client.get(link, follow=True).redirect_chain[-1][0]
    assert client.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 302
    boss.refresh_from_db()
    assert boss.check_password(PASSWORD)
    assert "used already" in Client().get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    ("username", "email", "told"),
    [
        ("boss", "boss@example.org", "already exists"),
        ("a b", "x@example.org", "username"),
        ("new", "nonsense", "email"),
    ],
)
def test_the_command_refuses(username, email, told):
    User.objects.create_user("boss")
    with pytest.raises(CommandError, match=told):
        said("create_admin", "--username", username, "--email", email)
    assert User.objects.count() == 1


def test_the_command_asks(monkeypatch):
    words, secrets = iter(["boss", "boss@example.org"]), iter([PASSWORD, PASSWORD])
    monkeypatch.setattr("builtins.input", lambda question: next(words))
    monkeypatch.setattr("quantsite.accounts.management.commands.create_admin.getpass", lambda question: next(secrets))
    assert said("create_admin") == "Made the administrator boss.\n"
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(("typed", "told"), [(["12345"], "too short"), ([PASSWORD, "other"], "the two differ")])
def test_the_command_refuses_passwords(monkeypatch, typed, told):
    words, secrets = iter(["boss", "boss@example.org"]), iter(typed)
    monkeypatch.setattr("builtins.input", lambda question: next(words))
    monkeypatch.setattr("quantsite.accounts.management.commands.create_admin.getpass", lambda question: next(secrets))
    with pytest.raises(CommandError, match=told):
        said("create_admin")
    assert not User.objects.exists()
