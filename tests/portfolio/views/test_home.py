"""One's own portfolios on the first page."""

from django.contrib.auth.models import User
from django.test import Client

from portfolio.models import Portfolio

OTHERS = "Those of others"


def home(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get("/").content.decode()


def test_ones_own_with_their_values(month: Portfolio, anna: User) -> None:
    page = home(anna)
    assert f'<a href="/portfolios/{month.pk}/">{month.name}</a>' in page
    assert "You have no portfolio yet." not in page


def test_without_one_a_way_to_the_next_thing(month: Portfolio) -> None:
    assert "You have no portfolio yet." in home(User.objects.create_user("ben"))
    assert OTHERS not in home(User.objects.get(username="ben"))
    assert OTHERS in home(User.objects.create_superuser("chief"))
