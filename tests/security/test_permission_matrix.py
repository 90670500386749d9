"""Who gets what from every address: asked as each role, and held against ``permissions.csv``.

An address that is not in the file fails here. When it is meant, write the file anew and read the difference:

    REWRITE_PERMISSIONS=1 python -m pytest tests/security/test_permission_matrix.py && git diff tests/security

In the file: 302 of a page is the way to the login; 400 and 409 are what somebody gets who may ask, and asked for
nothing; 404 is what is not theirs (or, where the owner gets it too, not there).
"""

import csv
import logging
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from pytest_django import DjangoDbBlocker

from backtests import services
from tests.security.routes import routes
from tests.security.world import ROLES, address_of, people, things

pytestmark = pytest.mark.django_db  # a database is made for a run only where a test says that it needs one
FILE = Path(__file__).with_name("permissions.csv")
REWRITE = bool(os.environ.get("REWRITE_PERMISSIONS"))
HOW = "write tests/security/permissions.csv anew and read the difference: see test_permission_matrix.py"
Key = tuple[str, str]


def written() -> dict[Key, tuple[str, ...]]:
    if not FILE.exists():
        return {}
    with FILE.open(newline="") as file:
        return {(row["route"], row["method"]): tuple(row[role] for role in ROLES) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[Key, tuple[str, ...]]]:
    """The status of every address for every role. One transaction, taken back; each question, too."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        for scope in rates:
            patch.setitem(rates, scope, None)
        patch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
        patch.setattr(settings, "SESSION_ENGINE", "django.contrib.sessions.backends.signed_cookies")  # one query less
        patch.setattr(services, "backtest_report", lambda **asked: "")  # what it says is the matter of its own tests,
        patch.setattr(SimpleTemplateResponse, "rendered_content", "")  # as what is drawn on pages: half of the time
        logging.disable()  # of thousands of refusals
        clients = people()
        known = things()
        cache.clear()
        yield {key: tuple(_status(clients[role], *key, known) for role in ROLES) for key in routes()}
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def _status(client: Client, route: str, method: str, known: dict) -> str:
    cookies = client.cookies.copy()
    with transaction.atomic() if method != "GET" else nullcontext():  # who reads changes nothing that others see
        asked = {"content_type": "application/json"} if route.startswith("api/") and method != "GET" else {}
        answer = getattr(client, method.lower())(address_of(route, known), **asked)
        if method != "GET":
            transaction.set_rollback(True)
    client.cookies = cookies
    return str(answer.status_code)


def test_every_address_is_in_the_file_and_answers_as_it_says(answers):
    if REWRITE:
        with FILE.open("w", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["route", "method", *ROLES])
            rows.writerows([*key, *statuses] for key, statuses in sorted(answers.items()))
    expected = written()
    assert not set(answers) - set(expected), HOW
    assert not set(expected) - set(answers), f"addresses that are gone: {HOW}"
    wrong = {key: f"{expected[key]} expected, is {found}" for key, found in answers.items() if found != expected[key]}
    assert wrong == {}, HOW


def test_nothing_fails(answers):
    failed = {key for key, found in answers.items() if any(status.startswith("5") for status in found)}
    assert failed <= {("api/ready", "GET"), ("api/ready/", "GET")}  # 503: no worker runs here


def of_role(answers: dict[Key, tuple[str, ...]], role: str) -> dict[Key, str]:
    return {key: found[ROLES.index(role)] for key, found in answers.items()}


def test_what_is_anns_is_not_there_for_others(answers):
    """Every address of a portfolio, strategy, backtest or sweep of hers: nobody else gets it (staff may)."""
    own = ("api/portfolios/<int:pk>/", "api/backtests/<int:pk>/", "api/backtest-sweeps/<int:pk>/",
           "api/strategies/<str:name>/", "api/combine-runs/<int:pk>/")  # fmt: skip
    hers, found = of_role(answers, "owner"), [key for key in answers if key[0].startswith(own)]
    assert len(found) > 70
    for role in ("user", "other"):
        theirs = {key: of_role(answers, role)[key] for key in found}
        assert {key: status for key, status in theirs.items() if status not in ("403", "404")} == {}
        reading = {key for key in found if key[1] == "GET" and theirs[key] != "404"}
        assert reading <= {
            ("api/backtests/<int:pk>/weights.csv", "GET")
        }  # it simulates: refused before it is looked up
    assert [key for key in found if hers[key] in ("403", "404")] == []


def test_operators_do_not_see_portfolios(answers):
    seen = {key: status for key, status in of_role(answers, "operator").items()
            if key[0].startswith("api/portfolios/<int:pk>/")}  # fmt: skip
    assert set(seen.values()) == {"404"}


def test_nobody_without_a_login_changes_anything(answers):
    open_to_all = {
        ("accounts/login/", "POST"), ("accounts/signup/", "POST"), ("accounts/reset/", "POST"),
        ("accounts/reset/<uidb64>/<token>/", "POST"), ("accounts/logout/", "POST"), ("setup/<str:secret>/", "POST"),
        ("api/etf-look-through/", "POST"),
    }  # fmt: skip
    changed = {key for key, status in of_role(answers, "anonymous").items()
               if key[1] != "GET" and status not in ("302", "401", "403")}  # fmt: skip
    assert changed <= open_to_all


def test_only_staff_enters_the_admin(answers):
    for role in ("anonymous", "user", "other", "owner"):
        found = of_role(answers, role).items()
        entered = {key for key, status in found if key[0].startswith("admin/") and status != "302"}
        assert entered <= {("admin/logout/", "GET"), ("admin/jsi18n/", "GET")}, role
