import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from portfolio.models import Portfolio
from portfolio.services.valuation import portfolio_value
from tests.portfolio.values.books import worked_example


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("anna", email="anna@example.com")


@pytest.fixture
def month(owner: User) -> Portfolio:
    """The worked example, not valued yet."""
    return worked_example(owner)


@pytest.fixture
def valued(month: Portfolio) -> Portfolio:
    """The worked example, valued."""
    portfolio_value(portfolio_id=month.pk)
    month.refresh_from_db()
    return month


@pytest.fixture
def api(owner: User) -> APIClient:
    client = APIClient()
    client.force_login(owner)
    return client
