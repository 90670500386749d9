"""The pages of accounts: in, out, signing up, the password, the account."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client, RequestFactory
from django_q.models import OrmQ

from quantsite.accounts.models import Profile
from quantsite.accounts.roles import ANALYST, role_of
from quantsite.accounts.tasks import send_password_reset
from quantsite.security import client_address

pytestmark = pytest.mark.django_db
PASSWORD = "a-good-password-7"
LOGIN = "/accounts/login/"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", "ann@example.org", PASSWORD)


@pytest.fixture
def browser(ann) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def try_login(client: Client, password: str, name: str = "ann", **more):
    return client.post(LOGIN, {"username": name, "password": password, **more})


def test_in_and_out(client, ann):
    answer = try_login(client, PASSWORD, next="/accounts/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/")
    assert client.get("/accounts/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 405  # a link somewhere logs nobody out
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/accounts/")["Location"] == "/accounts/login/?next=/accounts/"


def test_another_sites_address_is_no_next(client, ann):
    assert try_login(client, PASSWORD, next="https://evil.example/")["Location"] == "/"


def test_five_wrong_passwords_lock_the_name_at_that_address_only(client, ann):
    assert [try_login(client, "wrong").status_code for _ in range(5)] == [200] * 4 + [429]
    locked = try_login(client, PASSWORD)
    assert locked.status_code == 429
    assert "Too many wrong passwords" in locked.content.decode()
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert try_login(elsewhere, PASSWORD).status_code == 302


def test_a_made_up_forwarding_header_does_not_help(client, ann):
    for number in range(5):
        try_login(Client(headers={"X-Forwarded-For": f"10.0.0.{number}"}), "wrong")
    assert try_login(Client(headers={"X-Forwarded-For": "10.0.0.9"}), PASSWORD).status_code == 429
    assert client_address(RequestFactory().get("/", headers={"X-Forwarded-For": "no address"})) == "127.0.0.1"


def test_an_address_that_tries_many_names_is_limited_too(client, ann, settings):
    assert settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["login"] == "20/min"
    codes = [try_login(client, "wrong", name=f"name{number}").status_code for number in range(21)]
    assert codes == [200] * 20 + [429]
    answer = try_login(client, PASSWORD)
    assert (answer.status_code, "Come again" in answer.content.decode()) == (429, True)
    assert 0 < int(answer["Retry-After"]) <= 60


def test_the_admin_has_no_login_of_its_own(client, ann):
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=/admin/"
    client.force_login(ann)
    page = client.get("/accounts/login/?next=/admin/").content.decode()
    assert "You are logged in as ann, who may not open that page." in page


SIGN_UP = {"username": "new", "email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}


def test_nobody_signs_up_unless_the_switch_is_on(client):
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", SIGN_UP).status_code == 404
    assert "signup" not in client.get(LOGIN).content.decode()
    assert not User.objects.exists()


def test_who_signs_up_is_an_analyst(client, settings):
    settings.SIGNUP = True
    assert "/accounts/signup/" in client.get(LOGIN).content.decode()
    assert client.post("/accounts/signup/", SIGN_UP).status_code == 302
    made = User.objects.get()
    assert (made.username, role_of(made), made.is_staff, made.is_superuser) == ("new", ANALYST, False, False)
    assert client.session["_auth_user_id"] == str(made.pk)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": ""}, "This field is required"),
        ({"password1": "12345", "password2": "12345"}, "too short"),
        ({"password2": "another-one-1"}, "didn’t match"),
        ({"username": "ANN"}, "already exists"),
    ],
)
def test_sign_ups_that_are_refused(client, ann, settings, changes, told):
    settings.SIGNUP = True
    answer = client.post("/accounts/signup/", SIGN_UP | changes)
    assert (answer.status_code, told in answer.content.decode()) == (200, True)
    assert User.objects.count() == 1


def test_five_sign_ups_of_an_address_in_an_hour(client, settings):
    settings.SIGNUP = True
    codes = [client.post("/accounts/signup/", SIGN_UP | {"email": ""}).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]


def queued() -> list[tuple]:
    return [row.task["args"] for row in OrmQ.objects.all()]


def test_a_known_and_an_unknown_address_get_the_same_answer_and_the_same_work(client, ann):
    answers = [client.post("/accounts/reset/", {"email": address}) for address in (ann.email, "nobody@example.org")]
    assert [(answer.status_code, answer["Location"], answer.content) for answer in answers] == [
        (302, "/accounts/reset/sent/", b"")
    ] * 2
    assert queued() == [(address, "testserver", False, "en") for address in ("ann@example.org", "nobody@example.org")]
    assert mail.outbox == []


def test_the_link_of_the_mail_sets_a_password_once(client, ann):
    send_password_reset("nobody@example.org", "testserver", False)
    assert mail.outbox == []
    send_password_reset("ann@example.org", "quant.example.org", True)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ann@example.org"], "A new password for quant.example.org")
    link = re.search(r"https://quant\.example\.org(/accounts/reset/\S+)", sent.body)[1]
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    chosen = {"new_password1": "another-good-one-8", "new_password2": "another-good-one-8"}
    assert client.post(address, chosen)["Location"] == LOGIN
    assert try_login(Client(), PASSWORD).status_code == 200
    assert try_login(Client(), "another-good-one-8").status_code == 302
    assert "used already" in Client().get(link, follow=True).content.decode()


def test_the_mail_is_in_the_language_of_who_asked(client, ann):
    client.post("/accounts/reset/", {"email": ann.email}, headers={"accept-language": "ko"})
    (asked,) = queued()
    send_password_reset(*asked)
    assert mail.outbox[0].subject == "testserver 비밀번호 재설정"
    assert "/accounts/reset/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("backend", "told"),
    [("django.core.mail.backends.console.EmailBackend", True), ("django.core.mail.backends.smtp.EmailBackend", False)],
)
def test_the_page_says_whether_mail_is_sent(client, settings, backend, told):
    settings.EMAIL_BACKEND = backend
    for address in ("/accounts/reset/", "/accounts/reset/sent/"):
        assert ("This site sends no mail" in client.get(address).content.decode()) == told


def test_the_password_is_changed_by_who_knows_it(browser, ann):
    new = {"new_password1": "another-good-one-8", "new_password2": "another-good-one-8"}
    wrong = browser.post("/accounts/password/", {"old_password": "guess", **new})
    assert "incorrectly" in wrong.content.decode()
    other = Client()
    other.force_login(ann)
    assert browser.post("/accounts/password/", {"old_password": PASSWORD, **new}).status_code == 302
    assert browser.get("/accounts/").status_code == 200
    assert other.get("/accounts/").status_code == 302  # other sessions end


def test_name_address_and_language(browser, ann):
    asked = {"first_name": "Ann", "last_name": "Lee", "email": "lee@example.org", "language": "ko"}
    answer = browser.post("/accounts/", asked)
    assert (answer.status_code, answer.cookies["django_language"].value) == (302, "ko")
    ann.refresh_from_db()
    assert (ann.first_name, ann.email, Profile.objects.get(user=ann).language) == ("Ann", "lee@example.org", "ko")
    again = try_login(Client(), PASSWORD)
    assert again.cookies["django_language"].value == "ko"


@pytest.mark.parametrize("changes", [{"email": "no address"}, {"email": ""}, {"language": "tlh"}])
def test_what_an_account_cannot_be(browser, ann, changes):
    asked = {"first_name": "Ann", "last_name": "", "email": "lee@example.org", "language": ""} | changes
    assert browser.post("/accounts/", asked).status_code == 200
    ann.refresh_from_db()
    assert (ann.first_name, ann.email) == ("", "ann@example.org")


def test_nobody_makes_themselves_staff_on_the_page_of_the_account(browser, ann):
    asked = {"email": "ann@example.org", "is_staff": "on", "is_superuser": "on", "groups": "3", "username": "boss"}
    assert browser.post("/accounts/", asked).status_code == 302
    ann.refresh_from_db()
    assert (ann.username, ann.is_staff, ann.is_superuser, ann.groups.count()) == ("ann", False, False, 0)
