"""How many queries each page and endpoint asks, held against ``query_counts.csv``.

An address that asks more than the file says fails: a loop that asks for each row begins with one query more. When it is
meant, or fewer are asked, write the file anew and read the difference:

    REWRITE_QUERY_COUNTS=1 python -m pytest tests/queries && git diff tests/queries
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from tests.security.routes import routes
from tests.security.world import address_of, people, things

pytestmark = pytest.mark.django_db  # a database is made for a run only where a test says that it needs one
FILE = Path(__file__).with_name("query_counts.csv")
REWRITE = bool(os.environ.get("REWRITE_QUERY_COUNTS"))
HOW = "write tests/queries/query_counts.csv anew and read the difference: see test_query_counts.py"
NOT_ASKED = ("api/health", "api/ready", "metrics")  # what they ask depends on what runs beside them


def written() -> dict[str, int]:
    if not FILE.exists():
        return {}
    with FILE.open(newline="") as file:
        return {row["route"]: int(row["queries"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def counts(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, int]]:
    """Queries of every address that answers a GET of its owner (an administrator, who may everything) with 200."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        for scope in rates:
            patch.setitem(rates, scope, None)
        client, known = people()["owner"], things()
        User.objects.filter(username="ann").update(is_staff=True, is_superuser=True)
        found = {}
        for route, method in routes():
            if method == "GET" and not route.startswith(NOT_ASKED):
                count = _queries(client, address_of(route, known))
                if count is not None:
                    found[route] = count
        yield found
        transaction.set_rollback(True)


def _queries(client: Client, path: str) -> int | None:
    """The second time: what a process keeps after the first is there."""
    if client.get(path).status_code != 200:
        return None
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(path)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return len(asked)


def test_no_address_asks_more_than_the_file_says(counts):
    if REWRITE:
        with FILE.open("w", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["route", "queries"])
            rows.writerows(sorted(counts.items()))
    expected = written()
    assert not set(counts) - set(expected), HOW
    assert not set(expected) - set(counts), f"addresses that are gone: {HOW}"
    wrong = {
        path: f"{expected[path]} expected, asks {count}" for path, count in counts.items() if count != expected[path]
    }
    assert wrong == {}, HOW
