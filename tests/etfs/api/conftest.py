"""A small market of funds, each with what the answers of one subject need."""

import pytest

from etfs.models import ETF
from tests.etfs.api import funds


@pytest.fixture(autouse=True)
def uncounted(settings) -> None:
    """There are more questions in these tests than one address may ask in a minute."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def korea(db) -> ETF:
    return funds.korea()


@pytest.fixture
def america(db) -> ETF:
    return funds.america()


@pytest.fixture
def twins(db) -> tuple[ETF, ETF]:
    return funds.twins()


@pytest.fixture
def market(korea, america, twins) -> None:
    """All of them."""
