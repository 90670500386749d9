"""Proposals and targets in the admin."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from portfolio.models import RebalancingEvent
from portfolio.services.rebalancing import rebalancing_propose
from tests.portfolio.rebalancing_doors.books import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db):
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "a long secret"))
    return client


@pytest.fixture
def event(mine):
    return rebalancing_propose(portfolio=mine).event


def address(page, *args, model="rebalancingevent"):
    return reverse(f"admin:portfolio_{model}_{page}", args=args)


def act(client, action, event):
    """Do it; what the next page tells."""
    answer = client.post(address("changelist"), {"action": action, "_selected_action": [event.pk]})
    return [str(one) for one in client.get(answer["Location"]).context["messages"]]


def test_its_life(boss, mine, event):
    assert act(boss, "complete", event) == [f"rebalancing #{event.pk} is PENDING: only APPROVED can become COMPLETED"]
    assert act(boss, "approve", event) == [f"#{event.pk} of mine: APPROVED"]
    assert act(boss, "complete", event) == [f"#{event.pk} of mine: COMPLETED"]
    assert [row[:3] for row in told(mine)] == [("SELL", "AAA", 10), ("BUY", "BBB", 60)]
    assert act(boss, "cancel", event)[0].startswith(f"rebalancing #{event.pk} is COMPLETED")
    steps = [(step.status, step.user and step.user.username) for step in event.steps.all()]
    assert steps == [("PENDING", None), ("APPROVED", "boss"), ("COMPLETED", "boss")]


def test_its_page(boss, event):
    page = boss.get(address("change", event.pk))
    text = page.content.decode()
    trades, weights = page.context["sections"]
    assert trades.rows[0] == ("SELL", "US:AAA", "10", "100", "USD", "1,000", "0", "0")
    assert weights.rows == [
        ("US:AAA", "50", "60", "50", "+10", "0"), ("US:BBB", "40", "10", "40", "-30", "0"),
        ("CASH", "10", "30", "10", "+20", "0"),
    ]  # fmt: skip
    assert "Who decided what" in text
    assert 'name="_save"' not in text
    assert boss.get(address("changelist"), {"status__exact": "PENDING"}).context["cl"].result_count == 1
    assert boss.get(address("changelist"), {"status__exact": "FAILED"}).context["cl"].result_count == 0


def test_targets_are_read(boss, mine):
    text = boss.get(address("changelist", model="portfolioallocation")).content.decode()
    assert "US:AAA" in text
    assert boss.get(address("change", mine.allocations.first().pk, model="portfolioallocation")).status_code == 200
    assert boss.get(address("add", model="portfolioallocation")).status_code == 403


def test_only_those_of_portfolios_one_may_see_and_change(event):
    clerk = User.objects.create_user("clerk", is_staff=True)
    client = Client()

    def allowed(*names):
        clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(User.objects.get(pk=clerk.pk))
        return client.get(address("changelist")).context["cl"].result_count

    assert allowed("view_rebalancingevent", "change_rebalancingevent") == 0
    assert client.get(address("change", event.pk)).status_code == 302  # as if it were not there
    assert allowed("view_rebalancingevent", "change_rebalancingevent", "view_portfolio") == 1
    assert act(client, "approve", event) == [f"#{event.pk} is of a portfolio that you may not change"]
    assert RebalancingEvent.objects.get().status == "PENDING"
    assert allowed("view_rebalancingevent", "view_portfolio", "change_portfolio") == 1
    client.post(address("changelist"), {"action": "approve", "_selected_action": [event.pk]})  # which is not offered
    assert RebalancingEvent.objects.get().status == "PENDING"
    allowed("view_rebalancingevent", "change_rebalancingevent", "view_portfolio", "change_portfolio")
    assert act(client, "approve", event) == [f"#{event.pk} of mine: APPROVED"]
