"""Odd bodies are refused, never a server error, and change nothing."""

import json

import pytest
from django.test import Client

from portfolio.models import RebalancingEvent
from portfolio.services.rebalancing import rebalancing_propose
from portfolio.services.rebalancing_decisions import rebalancing_approve

pytestmark = pytest.mark.django_db
ODD = [True, -1, 10**40, "x", "\0", "1e999999", [[]], {"a": [1]}]
TARGET = {"asset": "US:AAA", "target": 50}
FILL = {"asset": "US:AAA", "quantity": 1}


@pytest.fixture
def client(ann):
    found = Client(raise_request_exception=False)
    found.force_login(ann)
    return found


def not_refused(client, address, bodies, method="post"):
    """Status of every body that was not refused."""
    asked = {json.dumps(body): getattr(client, method)(address, json.dumps(body), content_type="application/json")
             for body in bodies}  # fmt: skip
    return {body: answer.status_code for body, answer in asked.items() if answer.status_code != 400}


def test_targets(client, mine):
    before = list(mine.allocations.values())
    rest = {"asset": "US:BBB", "target": 50}
    rows = [TARGET | {field: odd} for field in ("asset", "target", "minimum", "frequency") for odd in ODD]
    bodies = [*({"targets": [row, rest]} for row in rows), *({"targets": odd} for odd in ODD[2:]), *ODD]
    assert not_refused(client, f"/api/portfolios/{mine.pk}/allocations/", bodies, "put") == {}
    assert list(mine.allocations.values()) == before


def test_proposals_and_fills(client, mine):
    root = f"/api/portfolios/{mine.pk}/rebalancing/"
    bodies = [{field: odd} for field in ("mode", "date", "deposit") for odd in ODD if (field, odd) != ("deposit", True)]
    assert not_refused(client, root, bodies) == {}
    event = rebalancing_approve(event=rebalancing_propose(portfolio=mine).event)
    fills = [FILL | {field: odd} for field in ("asset", "quantity", "price", "date") for odd in ODD]
    bodies = [
        *({"fills": [fill]} for fill in fills),
        *({"fills": odd} for odd in ODD),
        {"note": "\0"},
        {"force": "why"},
    ]
    assert not_refused(client, f"{root}events/{event.pk}/complete/", bodies) == {}
    event.refresh_from_db()
    assert (event.status, RebalancingEvent.objects.count()) == ("APPROVED", 1)
