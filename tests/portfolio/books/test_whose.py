"""Everything below a portfolio is there for those who may see it, and for nobody else."""

import re

import pytest
from django.test import Client

from portfolio.api.urls import OF_ONE, urlpatterns
from portfolio.services.transactions import transaction_add

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")
ROUTES = [one for one in urlpatterns if str(one.pattern).startswith(OF_ONE)]
ASKED = [
    pytest.param(str(one.pattern), method, id=f"{method} {str(one.pattern).removeprefix(OF_ONE)}")
    for one in ROUTES for method in METHODS if hasattr(one.callback.view_class, method)
]  # fmt: skip


def address(route: str, pk: int, entry: int) -> str:
    """Numbers where the route has them; of a transaction one that is there."""
    route = route.replace("<int:pk>", str(pk)).replace("<int:number>", str(entry))
    return f"/api/{re.sub(r'<int:[^>]*>', '1', re.sub(r'<(str|slug):[^>]*>', 'x', route))}"


def test_all_addresses_are_asked():
    assert len(ROUTES) > 5
    assert {"get", "post", "patch", "delete"} <= {one.values[1] for one in ASKED}


@pytest.fixture
def entry(book) -> int:
    return transaction_add(portfolio=book, date="2024-03-04", kind="DEPOSIT", amount=1).pk


@pytest.mark.parametrize(("route", "method"), ASKED)
def test_somebody_elses_is_not_there(stranger, book, entry, route, method):
    """Whatever is sent along: whose it is comes first. And as if it were not there at all."""
    bodies = (None,) if method == "get" else (None, {"name": "x", "ids": [1], "text": "x"}, [])
    for body in bodies:
        answers = [
            getattr(stranger, method)(address(route, pk, entry), body, format="json") for pk in (book.pk, 999_999)
        ]
        assert [one.status_code for one in answers] == [404, 404], answers[0].content
    book.refresh_from_db()
    assert (book.name, book.transactions.count()) == ("core", 1)


@pytest.mark.parametrize(("route", "method"), ASKED)
def test_nobody_in_particular_is_asked_to_log_in(client: Client, book, entry, route, method):
    """Also where ``PUBLIC_READ`` opens reference data, as it does here."""
    assert getattr(client, method)(address(route, book.pk, entry)).status_code == 401


def test_the_list_needs_a_login(client):
    assert client.get("/api/portfolios/").status_code == 401
    assert client.post("/api/portfolios/").status_code == 401
