"""DATABASE_URL in words a person can act on."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from quantsite.database_url import KEEPALIVE, database_of


def test_a_server_and_its_database() -> None:
    found = database_of("postgres://quant:s%40cret@db.example.org:6432/site?sslmode=require")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", 6432, "site")
    assert (found["USER"], found["PASSWORD"]) == ("quant", "s@cret")
    assert found["OPTIONS"] == KEEPALIVE | {"sslmode": "require"}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "must be PostgreSQL"),
        ("sqlite:///db.sqlite3", "must be PostgreSQL"),
        ("mysql://u@h/db", "must be PostgreSQL"),
        ("postgres://u@h:notaport/db", "DATABASE_URL"),
        ("postgres://u@h", "names no database"),
    ],
)
def test_what_is_wrong_is_said(url: str, told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=told):
        database_of(url)
