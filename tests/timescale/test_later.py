"""A server that gets TimescaleDB, or more of it, or another setting, after the tables have rows."""

import json

import pytest
from django.core.management import call_command

from factors.models import FactorScore
from market.models import PriceBar
from market.timescale.applying import arrangements_apply, server_now
from market.timescale.editions import Edition
from market.timescale.operations import options_now
from market.timescale.registry import arrangements
from market.timescale.status import status_read
from tests.timescale.scores import BAR_DAYS, bars, insert, query


@pytest.fixture(autouse=True)
def rows(earlier_site: object) -> None:
    """Rows in plain tables; the extension comes after them."""
    assert server_now().edition is Edition.ABSENT
    insert()
    bars(*BAR_DAYS)
    query("CREATE EXTENSION timescaledb")


def test_tables_with_rows_become_hypertables(capsys: pytest.CaptureFixture[str]) -> None:
    assert "market_pricebar is a plain table: manage.py timescale_sql --apply" in status_read().to_do
    call_command("timescale_sql", "--apply")
    assert "all is in place" in capsys.readouterr().out
    status = status_read()
    assert [table.chunks for table in status.hypertables] == [0, 0, 0, 2, 3]  # the last two: scores, bars
    assert status.to_do == []
    assert (PriceBar.objects.count(), FactorScore.objects.count()) == (3, 6)


def test_applied_again_it_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    arrangements_apply()
    before = status_read()
    call_command("timescale_sql", "--apply", "--json")
    assert json.loads(capsys.readouterr().out)["edition"] == before.server.edition
    after = status_read()
    assert (after.hypertables, after.aggregates, after.to_do) == (before.hypertables, before.aggregates, [])
    assert [policy.config for policy in after.policies] == [policy.config for policy in before.policies]


def test_from_the_apache_to_the_community_edition() -> None:
    if server_now().edition is not Edition.COMMUNITY:
        pytest.skip("needs the Community edition")
    for one in arrangements():
        for statement in one.statements(Edition.APACHE, options_now()):
            query(statement)
    assert len(status_read().to_do) == 3  # a policy of the columnstore, two aggregates
    arrangements_apply()
    assert status_read().to_do == []
    assert set(status_read().aggregates.values()) == {"continuous"}
