"""What each edition gets, as text; no database."""

import json

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from market.timescale.ddl import Hypertable
from market.timescale.editions import Edition, server_from
from market.timescale.registry import arrangements, register
from quantsite.database_url import days_of


def printed(capsys: pytest.CaptureFixture[str], edition: str) -> list[str]:
    call_command("timescale_sql", "--edition", edition, "--json")
    return json.loads(capsys.readouterr().out)["statements"]


def test_plain_postgresql_gets_two_materialised_views_that_can_be_refreshed_while_read(capsys) -> None:
    statements = printed(capsys, "absent")
    assert [statement.split(" AS")[0] for statement in statements] == [
        "CREATE MATERIALIZED VIEW IF NOT EXISTS factor_scores_monthly",
        "CREATE UNIQUE INDEX IF NOT EXISTS factor_scores_monthly_key ON factor_scores_monthly"
        " (month, instrument_id, factor_id)",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS factor_correlation_daily",
        "CREATE UNIQUE INDEX IF NOT EXISTS factor_correlation_daily_key ON factor_correlation_daily"
        " (date, region, factor_id)",
    ]


def test_the_apache_edition_gets_hypertables_too(capsys) -> None:
    made = [statement for statement in printed(capsys, "apache") if "create_hypertable" in statement]
    assert [statement.split("'")[1] for statement in made] == [
        "market_pricebar", "asset_performance_metrics", "asset_correlations", "factors_factorscore",
        "factors_factorreturn",
    ]  # fmt: skip
    assert all("by_range('date', INTERVAL '1 month')" in statement for statement in made)
    assert printed(capsys, "apache")[5:] == printed(capsys, "absent")


def test_the_community_edition_gets_columns_and_policies(capsys, settings) -> None:
    settings.TIMESCALE_COLUMNSTORE_AFTER_DAYS = 90
    text = "\n".join(printed(capsys, "community"))
    assert "timescaledb.segmentby = 'factor_id', timescaledb.orderby = 'instrument_id, date'" in text
    assert "add_columnstore_policy('factors_factorscore', after => INTERVAL '90 days')" in text
    assert text.count("WITH (timescaledb.continuous)") == text.count("add_continuous_aggregate_policy") == 2
    assert "DROP CONSTRAINT" not in text


def test_direct_compress_gives_up_the_key_and_keeps_an_index(capsys, settings) -> None:
    settings.TIMESCALE_DIRECT_COMPRESS = True
    statements = printed(capsys, "community")
    index = "CREATE INDEX IF NOT EXISTS factors_factorscore_key ON factors_factorscore (date, instrument_id, factor_id)"
    at = statements.index(index)
    assert statements[at + 1] == "ALTER TABLE factors_factorscore DROP CONSTRAINT IF EXISTS factors_factorscore_pkey"


def test_the_text_is_a_script_for_psql(capsys) -> None:
    call_command("timescale_sql", "--edition", "apache")
    text = capsys.readouterr().out
    assert text.startswith("-- edition: apache\n\nSELECT create_hypertable('market_pricebar'")
    assert text.count(";\n") == 9


def test_an_edition_cannot_be_applied_to_a_server_that_may_not_have_it(capsys) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("timescale_sql", "--edition", "community", "--apply")
    assert left.value.code == 2
    assert "leave --edition out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "license_name", "edition", "note"),
    [
        ("2.19.3", "apache", Edition.APACHE, ""),
        ("2.23.0-dev", "timescale", Edition.COMMUNITY, ""),
        ("2.17.2", "timescale", Edition.APACHE, "columnstore needs 2.18"),
        ("2.9.0", "timescale", Edition.ABSENT, "hypertables need 2.13"),
        ("2.23.1", None, Edition.APACHE, ""),
    ],
)
def test_editions(version: str, license_name: str | None, edition: Edition, note: str) -> None:
    server = server_from(version, license_name)
    assert server.edition is edition
    assert note in server.note


def test_one_table_has_one_arrangement_of_a_kind() -> None:
    before = arrangements()
    register([before[0]])
    assert arrangements() == before
    with pytest.raises(ValueError, match="Hypertable market_pricebar is registered already"):
        register([Hypertable("market_pricebar", column="day")])


@pytest.mark.parametrize("wrong", ["0", "-3", "soon", "36501"])
def test_days_that_make_no_sense(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("DAYS", wrong)
    with pytest.raises(ImproperlyConfigured, match="DAYS must be"):
        days_of(environ.Env(), "DAYS", default=365)
