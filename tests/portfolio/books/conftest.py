"""What tests of the books share: two owners, a few assets in two regions, one portfolio."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from market.models import Instrument
from portfolio.models import Portfolio
from portfolio.services.portfolios import portfolio_create
from tests.factors.market_tables import add_instrument


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("bert")


@pytest.fixture
def assets(db: None) -> dict[str, Instrument]:
    """AAA of the US (with an ISIN), 005930 of Korea, DUP in both, and an index."""
    return {
        "AAA": add_instrument("AAA", "US", isin="US0000000017"),
        "005930": add_instrument("005930", "KR"),
        "DUP": add_instrument("DUP", "US"),
        "DUP-KR": add_instrument("DUP", "KR"),
        "SPX": add_instrument("SPX", "US", asset_type="INDEX"),
    }


@pytest.fixture
def book(owner: User, assets: dict[str, Instrument]) -> Portfolio:
    return portfolio_create(owner=owner, name="core", base_currency="USD")


@pytest.fixture
def api(owner: User) -> APIClient:
    return _client(owner)


@pytest.fixture
def stranger(other: User) -> APIClient:
    return _client(other)


def _client(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client
