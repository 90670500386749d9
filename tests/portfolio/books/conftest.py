"""What tests of the books share: two owners, a few assets in two regions, one portfolio."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from market.models import Instrument
from portfolio.models import Alert, Portfolio, PortfolioPerformanceHistory, PortfolioRiskMetrics, ValuationState
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transaction_add
from tests.factors.market_tables import add_instrument
from tests.portfolio.books.pages import staff


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


@pytest.fixture
def anna(owner) -> Client:
    """Staff without any permission: the owner of ``book``."""
    return staff("anna")


@pytest.fixture
def rows(book, assets) -> list:
    """One row of each kind."""
    bought = transaction_add(portfolio=book, date="2024-03-04", kind="BUY", asset="US:AAA", quantity=10, price=50)
    day = "2024-03-04"
    return [
        book, bought,
        PortfolioPerformanceHistory.objects.create(portfolio=book, date=day, value=1234.5, cash=0, twr_index=1.25),
        PortfolioRiskMetrics.objects.create(portfolio=book, date=day),
        ValuationState.objects.create(portfolio=book, date=day, instruments=[1], currencies=["USD"], state={}),
        Alert.objects.create(portfolio=book, kind="VAR", date=day, figure=3, limit=2, message="above"),
    ]  # fmt: skip
