import pytest
from django.contrib.auth.models import User
from django.test import Client

from portfolio.models import Portfolio
from portfolio.services.valuation import portfolio_value
from tests.portfolio.values.books import worked_example


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def month(anna: User) -> Portfolio:
    """The worked example, valued."""
    made = worked_example(anna)
    portfolio_value(portfolio_id=made.pk)
    made.refresh_from_db()
    return made


@pytest.fixture
def pages(anna: User, client: Client) -> Client:
    """The owner's browser."""
    client.force_login(anna)
    return client
