"""Risk metrics in the admin: the rows of portfolios that the user may see, and the action that computes them again."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from portfolio.services.risk import risk_metrics_compute

LIST = "admin:portfolio_portfolioriskmetrics_changelist"


@pytest.fixture
def staff(world, client: Client) -> User:
    """May look at risk metrics; whose, other permissions say."""
    found = User.objects.create_user("staff", is_staff=True)
    found.user_permissions.add(Permission.objects.get(codename="view_portfolioriskmetrics"))
    client.force_login(found)
    return found


def allow(staff: User, codename: str) -> None:
    staff.user_permissions.add(Permission.objects.get(codename=codename))


def test_only_portfolios_that_one_may_see_are_listed(world, client: Client, staff: User):
    risk_metrics_compute(portfolio=world.portfolio)
    assert "Main" not in client.get(reverse(LIST)).content.decode()
    allow(staff, "view_portfolio")
    assert "Main" in client.get(reverse(LIST)).content.decode()


def test_computing_again_needs_the_permission_to_change(world, client: Client, staff: User):
    row = risk_metrics_compute(portfolio=world.portfolio)
    world.portfolio.risk_metrics.update(hhi=0.9)
    allow(staff, "view_portfolio")
    asked = {"action": "compute_again", "_selected_action": [row.pk]}
    client.post(reverse(LIST), asked)
    assert world.portfolio.risk_metrics.get().hhi == 0.9
    allow(staff, "change_portfolio")
    answer = client.post(reverse(LIST), asked, follow=True)
    assert f"Main {row.date}: computed" in answer.content.decode()
    assert world.portfolio.risk_metrics.get().hhi == pytest.approx(row.hhi)
