"""One world for each file of tests; what a test changes in it is undone."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import transaction

from tests.portfolio.analysis.world import small_world


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker) -> Iterator[SimpleNamespace]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield small_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: SimpleNamespace, db: None) -> SimpleNamespace:
    shared_world.portfolio.refresh_from_db()
    return shared_world
