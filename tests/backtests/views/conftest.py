"""People at the pages of backtests."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

RIGHTS = ("add_backtestsession", "delete_backtestsession", "add_backtestsweep", "delete_backtestsweep")


def person(name: str) -> Client:
    """Somebody with the rights of an analyst."""
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def ann(db: None) -> Client:
    return person("ann")


@pytest.fixture
def bob(db: None) -> Client:
    return person("bob")
