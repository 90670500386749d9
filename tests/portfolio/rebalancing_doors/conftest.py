"""The market, and somebody who has a portfolio in it."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User

from market.models import Instrument
from portfolio.models import Portfolio
from tests.portfolio.rebalancing_doors.books import market, owner, portfolio_with, wanted


@pytest.fixture
def ann(db: None) -> User:
    return owner("ann")


@pytest.fixture
def assets(db: None) -> dict[str, Instrument]:
    return market()


@pytest.fixture
def mine(ann: User, assets: dict[str, Instrument]) -> Portfolio:
    """60 AAA (6,000), 20 BBB (1,000) and 3,000 dollars; wanted are 50, 40 and 10 percent, within 5 points."""
    made = portfolio_with(ann, 3000.0, (assets["AAA"], 60.0, 80.0), (assets["BBB"], 20.0, 50.0))
    wanted(made, AAA=50, BBB=40, threshold=5.0)
    return made


@pytest.fixture
def some(mine: Portfolio, assets: dict[str, Instrument]) -> SimpleNamespace:
    return SimpleNamespace(mine=mine, **assets)
