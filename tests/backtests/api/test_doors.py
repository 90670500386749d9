"""Who may read, and what the schema says."""

import pytest
import yaml
from django.urls import get_resolver

from backtests.api.config_schema import BacktestConfigSerializer
from backtests.api.urls import urlpatterns
from backtests.services.config import WRITTEN
from tests.backtests.stored import made_up

pytestmark = pytest.mark.django_db
OWN = [one for one in urlpatterns if "sweep" not in str(one.pattern)]  # sweeps have tests of their own
COMMANDS = ("cancel/", "rerun/", "portfolio/")


def addresses(pk: int) -> list[str]:
    """Every address of a GET, of one backtest that is there."""
    routes = [str(one.pattern).replace("<int:pk>", str(pk)) for one in OWN]
    return [f"/api/{route}" for route in routes if not route.endswith(COMMANDS)]


def test_reading_needs_a_login_even_where_reading_is_open(client, reader, finished, settings):
    assert settings.PUBLIC_READ
    found = addresses(finished.five)
    assert len(found) == 17
    assert {client.get(address).status_code for address in found} == {401}
    asked = {address: reader.get(address).status_code for address in found}
    refused = [address for address, status in asked.items() if status != 200 and "compare" not in address]
    assert refused == [f"/api/backtests/{finished.five}/weights.csv"]  # it simulates: a permission of its own


def test_nothing_else_is_written_here(boss):
    for address in addresses(made_up().pk):
        assert boss.put(address).status_code == 405
        if not address.endswith("/backtests/"):
            assert boss.post(address).status_code == 405


def test_the_schema_knows_every_address(client, db):
    paths = yaml.safe_load(client.get("/api/schema/").content)["paths"]
    routes = {f"/api/{one.pattern}".replace("<int:pk>", "{id}") for one in OWN}
    assert routes <= set(paths)
    assert set(paths["/api/backtests/"]) == {"get", "post"}
    assert set(paths["/api/backtests/{id}/"]) == {"get", "delete"}
    asked = {one["name"] for one in paths["/api/backtests/{id}/trades/"]["get"]["parameters"]}
    assert asked >= {"ticker", "side", "reason", "from", "to", "page_size", "cursor", "format"}
    created = paths["/api/backtests/"]["post"]
    assert {one["name"] for one in created["parameters"]} >= {"again"}
    assert {"200", "202", "400"} <= set(created["responses"])


def test_the_schema_has_every_field_of_a_configuration():
    assert list(BacktestConfigSerializer().fields) == list(WRITTEN)


def test_addresses_have_names():
    known = get_resolver().reverse_dict
    assert all(one.name in known for one in OWN)
