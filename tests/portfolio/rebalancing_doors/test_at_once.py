"""Two processes that decide on one portfolio at the same moment."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from portfolio.models import RebalancingEvent
from portfolio.services.errors import PortfolioBusy
from portfolio.services.rebalancing import rebalancing_propose
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_decisions import rebalancing_approve, rebalancing_cancel
from portfolio.services.standing import standing_of
from tests.portfolio.rebalancing_doors.books import told
from tests.threads import at_once


def together(*calls: Callable[[], Any]) -> list[str]:
    """What came of each: ``done``, or why it was refused."""
    return [came if isinstance(came, str) else "done" for came in at_once(*calls, refusals=(PortfolioBusy,))]


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_proposed_and_booked_once(mine):
    came = together(*[lambda: rebalancing_propose(portfolio=mine)] * 3)
    event = RebalancingEvent.objects.get()
    busy = f"rebalancing #{event.pk} is PENDING: complete or cancel it first"
    assert Counter(came) == {"done": 1, busy: 2}

    rebalancing_approve(event=event)
    came = together(*[lambda: rebalancing_complete(event=event)] * 3)
    refused = f"rebalancing #{event.pk} is COMPLETED: only APPROVED can become COMPLETED"
    assert Counter(came) == {"done": 1, refused: 2}
    assert [row[:3] for row in told(mine)] == [("SELL", "AAA", 10), ("BUY", "BBB", 60)]
    assert [step.status for step in event.steps.all()] == ["PENDING", "APPROVED", "COMPLETED"]
    assert standing_of(portfolio=mine).cash == {"USD": 1000}

    mine.refresh_from_db()
    mine.transactions.create(kind="DEPOSIT", date=event.as_of, amount=5000, currency="USD")
    event = rebalancing_approve(event=rebalancing_propose(portfolio=mine).event)
    came = together(lambda: rebalancing_complete(event=event), lambda: rebalancing_cancel(event=event))
    event.refresh_from_db()
    booked = mine.transactions.filter(source=f"rebalancing #{event.pk}").count()
    assert came.count("done") == 1
    assert (event.status, booked > 0) in {("COMPLETED", True), ("CANCELLED", False)}
