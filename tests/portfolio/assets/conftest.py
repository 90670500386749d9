"""What tests of asset figures share: the small market, committed once for all of them, and figures once per module."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import override_settings

from portfolio.models import AssetCorrelation, AssetPerformanceMetrics
from portfolio.services.asset_metrics import asset_metrics_compute
from portfolio.services.correlations import correlations_compute
from tests.factors.market_tables import sessions
from tests.portfolio.assets.market import small_market

BEFORE = sessions(2)[0]
THREE = "KR:A,KR:F,US:SPY"


@pytest.fixture(scope="package")
def committed(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Bars are read over a connection of their own; all tables are emptied at the end."""
    with django_db_blocker.unblock():
        small_market()
    yield
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def market(committed: None, db: None) -> None:
    """The small market; what a test adds is taken back."""


@pytest.fixture(scope="module")
def figures(committed: None, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """Metrics of both regions, of KR on two sessions; correlations of three assets."""
    with django_db_blocker.unblock(), override_settings(PANEL_CACHE_DIR=tmp_path_factory.mktemp("panels")):
        asset_metrics_compute(region="KR", as_of=BEFORE)
        asset_metrics_compute(region="KR")
        asset_metrics_compute(region="US")
        correlations_compute(tickers=THREE.split(","))
    yield
    with django_db_blocker.unblock():
        AssetPerformanceMetrics.objects.all().delete()
        AssetCorrelation.objects.all().delete()


@pytest.fixture
def computed(figures: None, db: None) -> None:
    """The small market and its figures; what a test changes is taken back."""
