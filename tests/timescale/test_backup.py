"""Backups with hypertables: of TimescaleDB into itself, and of a server without it onto TimescaleDB."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from factors.models import FactorScore
from market.models import DataChange, PriceBar
from market.timescale.status import status_read
from quantsite.backup import backup_restore, backup_write
from tests.timescale import scores
from tests.timescale.scores import BAR_DAYS, bars, query

DIGEST = "SELECT count(*), md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {} r"
TABLES = ("market_pricebar", "factors_factorscore", "market_instrument", "market_datachange", "auth_permission")


def contents() -> dict[str, object]:
    return {table: query(DIGEST.format(table)) for table in TABLES}


@pytest.fixture(autouse=True)
def rows(site: object, settings, tmp_path: Path) -> None:
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


def test_aggregates_are_made_anew(tmp_path: Path) -> None:
    backup_write(path=tmp_path / "b.zip")
    FactorScore.objects.all().delete()
    backup_restore(path=tmp_path / "b.zip", force=True)
    for name, kind in status_read().aggregates.items():
        if kind == "continuous":  # the server's own policy does this within the hour
            query(f"CALL refresh_continuous_aggregate('{name}', NULL, NULL)")
    assert query(scores.MONTHLY) == scores.MONTHLY_ROWS
    assert connection.in_atomic_block is False
