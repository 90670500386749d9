"""Backups with hypertables, on a real server. The Community edition in WebAssembly is left out: that build
ends itself ("RuntimeError: unreachable") in the middle of a restore, and in other bulk writes as well."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import ConnectionHandler, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from factors.models import FactorScore
from market.models import DataChange, PriceBar
from market.timescale.status import status_read
from quantsite.backup import backup_restore, backup_write
from tests.timescale import scores
from tests.timescale.conftest import OpenDatabase, server_database
from tests.timescale.scores import BAR_DAYS, bars, query

DIGEST = "SELECT count(*), md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {} r"
TABLES = ("market_pricebar", "factors_factorscore", "market_instrument", "market_datachange", "auth_permission")


@pytest.fixture(scope="module")
def open_database() -> OpenDatabase:
    return server_database


@pytest.fixture(scope="module")
def ordinary(django_db_setup: None, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """A copy of the tests' own database, which is on the embedded server."""
    if not connections["default"].settings_dict.get("EMBEDDED_DATA_DIR"):
        pytest.skip("the tests' own database is not embedded")
    settings_of = dict(connections["default"].settings_dict)
    name = f"{settings_of['NAME']}_plain"
    with django_db_blocker.unblock():
        connections["default"].close()
        server = ConnectionHandler({"default": settings_of | {"NAME": "postgres"}})["default"]
        with server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{settings_of["NAME"]}"')
        yield ConnectionHandler({"default": settings_of | {"NAME": name}})["default"]
        with server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.close()


def contents() -> dict[str, object]:
    return {table: query(DIGEST.format(table)) for table in TABLES}


@pytest.fixture(autouse=True)
def rows(ordinary: object, site: object, settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    (tmp_path / "secret_key").write_text("k")
    query("TRUNCATE market_pricebar, factors_factorscore, factors_factor, market_instrument CASCADE")
    scores.insert()
    bars(*BAR_DAYS)


def test_hypertables_come_back_with_their_chunks(tmp_path: Path) -> None:
    before, hypertables = contents(), status_read().hypertables
    done = backup_write(path=tmp_path / "b.zip")
    assert done.rows > len(BAR_DAYS)
    PriceBar.objects.all().delete()
    User.objects.create_user("later")
    backup_restore(path=tmp_path / "b.zip", force=True)
    assert contents() == before
    assert not User.objects.exists()
    assert [(one.name, one.chunks, one.has_key) for one in status_read().hypertables] == [
        (one.name, one.chunks, one.has_key) for one in hypertables
    ]
    assert status_read().to_do == []
    changes = DataChange.objects.count()
    PriceBar.objects.all().delete()  # the triggers are at work again
    assert DataChange.objects.count() == changes + 6


def test_from_a_server_without_timescaledb(ordinary: BaseDatabaseWrapper, tmp_path: Path) -> None:
    """The laptop's backup on the server: rows go to chunks by themselves."""
    timescale, here = contents(), connections["default"]
    connections["default"] = ordinary
    try:
        scores.insert()
        bars(*BAR_DAYS)
        backup_write(path=tmp_path / "plain.zip")
    finally:
        connections["default"].close()
        connections["default"] = here
    query("TRUNCATE market_pricebar, factors_factorscore, factors_factor, market_instrument CASCADE")
    backup_restore(path=tmp_path / "plain.zip", force=True)
    found = contents()
    for name in ("market_pricebar", "factors_factorscore"):
        assert found[name] == timescale[name]
    assert next(one.chunks for one in status_read().hypertables if one.name == "market_pricebar") == len(BAR_DAYS)


def test_aggregates_are_made_anew(tmp_path: Path) -> None:
    backup_write(path=tmp_path / "b.zip")
    FactorScore.objects.all().delete()
    backup_restore(path=tmp_path / "b.zip", force=True)
    assert query(scores.MONTHLY) == scores.MONTHLY_ROWS
