"""Who asks."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


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
