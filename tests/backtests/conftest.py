"""What tests of backtests share: finished backtests over a small market."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from backtests.services import backtest_run
from tests.backtests.services.tables import config, small_market
from tests.emptying import emptied_after
from tests.factors.market_tables import add_split


@pytest.fixture(scope="module")
def finished(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Two finished backtests over one market, of ``five`` names and of ``three``; every stock has a split.

    Committed, since bars are read over a connection of their own; all tables are emptied after the module.
    """
    with emptied_after(django_db_blocker):
        with django_db_blocker.unblock(), override_settings(PANEL_CACHE_DIR=tmp_path_factory.mktemp("panels")):
            stocks = small_market()
            for stock in stocks:
                add_split(stock, dt.date(2024, 5, 2), 2.0)
            runs = {name: backtest_run(config=config(name=name, max_positions=count)).pk
                    for name, count in (("five", 5), ("three", 3))}  # fmt: skip
        yield SimpleNamespace(**runs)


@pytest.fixture
def boss(db: None) -> Client:
    """Somebody who may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "a long secret"))
    return client


@pytest.fixture
def reader(db: None) -> Client:
    """Somebody who is logged in and has no permission."""
    client = Client()
    client.force_login(User.objects.create_user("reader"))
    return client
